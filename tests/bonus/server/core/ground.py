"""Le noyau seul : une fausse horloge, un disque en mémoire, des clients sans socket."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from chatroom.protocol import ChatError
from chatroom.protocol.bounds import FROM_SERVER
from chatroom.protocol.frames import Decoder, Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    Join,
    Joined,
    Message,
    Page,
    Said,
    Say,
    Welcome,
    decode,
)
from chatroom.server.core.hub import Hub
from chatroom.server.core.pending import Batch, Code, Removal
from chatroom.server.core.people import Alike, Key, Lookup, Number, People, Person, Proof
from chatroom.server.core.rooms import PRIVATE_BIT, Rooms
from chatroom.server.core.session import Session
from chatroom.server.core.space import Space, Tidied
from chatroom.server.core.world import Wrap, bare

from tests.bonus.introducing import introduction

M = TypeVar("M", bound=Message)
T = TypeVar("T")
IDENTITY = b"le serveur, ici."


class World:
    """Le temps n'avance que quand on le dit."""

    def __init__(self) -> None:
        self.time = 1_000.0
        self._soon: list[Callable[[], None]] = []
        self._later: list[tuple[float, Callable[[], None]]] = []

    def now(self) -> float:
        return self.time

    def date(self) -> int:
        return int(self.time * 1000)

    def soon(self, callback: Callable[[], None]) -> None:
        self._soon.append(callback)

    def later(self, delay: float, callback: Callable[[], None]) -> None:
        self._later.append((self.time + delay, callback))

    def aside(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        then(work())

    def turn(self) -> None:
        """Un tour de boucle."""
        callbacks, self._soon = self._soon, []
        for callback in callbacks:
            callback()

    def settle(self) -> None:
        while self._soon:
            self.turn()

    def advance(self, seconds: float) -> None:
        self.time += seconds
        due = [callback for time, callback in self._later if time <= self.time]
        self._later = [(time, callback) for time, callback in self._later if time > self.time]
        for callback in due:
            callback()
        self.settle()


class Disk:
    """Un disque en mémoire ; il écrit lentement si `slow`, cherche de même si `thinking`."""

    def __init__(self, page: int) -> None:
        self._page = page
        self.slow, self.thinking, self.broken = False, False, ""
        self.batches: list[Batch] = []
        self.waiting: list[Callable[[], None]] = []
        self.kept: dict[int, dict[int, str]] = {}
        self.images: dict[tuple[int, int], bytes | None] = {}
        self.people: list[Person] = []
        self.tidied: list[Tidied] = []  # ce que diront les ménages à venir
        self.tidyings = 0
        self.dropped: tuple[list[int], list[int]] = ([], [])
        self.codes: dict[tuple[str, bytes], Code] = {}

    def tidy(self, limits: Limits, done: Callable[[Tidied], None]) -> None:
        self.tidyings += 1
        done(self.tidied.pop(0) if self.tidied else Tidied(Space(10**12, 0)))

    def drop(self, rooms: Sequence[int], people: Sequence[int]) -> None:
        self.dropped = (list(rooms), list(people))

    def identity(self) -> bytes:
        return IDENTITY

    def commit(self, batch: Batch, done: Callable[[str], None]) -> None:
        def write() -> None:
            if not self.broken:
                self.batches.append(batch)
                self.people += batch.people
                for record in batch.records:
                    self.kept.setdefault(record.room, {})[record.seq] = record.document
                    self.images[record.room, record.seq] = record.image
                for gone in batch.removed:
                    self._remove(gone)
            done(self.broken)

        if self.slow:
            self.waiting.append(write)
        else:
            write()

    def _remove(self, gone: Removal) -> None:
        fields = json.loads(self.kept[gone.room][gone.seq]) | {"kind": "removed", "by": gone.by}
        fields.pop("text", None)
        self.kept[gone.room][gone.seq] = json.dumps(fields)
        self.images.pop((gone.room, gone.seq), None)

    def catch_up(self) -> None:
        """Finit ce qui attendait."""
        waiting, self.waiting = self.waiting, []
        for write in waiting:
            write()

    def page(
        self,
        room: int,
        seq: int,
        forwards: bool,
        done: Callable[[tuple[Sequence[str], bool] | None], None],
    ) -> None:
        kept = sorted(self.kept.get(room, {}).items())
        beyond = [text for number, text in kept if (number > seq if forwards else number < seq)]
        found = beyond[: self._page] if forwards else beyond[-self._page :]
        done((found, len(beyond) > len(found)))

    def image(self, room: int, seq: int, done: Callable[[bytes | None], None]) -> None:
        done(self.images.get((room, seq)))

    def date_of(self, room: int, seq: int, done: Callable[[int | None], None]) -> None:
        kept = self.kept.get(room, {}).get(seq)
        done(json.loads(kept)["time"] if kept else None)

    def document(self, room: int, seq: int, done: Callable[[str | None], None]) -> None:
        done(self.kept.get(room, {}).get(seq))

    def twin(self, room: int, person: int, nonce: int, done: Callable[[int | None], None]) -> None:
        same = f'"person":{person},"nonce":{nonce},'
        done(next((seq for seq, text in self.kept.get(room, {}).items() if same in text), None))

    def forget(self, person: int, done: Callable[[str], None]) -> None:
        if not self.broken:
            self.people = [one for one in self.people if one.id != person]
        done(self.broken)

    def person(
        self,
        lookup: Lookup,
        then: Callable[[Person | None], None],
        sorry: Callable[[str], None],
    ) -> None:
        def answer() -> None:
            if self.broken:
                sorry(self.broken)
            else:
                then(next((self._read(one) for one in self.people if matches(one, lookup)), None))

        if self.thinking:
            self.waiting.append(answer)
        else:
            answer()

    def _read(self, person: Person) -> Person:
        said = (batch.said[person.id] for batch in self.batches if person.id in batch.said)
        nonces = {device: nonce for one in said for device, nonce in one.nonces.items() if nonce}
        last = max(self.kept.get(person.id | PRIVATE_BIT, {0: ""}))
        return replace(person, nonces=nonces, last=last, sessions=(), busy=0)

    def issue(self, code: Code, done: Callable[[str], None]) -> None:
        self.codes[code.kind, code.hash] = code
        done(self.broken)

    def redeem(
        self,
        kind: str,
        code: bytes,
        now: int,
        then: Callable[[str | None], None],
        sorry: Callable[[str], None],
    ) -> None:
        found = self.codes.pop((kind, code), None)
        then(found.subject if found and found.expires > now else None)


def matches(person: Person, lookup: Lookup) -> bool:
    match lookup:
        case Number(number):
            return person.id == number
        case Key(key):
            return person.key == key
        case Proof(proof):
            return proof in person.proofs
        case Alike(forms):
            return not {*forms}.isdisjoint(person.skeletons)


class Client:
    """Un client sans socket : ce qu'on lui a envoyé, décodé."""

    def __init__(self, ground: "Ground", host: str, wrap: Wrap = bare) -> None:
        self.wrap = wrap
        self._decoder = Decoder(FROM_SERVER)
        self.writes: list[bytes] = []
        self.got: list[Message] = []
        self.closed = self.paused = False
        self.full = False  # il ne lit pas : ce qu'on lui a écrit n'est pas parti
        self.draining: list[Callable[[], None]] = []
        self.session: Session | None = None
        self.session = ground.hub.connect(self, host, f"{host}:1234")
        self._ground = ground

    # Ce que fait un Peer

    def send(self, data: bytes) -> None:
        self.write(self.wrap(data))

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.writes.append(data)
        self._decoder.feed(data)
        while frame := self._decoder.next():
            self.got.append(decode(*frame))

    def close(self, data: bytes) -> None:
        self.send(data)
        self.closed = True

    def drain(self, then: Callable[[], None]) -> None:
        if self.full:
            self.draining.append(then)
        else:
            then()

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    # Ce que fait un test

    def tell(self, *messages: Message) -> None:
        """Envoie ces messages, dans un même tour ; puis la boucle tourne."""
        assert self.session
        for message in messages:
            assert message.KIND in self.session.bounds
            self.session.heard()
            self.session.receive(message)
        self._ground.world.settle()

    def take(self, kind: type[M]) -> list[M]:
        """Ce qu'il a reçu de cette sorte ; le reste attend."""
        found = [message for message in self.got if isinstance(message, kind)]
        self.got = [message for message in self.got if not isinstance(message, kind)]
        return found

    def last(self, kind: type[M]) -> M:
        return self.take(kind)[-1]

    def enter(self, name: str = "salon", after: int = 0) -> Joined:
        self.tell(Join(name, after))
        return self.last(Joined)

    def leave(self) -> None:
        assert self.session
        self.session.left()
        self._ground.world.settle()

    def heard(self) -> list[str]:
        """Les textes dits devant lui."""
        return [message.text for message in self.take(Said)]

    def read(self) -> list[dict[str, Any]]:
        """Les messages des pages d'historique reçues."""
        return [entry for page in self.take(Page) for entry in json.loads(page.documents)]


class Ground:
    """Un noyau, et de quoi y faire venir des clients."""

    def __init__(self, **limits: Any) -> None:
        # Chaque annonce aussitôt, sauf où un test veut les voir réunies.
        self.limits = Limits(**{"gathering": 0.0} | limits)
        self.world = World()
        self.disk = Disk(self.limits.page)
        self.lines: list[str] = []
        self.sizes: dict[bytes, tuple[int, int]] = {}
        self.start(People(self.disk), Rooms(()))

    def start(self, people: People, rooms: Rooms) -> None:
        self.hub = Hub(
            self.limits,
            self.world,
            self.disk,
            people,
            rooms,
            self._examine,
            self.lines.extend,
            random.Random(1),
        )

    def _examine(self, data: bytes) -> tuple[bytes, int, int]:
        kept = data.removesuffix(b"+gps")
        if kept not in self.sizes:
            raise ChatError("ce n'est pas une image.")
        return kept, *self.sizes[kept]

    def connect(self, host: str = "10.0.0.1", wrap: Wrap = bare) -> Client:
        client = Client(self, host, wrap)
        self.world.settle()
        return client

    def arrive(self, pseudo: str, token: bytes = b"", device: int = 0) -> tuple[Client, Welcome]:
        client = self.connect()
        client.tell(*introduction(pseudo, token, device))
        return client, client.last(Welcome)

    def person(self, pseudo: str, room: str = "salon") -> tuple[Client, int]:
        """Quelqu'un de présent dans un salon, et le numéro de ce salon."""
        client, _ = self.arrive(pseudo)
        joined = client.enter(room)
        client.got.clear()
        return client, joined.room


def say(room: int, nonce: int, text: str) -> Say:
    return Say(room, nonce, text)


def overflow(client: Client) -> None:
    """Désormais, tout ce qu'on lui écrit déborde de son tampon, et le ferme."""

    def full(_: bytes) -> None:
        assert client.session
        if not client.closed:
            client.closed = True
            client.session.close(Reason.SLOW, "vous ne lisez pas")

    client.write = client.close = full  # type: ignore[method-assign, assignment]
    assert client.session
    for room in client.session.rooms.values():
        room.enter(client.session)
