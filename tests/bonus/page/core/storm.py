"""Un serveur et une personne qui font tout ce qui peut arriver à un participant, et le pire."""

import random
from collections.abc import Callable

from chatroom.client.core.participant import RetryError
from chatroom.protocol.documents import Written, document
from chatroom.protocol.frames import ProtocolError, Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    PRIVATE,
    VERSION,
    Acted,
    Announced,
    Answered,
    Ask,
    Closing,
    Gathered,
    GetImage,
    GetPage,
    Greeting,
    Hello,
    Image,
    Join,
    Joined,
    ListRooms,
    Message,
    Notice,
    Page,
    Pictured,
    Ping,
    Pong,
    Refused,
    RoomList,
    Said,
    Unknown,
    Welcome,
    Whispered,
)
from chatroom.protocol.text import fold

from tests.bonus.page.core.recorded import Recorded

ME, OTHER = 1, 2
PAGE = 3
ROOMS = ("Salon", "salon", "Général", "STRASSE", "straße", "e\u0301te\u0301", "nulle part")
NAMES = (*ROOMS, PRIVATE, "a\nb", "x" * 31, "", "/quit")
TEXTS = ("bonjour", "  été\t", "a\x1bb", "", "x" * 60, "é" * 20, "e" + "\u0301" * 9, "\ud800")
LISTS = (
    '[{"name": "salon", "count": 2, "members": ["bob"]}]',
    "[]",
    "[",
    '[{"name": "x"}]',
    "null",
)
UNREADABLE = ("[", "{}", "[1]", "null", '[{"kind": "text"}]')


def gone(seq: int) -> list[str]:
    """Ce qui, dans l'histoire, ne se lit pas : le nôtre, celui d'un autre, on ne sait de qui."""
    rest = '"time":1,"nonce":7,"colour":"#00ff7f","pseudo":"bob","by":"prof"'
    removed = [f'{{"kind":"removed","seq":{seq},"person":{who},{rest}}}' for who in (ME, OTHER)]
    return [*removed, f'{{"kind":"unreadable","seq":{seq}}}', f'{{"kind":"poll","seq":{seq}}}']


class Storm:
    """Une conversation d'un participant, tirée au sort d'une graine."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        limits = Limits(rate=self.draw.choice([0, 2.0, 9.7]), burst=6.0, text=40, image=8)
        token = self.draw.choice([b"", bytes(range(32))])
        self.participant = Recorded("alice", token, limits)
        self.connected, self.now = False, 0.0
        self.numbers: dict[str, int] = {}
        self.lasts: dict[int, int] = {}
        self.actions: dict[Callable[[], object], int] = {
            self.connect: 12,
            self.cut: 1,
            self.answer: 40,
            self.speak: 18,
            self.acknowledge: 8,
            self.refuse: 2,
            self.chat: 3,
            self.nonsense: 1,
            self.want: 30,
        }

    def play(self, steps: int) -> Recorded:
        for _ in range(steps):
            (action,) = self.draw.choices(list(self.actions), list(self.actions.values()))
            try:
                action()
            except ValueError:
                pass  # une demande impossible, dite à la personne
            except (ProtocolError, RetryError):
                self.cut()
            if self.draw.random() < 0.8:
                self.now += self.draw.choice([0, 0.1, 0.37, 3.0])
                self.participant.to_send(self.now)
            if self.draw.random() < 0.6:
                self.participant.take_events()
        self.participant.take_events()
        return self.participant

    # Le réseau

    def connect(self) -> None:
        participant = self.participant
        if not self.connected:
            self.connected = True
            participant.connected()
            participant.to_send(self.now)
            return
        if not participant.greeting:
            participant.receive(Greeting(VERSION, 0, b"serveur", b"defi"))
            participant.identify(participant.token, self.draw.choice(["", "mot"]))
        elif not participant.welcomed:
            back = self.draw.random() < 0.9
            nonce = self.draw.choice([0, participant.outbox._nonce])
            token = self.draw.choice([b"", b"jeton"])
            device = self.draw.randint(0, 9)
            welcome = Welcome(VERSION, ME, 0xABCDEF, nonce, back, "Alice", token, device)
            participant.receive(welcome)

    def cut(self) -> None:
        self.connected = False
        self.participant.disconnected()

    def tell(self, message: Message) -> None:
        if self.connected:
            self.participant.receive(message)

    # Le serveur

    def answer(self) -> None:
        """À la première des questions posées ; presque toujours bien."""
        match self.participant._questions.oldest():
            case Ask(verb, _):
                text = self.draw.choice(["{}"] * 9 + ['{"code":"K7","seconds":600}', "[]"])
                self.tell(Answered(verb, text))
            case Join(room, after):
                number = self.numbers.setdefault(fold(room), len(self.numbers) + 1)
                last = self.lasts.setdefault(number, self.draw.randint(0, 7))
                if self.draw.random() < 0.05:
                    last = self.lasts[number] = self.draw.randint(0, last)
                name = room.upper() if self.draw.random() < 0.97 else "ailleurs"
                restarted = after > last or self.draw.random() < 0.05
                if self.draw.random() < 0.02:
                    restarted = not restarted
                there = self.draw.randint(1, 9)
                self.tell(Joined(number, last, there, name, restarted, 0, ""))
            case GetPage(room, seq, forwards):
                self.tell(self.page(room, seq, forwards))
            case GetImage(room, seq):
                self.tell(Image(room, seq, b"PNG"))
            case ListRooms():
                (text,) = self.draw.choices(LISTS, [20, 9, 1, 1, 1])
                self.tell(RoomList(text))

    def page(self, room: int, seq: int, forwards: int) -> Page:
        last = self.lasts[room]
        if forwards:
            seqs = range(seq + 1, min(seq + PAGE, last) + 1)
            more = seq + PAGE < last
        else:
            seqs = range(max(1, seq - PAGE), seq)
            more = seq - PAGE > 1
        texts = [document(self.posted(room, seq)) for seq in seqs]
        texts = [
            self.draw.choice([text] * 20 + gone(seq)) for text, seq in zip(texts, seqs, strict=True)
        ]
        text = f"[{','.join(texts)}]"
        if self.draw.random() < 0.04:
            text = self.draw.choice(["[]", *UNREADABLE])
        return Page(room, forwards, more, text)

    def posted(self, room: int, seq: int, nonce: int = 0) -> Written:
        person = ME if nonce or self.draw.random() < 0.2 else OTHER
        start = (room, seq, 1_763_708_400_000 + seq, person, nonce or seq, 0x00FF7F, "bob")
        text = self.draw.choice(["« ça »", "", '"\\\n'])
        kind = self.draw.choice([Said, Said, Whispered, Pictured, Acted])
        if kind is Acted:
            act = self.draw.choice(
                ["delete", "delete", "delete", "close", "topic", "rename", "nick"]
            )
            return Acted(*start, act, seq - 1, text)
        if kind is Said:
            return Said(*start, text)
        if kind is Whispered:
            return Whispered(*start, "alice", text)
        return Pictured(*start, "chat.png", 1_000, 320, 200)

    def speak(self, nonce: int = 0) -> None:
        """Le message suivant d'un salon ; parfois un déjà dit, ou d'un salon quitté."""
        if not self.lasts:
            return
        room = self.draw.choice(list(self.lasts))
        if self.draw.random() < 0.95:
            self.lasts[room] += 1
        self.tell(self.posted(room, max(1, self.lasts[room]), nonce))

    def acknowledge(self) -> None:
        if sent := [post.nonce for post in self.participant.outbox if post.sent]:
            self.speak(self.draw.choice(sent[:2]))

    def refuse(self) -> None:
        nonces = [0, *(post.nonce for post in self.participant.outbox if post.sent)]
        self.tell(Refused(Reason.FULL, self.draw.choice(nonces), "C'est complet."))

    def chat(self) -> None:
        room = self.draw.choice([*self.lasts, 99])
        person, event = self.draw.choice([ME, OTHER]), self.draw.randint(0, 4)
        reason = self.draw.randint(0, 22)
        messages = [Ping(), Pong(), Notice("Bonsoir."), Closing(reason, "Au revoir.")]
        messages += [Announced(room, event, person, 0x010203, "bob")] * 4
        messages += [Gathered(room, event, 14, self.draw.choice(['["bob", "carole"]'] * 9 + ["3"]))]
        messages += [Unknown(0x7F)]
        self.tell(self.draw.choice(messages))

    def nonsense(self) -> None:
        self.tell(
            self.draw.choice(
                [
                    Welcome(VERSION, ME, 0, 0, 1, "alice", b""),
                    Joined(1, 0, 1, "salon"),
                    Page(1, 1, 1, "[]"),
                    Image(1, 1, b""),
                    RoomList("[]"),
                    Hello(VERSION),
                    Greeting(VERSION, 0, b"", b""),
                    Answered("devices", "{}"),
                ]
            )
        )

    # La personne

    def want(self) -> None:
        participant, draw = self.participant, self.draw
        room = draw.choice(NAMES if draw.random() < 0.1 else ROOMS)
        text = draw.choice(TEXTS if draw.random() < 0.3 else TEXTS[:3])
        image = draw.choice([b"PNG", b"GIF", b"", b"x" * 9])
        picture = Pictured(draw.randint(1, 6), 1, 0, OTHER, 1, 0, "bob", "chat.png", 3, 1, 1)
        wishes: dict[Callable[[], object], int] = {
            lambda: participant.join(room): 6,
            lambda: participant.leave(draw.choice(ROOMS)): 1,
            lambda: participant.say(room, text): 6,
            lambda: participant.whisper(draw.choice(["bob", "@", room]), text): 2,
            lambda: participant.send_image(room, f"{text}.png", image): 2,
            lambda: participant.list_rooms(draw.choice(["", room])): 1,
            lambda: participant.older(room): 3,
            lambda: participant.ask("topic", {"room": room, "on": True}): 2,
            lambda: participant.fetch(picture): 1,
        }
        (wish,) = draw.choices(list(wishes), list(wishes.values()))
        wish()
