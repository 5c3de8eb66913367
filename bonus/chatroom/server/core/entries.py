"""Ce qui attend d'être enregistré : rien n'en paraît tant que le disque ne l'a pas."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from chatroom.protocol.documents import Posted, document
from chatroom.protocol.frames import Reason
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room

if TYPE_CHECKING:
    from chatroom.server.core.hub import Hub


@dataclass(slots=True)
class Record:
    """Un message à garder : son salon, son numéro, son document JSON, et son image."""

    room: int
    seq: int
    document: str
    image: bytes | None = None


@dataclass(slots=True)
class Batch:
    """Ce qu'une transaction enregistre, en tout ou pas du tout."""

    people: list[Person] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    nonces: dict[int, int] = field(default_factory=dict)  # par personne, son dernier message
    last: dict[int, int] = field(default_factory=dict)  # par salon, le dernier numéro

    def number(self, room: Room) -> int:
        """Le prochain numéro de ce salon."""
        seq = self.last.get(room.id, room.last) + 1
        self.last[room.id] = seq
        return seq


class Entry(Protocol):
    size: int  # octets que cela prend en attendant

    def write(self, batch: Batch) -> None:
        """Se met dans la transaction."""

    def kept(self, hub: "Hub") -> None:
        """C'est enregistré : on peut le montrer."""

    def lost(self, hub: "Hub", why: str) -> None:
        """Cela n'a pu l'être ; `why` le dit en français."""


@dataclass(slots=True)
class Enrolment:
    """Une personne nouvelle, et toutes les connexions où elle attend déjà."""

    person: Person
    then: list[Callable[[], None]] = field(default_factory=list)
    sorry: list[Callable[[str], None]] = field(default_factory=list)
    size: int = 200

    def write(self, batch: Batch) -> None:
        batch.people.append(self.person)

    def kept(self, hub: "Hub") -> None:
        hub.enrolling.pop(self.person.id, None)
        for callback in self.then:
            callback()

    def lost(self, hub: "Hub", why: str) -> None:
        hub.enrolling.pop(self.person.id, None)
        hub.people.forget(self.person)
        for callback in self.sorry:
            callback(why)


@dataclass(slots=True)
class Opening:
    """Un salon nouveau, et tous ceux qui veulent déjà y entrer."""

    room: Room
    then: list[Callable[[], None]] = field(default_factory=list)
    sorry: list[Callable[[str], None]] = field(default_factory=list)
    size: int = 200

    def write(self, batch: Batch) -> None:
        batch.rooms.append(self.room)

    def kept(self, hub: "Hub") -> None:
        hub.opening.pop(self.room.id, None)
        for callback in self.then:
            callback()

    def lost(self, hub: "Hub", why: str) -> None:
        hub.opening.pop(self.room.id, None)
        hub.rooms.forget(self.room)
        for callback in self.sorry:
            callback(why)


class Post:
    """Un message, pour un salon ou, s'il est privé, pour ceux de deux personnes."""

    __slots__ = ("_fields", "_image", "_kind", "_made", "_person", "_rest", "_rooms", "size")

    def __init__(
        self,
        person: Person,
        rooms: tuple[Room, ...],
        kind: type[Posted],
        time: int,
        nonce: int,
        rest: tuple[Any, ...],
        image: bytes | None = None,
    ) -> None:
        self._person, self._rooms, self._kind = person, rooms, kind
        self._fields = (time, person.id, nonce, person.colour, person.pseudo)
        self._rest, self._image = rest, image
        self._made: list[tuple[Room, Posted]] = []
        self.size = (
            500 + sum(len(part) for part in rest if isinstance(part, str)) + len(image or b"")
        )

    def write(self, batch: Batch) -> None:
        self._made = []
        for room in self._rooms:
            message = self._kind(room.id, batch.number(room), *self._fields, *self._rest)
            self._made.append((room, message))
            batch.records.append(Record(room.id, message.seq, document(message), self._image))
        _, person, nonce, *_ = self._fields
        batch.nonces[person] = nonce

    def kept(self, hub: "Hub") -> None:
        for room, message in self._made:
            hub.publish(room, message.seq, message.encode())

    def lost(self, hub: "Hub", why: str) -> None:
        _, _, nonce, *_ = self._fields
        if session := self._person.session:  # peut-être revenu, sur une autre connexion
            session.refuse(Reason.STORAGE, f"Message non enregistré : {why}", nonce)
        else:  # parti sans le savoir : s'il le répète en revenant, ce sera la première fois
            self._person.nonce = min(self._person.nonce, nonce - 1)
