"""Un serveur réduit à ses règles, et un réseau que le test coupe où il veut."""

from collections import deque
from dataclasses import dataclass, field

from chatroom.client.core.events import Event, Spoke
from chatroom.client.core.outbox import Post
from chatroom.client.core.participant import Participant
from chatroom.protocol.documents import Written, document
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    PRIVATE,
    VERSION,
    GetPage,
    Greeting,
    Hello,
    Identify,
    Join,
    Joined,
    Leave,
    Message,
    Page,
    Said,
    Say,
    Welcome,
    Whisper,
    Whispered,
)

PAGE = 3  # messages d'une page : bien des coupures en demanderont plusieurs


@dataclass
class Person:
    id: int
    pseudo: str
    token: bytes
    nonce: int = 0
    durable: int = 0  # le dernier de ses messages qui soit enregistré


@dataclass
class Room:
    id: int
    name: str
    messages: list[Written] = field(default_factory=list)


class Server:
    def __init__(self) -> None:
        self.people: dict[bytes, Person] = {}
        self.rooms: dict[str, Room] = {}
        self.lines: list[Line] = []
        self.waiting: list[tuple[Room, Person, type[Written], int, tuple[str, ...]]] = []

    def room(self, name: str, person: Person) -> Room:
        key = f"{PRIVATE}{person.pseudo}" if name == PRIVATE else name
        return self.rooms.setdefault(key, Room(len(self.rooms) + 1, name))

    def commit(self) -> bool:
        """Enregistre et montre ce qui était accepté."""
        waiting, self.waiting = self.waiting, []
        for room, person, kind, nonce, rest in waiting:
            fields = (0, person.id, nonce, 0, person.pseudo, *rest)
            message = kind(room.id, len(room.messages) + 1, *fields)  # type: ignore[arg-type]
            person.durable = nonce
            room.messages.append(message)
            for line in self.lines:
                if room.id in line.rooms:
                    line.down.append(message)
        return bool(waiting)

    def crash(self) -> None:
        """Tué : ce qui n'était qu'accepté est perdu, et personne ne l'avait vu."""
        self.waiting.clear()
        for person in self.people.values():
            person.nonce = person.durable


class Line:
    """La connexion d'un participant : ce qui y est en route, dans les deux sens."""

    def __init__(self, server: Server, participant: Participant) -> None:
        self.server, self.participant = server, participant
        self.up: deque[Message] = deque()
        self.down: deque[Message] = deque()
        self.rooms: dict[int, Room] = {}
        self.person: Person | None = None
        server.lines.append(self)
        participant.connected()
        self.flush()

    def cut(self) -> None:
        self.server.lines.remove(self)
        self.participant.disconnected()

    def flush(self) -> None:
        self.up.extend(self.participant.to_send(0.0))

    def carry_up(self) -> bool:
        """Le serveur lit une trame de plus."""
        if not self.up:
            return False
        self._obey(self.up.popleft())
        return True

    def carry_down(self) -> bool:
        """Le participant lit une trame de plus."""
        if not self.down:
            return False
        message = self.down.popleft()
        self.participant.receive(message)
        if isinstance(message, Greeting):
            self.participant.identify(self.participant.token)
        self.flush()
        return True

    def _obey(self, message: Message) -> None:
        if isinstance(message, Hello):
            return self.down.append(Greeting(VERSION, 0, b"", b""))
        if isinstance(message, Identify):
            return self._greet(message)
        server, person = self.server, self.person
        assert person
        match message:
            case Join(name, after):
                room = server.room(name, person)
                self.rooms[room.id] = room
                last = len(room.messages)
                self.down.append(Joined(room.id, last, 1, name))
                if after < last:
                    self._page(room, after or last + 1, bool(after))
            case GetPage(number, seq, forwards):
                self._page(self.rooms[number], seq, bool(forwards))
            case Leave(number):
                del self.rooms[number]
            case Say(number, nonce, text) if nonce > person.nonce:
                self._post(Said, self.rooms[number], nonce, text)
                person.nonce = nonce
            case Whisper(pseudo, nonce, text) if nonce > person.nonce:
                other = next(p for p in server.people.values() if p.pseudo == pseudo)
                ends = {server.room(PRIVATE, end).id: end for end in (person, other)}
                for end in ends.values():
                    self._post(Whispered, server.room(PRIVATE, end), nonce, pseudo, text)
                person.nonce = nonce
            case Say() | Whisper():
                pass  # déjà reçu
            case _:
                raise AssertionError(message)
        return None

    def _greet(self, message: Identify) -> None:
        people = self.server.people
        back = message.token in people
        token = message.token if back else f"jeton {len(people) + 1}".encode()
        self.person = people.setdefault(token, Person(len(people) + 1, message.pseudo, token))
        person, given = self.person, b"" if back else token
        welcome = Welcome(VERSION, person.id, 0, person.nonce, back, person.pseudo, given)
        self.down.append(welcome)

    def _post(self, kind: type[Written], room: Room, nonce: int, *rest: str) -> None:
        assert self.person
        self.server.waiting.append((room, self.person, kind, nonce, rest))

    def _page(self, room: Room, seq: int, forwards: bool) -> None:
        if forwards:
            found = room.messages[seq : seq + PAGE]
            more = seq + PAGE < len(room.messages)
        else:
            found = room.messages[max(0, seq - 1 - PAGE) : seq - 1]
            more = seq - 1 > PAGE
        documents = f"[{','.join(map(document, found))}]"
        self.down.append(Page(room.id, forwards, more, documents))


class Someone:
    """Un participant, sa connexion s'il en a une, et tout ce qu'il a vu."""

    def __init__(self, server: Server, pseudo: str) -> None:
        self.server = server
        self.participant = Participant(pseudo, limits=Limits(rate=0))  # sans attendre
        self.line: Line | None = None
        self.events: list[Event] = []
        self.posts: list[Post] = []

    def connect(self) -> None:
        if self.line is None:
            self.line = Line(self.server, self.participant)

    def cut(self) -> None:
        if self.line:
            self.line.cut()
            self.line = None

    def flush(self) -> None:
        if self.line:
            self.line.flush()
        self.events += self.participant.take_events()

    def carry(self, frames: int, down: bool) -> bool:
        moved = False
        for _ in range(frames):
            if self.line:
                moved |= self.line.carry_down() if down else self.line.carry_up()
        self.flush()
        return moved

    def spoken(self, room: str) -> list[Spoke]:
        return [event for event in self.events if isinstance(event, Spoke) and event.room == room]


def settle(people: list[Someone]) -> None:
    """Tout le monde revient, et tout ce qui est en route arrive."""
    for someone in people:
        someone.connect()
        someone.flush()
    server = people[0].server
    moving = True
    while moving:
        moved = [one.carry(50, down) for one in people for down in (False, True)]
        moving = any([*moved, server.commit()])
