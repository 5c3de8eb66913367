"""Ce qui attend d'être enregistré : rien n'en paraît tant que le disque ne l'a pas."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from chatroom.protocol.documents import Written, document
from chatroom.protocol.frames import Reason
from chatroom.server.core.bans import Ban
from chatroom.server.core.people import Person, device_of
from chatroom.server.core.rooms import Room, Ruling


@dataclass(slots=True)
class Record:
    """Un message à garder : son salon, son numéro, son document JSON, et son image."""

    room: int
    seq: int
    document: str
    image: bytes | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """De quoi prouver une fois, avant une date, que l'on a droit à quelque chose."""

    hash: bytes  # son empreinte : qui vole la base n'a pas les codes
    kind: str  # à quoi il donne droit
    subject: str  # qui, ou quoi
    expires: int  # en millisecondes


@dataclass(frozen=True, slots=True)
class Removal:
    """Un message à retirer : de lui, ne resteront que son numéro, et cela."""

    room: int
    seq: int
    by: str  # le pseudo de qui le retire
    forget: bool = False  # jusqu'au nom de son auteur


@dataclass(frozen=True, slots=True)
class Altered:
    """Ce que devient une personne."""

    id: int
    pseudo: str
    key: str
    role: int
    muted: int = 0
    skeletons: tuple[str, ...] = ()  # si son pseudo change


@dataclass(slots=True)
class Speech:
    """Ce que change à une personne ce qu'elle dit dans cette transaction."""

    time: int = 0  # quand, en dernier
    nonces: dict[int, int | None] = field(default_factory=dict)  # par appareil ; None : oublié
    bytes: int = 0
    pictures: int = 0


@dataclass(slots=True)
class Batch:
    """Ce qu'une transaction enregistre, en tout ou pas du tout."""

    people: list[Person] = field(default_factory=list)
    tokens: list[tuple[int, bytes]] = field(
        default_factory=list
    )  # à une personne, un jeton de plus
    altered: list[Altered] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)  # par personne, la date d'une visite
    rooms: list[Room] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    said: dict[int, Speech] = field(default_factory=dict)  # par personne
    last: dict[int, int] = field(default_factory=dict)  # par salon, le dernier numéro
    # Ce qui est décidé
    bans: list[Ban] = field(default_factory=list)
    unbans: list[tuple[str, str]] = field(default_factory=list)  # leur sorte, et leur sujet
    changed: list[Ruling] = field(default_factory=list)

    def number(self, room: Room) -> int:
        """Le prochain numéro de ce salon."""
        seq = self.last.get(room.id, room.last) + 1
        self.last[room.id] = seq
        return seq

    def by(self, person: Person) -> Speech:
        """Ce qu'elle dit dans cette transaction."""
        if (said := self.said.get(person.id)) is None:
            said = self.said[person.id] = Speech()
        return said


class Pending(Protocol):
    size: int  # octets que cela prend en attendant

    def write(self, batch: Batch) -> None:
        """Se met dans la transaction."""

    def kept(self) -> None:
        """C'est enregistré : on peut le montrer."""

    def lost(self, why: str) -> None:
        """Cela n'a pu l'être ; `why` le dit en français."""


class Newcomer:
    """Une personne ou un salon de nouveau, et toutes les connexions qui l'attendent déjà."""

    __slots__ = ("_settle", "_sorry", "_then", "_write", "size")

    def __init__(self, write: Callable[[Batch], None], settle: Callable[[bool], None]) -> None:
        """`settle` apprend s'il est enregistré, ou à oublier, avant tous ceux qui l'attendent."""
        self._write, self._settle = write, settle
        self._then: list[Callable[[], None]] = []
        self._sorry: list[Callable[[str], None]] = []
        self.size = 200

    def wait(self, then: Callable[[], None], sorry: Callable[[str], None]) -> None:
        """Appelle `then` quand il sera enregistré ; ou `sorry`, avec la raison."""
        self._then.append(then)
        self._sorry.append(sorry)

    def write(self, batch: Batch) -> None:
        self._write(batch)

    def kept(self) -> None:
        self._settle(True)
        for callback in self._then:
            callback()

    def lost(self, why: str) -> None:
        self._settle(False)
        for callback in self._sorry:
            callback(why)


class Seen:
    """Quelqu'un qui ne dit jamais rien est venu : il n'est pas de ceux qu'on oublie."""

    __slots__ = ("_date", "_person", "size")

    def __init__(self, person: Person, date: int) -> None:
        """`date` : en millisecondes."""
        self._person, self._date = person, date
        self.size = 50
        person.busy += 1

    def write(self, batch: Batch) -> None:
        batch.seen[self._person.id] = self._date

    def kept(self) -> None:
        self._person.seen = self._date
        self._person.busy -= 1

    def lost(self, why: str) -> None:
        """Ce sera pour une autre fois."""
        self._person.busy -= 1


class Submission:
    """Un message, pour un salon ou, s'il est privé, pour ceux de deux personnes."""

    __slots__ = (
        *("_dropped", "_fields", "_image", "_kind", "_made", "_people", "_publish", "_rest"),
        *("_rooms", "_weight", "size"),
    )

    def __init__(
        self,
        people: tuple[Person, ...],
        rooms: tuple[Room, ...],
        kind: type[Written],
        time: int,
        nonce: int,
        rest: tuple[Any, ...],
        image: bytes | None,
        publish: Callable[[Room, int, bytes], None],
    ) -> None:
        """`people` : qui le dit, puis à qui, si c'est à une personne."""
        self._publish = publish
        self._people, self._rooms, self._kind = people, rooms, kind
        author = people[0]
        self._fields = (time, author.id, nonce, author.colour, author.pseudo)
        self._rest, self._image = rest, image
        self._made: list[tuple[Room, Written]] = []
        self.size = (
            500 + sum(len(part) for part in rest if isinstance(part, str)) + len(image or b"")
        )
        self._dropped = author.accept(device_of(nonce), nonce)
        for person in people:
            person.busy += 1

    def write(self, batch: Batch) -> None:
        self._made = []
        said = batch.by(self._people[0])
        self._weight = 0
        for room in self._rooms:
            message = self._kind(room.id, batch.number(room), *self._fields, *self._rest)
            self._made.append((room, message))
            text = document(message)
            batch.records.append(Record(room.id, message.seq, text, self._image))
            self._weight += len(text) if text.isascii() else len(text.encode())
        said.bytes += self._weight
        said.pictures += len(self._image or b"") * len(self._rooms)
        said.time, _, nonce, *_ = self._fields
        if self._dropped is not None:
            said.nonces[self._dropped] = None
        said.nonces[device_of(nonce)] = nonce

    def kept(self) -> None:
        for room, message in self._made:
            self._publish(room, message.seq, message.encode())
        author = self._people[0]
        author.bytes += self._weight
        author.pictures += len(self._image or b"") * len(self._rooms)
        self._settle()

    def lost(self, why: str) -> None:
        _, _, nonce, *_ = self._fields
        author = self._people[0]
        if session := author.on(device_of(nonce)):  # peut-être revenu, sur une autre connexion
            session.refuse(Reason.STORAGE, f"Message non enregistré : {why}", nonce)
        else:  # parti sans le savoir : s'il le répète en revenant, ce sera la première fois
            device = device_of(nonce)
            author.accept(device, min(author.nonces.get(device, 0), nonce - 1))
        self._settle()

    def _settle(self) -> None:
        for person in self._people:
            person.busy -= 1
