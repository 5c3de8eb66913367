"""Les salons : qui y est, et le numéro de leur dernier message."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from chatroom.protocol.text import fold
from chatroom.server.core.lookalikes import skeletons
from chatroom.server.core.people import Guest, Person
from chatroom.server.core.world import Wrap, Write

# Le salon privé de la personne n a pour numéro n, avec ce bit en plus.
PRIVATE_BIT = 1 << 31


FORMER = 8  # anciens noms d'un salon qui y mènent encore
COMMON = fold("général")  # où tous arrivent : le premier venu n'en décide pas


@dataclass(frozen=True, slots=True)
class Ruling:
    """Tout ce qui se décide d'un salon, à un instant."""

    id: int
    name: str
    mode: int
    topic: str
    owner: int
    seal: bytes
    former: tuple[str, ...]
    invited: frozenset[int]


class Room:
    __slots__ = (
        *(
            "_doubles",
            "_writers",
            "epoch",
            "former",
            "id",
            "invited",
            "last",
            "mode",
            "name",
            "owner",
        ),
        *("pending", "seal", "topic"),
    )

    def __init__(self, id: int, name: str, last: int = 0, owner: int = 0) -> None:  # noqa: A002
        self.id, self.name = id, name
        self.last = last  # le numéro du dernier message enregistré et montré
        self.epoch = 0  # quand il est né, en millisecondes ; 0 : avant qu'on le note
        self.owner = owner  # le numéro de qui l'a ouvert
        self.mode = 0  # Mode
        self.topic = ""
        self.seal = b""  # de son mot de passe
        self.former: tuple[str, ...] = ()  # ses anciens noms
        self.invited: frozenset[int] = frozenset()  # les numéros de ceux qui peuvent y entrer
        # De quoi écrire à chacun, mille fois par message ; ensemble, ceux qui lisent le même texte.
        self._writers: dict[Wrap, dict[Guest, Write]] = {}
        self._doubles = 0  # connexions de trop : une personne en a une par appareil
        self.pending: list[bytes] = []  # à envoyer à tous à la fin de ce tour de boucle

    @property
    def private(self) -> bool:
        return bool(self.id & PRIVATE_BIT)

    def snapshot(self) -> Ruling:
        rules = (self.mode, self.topic, self.owner, self.seal, self.former, self.invited)
        return Ruling(self.id, self.name, *rules)

    @property
    def label(self) -> str:
        return self.name or "en privé"

    @property
    def count(self) -> int:
        """Combien de personnes y sont."""
        return sum(len(writers) for writers in self._writers.values()) - self._doubles

    @property
    def members(self) -> Iterator[Guest]:
        """Leurs connexions ; une personne en a une par appareil."""
        return chain.from_iterable(self._writers.values())

    @property
    def people(self) -> Iterator[Person]:
        """Chacune une fois, dans l'ordre où elles y sont entrées."""
        seen = set[int]()
        for guest in self.members:
            person = guest.person
            if person and person.id not in seen:
                seen.add(person.id)
                yield person

    def enter(self, guest: Guest) -> None:
        writers = self._writers.setdefault(guest.peer.wrap, {})
        self._doubles += guest not in writers and self._double(guest)
        writers[guest] = guest.peer.write

    def leave(self, guest: Guest) -> None:
        wrap = guest.peer.wrap
        writers = self._writers.get(wrap)
        if writers and writers.pop(guest, None):
            self._doubles -= self._double(guest)
            if not writers:
                del self._writers[wrap]

    def _double(self, guest: Guest) -> bool:
        return bool(guest.person and guest.person.elsewhere(guest, self.id))

    def flush(self) -> int:
        """Les trames de ce tour en un seul texte : le même pour chacun, et rien à faire de plus.

        Renvoie combien d'octets sont partis.
        """
        sent = 0
        if self.pending:
            data = b"".join(self.pending)
            self.pending.clear()
            # Des copies : qui déborde de ce qu'on lui écrit sort aussitôt du salon.
            for wrap, writers in list(self._writers.items()):
                wrapped = wrap(data)
                sent += len(wrapped) * len(writers)
                for write in list(writers.values()):
                    write(wrapped)
        return sent


class Rooms:
    """Les salons, par numéro et par nom ; privés, ceux des personnes qui sont en mémoire."""

    def __init__(self, known: Iterable[Room], last: int = 0) -> None:
        """`last` : le plus grand numéro jamais donné ; il n'en resservira aucun."""
        self._by_id: dict[int, Room] = {}
        self._by_name: dict[str, Room] = {}
        self._by_skeleton: dict[str, Room] = {}
        self._former: dict[str, Room] = {}  # par un nom d'autrefois
        self._last = last
        for room in known:
            self._add(room)

    def _add(self, room: Room) -> None:
        self._by_id[room.id] = room
        if not room.private:
            self._by_name[fold(room.name)] = room
            self._show(room)
            self._former |= {fold(name): room for name in room.former}
            self._last = max(self._last, room.id)

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, number: int) -> Room | None:
        return self._by_id.get(number)

    def named(self, name: str) -> Room | None:
        """Celui qui s'appelle ainsi ; à défaut, celui qui s'appelait ainsi."""
        return self._by_name.get(fold(name)) or self._former.get(fold(name))

    def alike(self, name: str) -> Room | None:
        """Un salon dont on prendrait le nom pour celui-ci."""
        found = map(self._by_skeleton.get, skeletons(name))
        return next(filter(None, found), None)

    def public(self) -> Iterable[Room]:
        return self._by_name.values()

    def rename(self, room: Room, name: str, former: tuple[str, ...] | None = None) -> None:
        """Ses anciens noms y mènent encore : `former`, ou celui d'avant et ceux d'encore avant.

        Le nouveau doit être libre, ou l'un des siens.
        """
        self._hide(room)
        known = (room.name, *room.former)
        for old in known:
            self._by_name.pop(fold(old), None)
            self._former.pop(fold(old), None)
        kept = known if former is None else former
        others = tuple(old for old in kept if fold(old) != fold(name))
        room.name, room.former = name, others[:FORMER]
        self._by_name[fold(name)] = room
        self._former |= {fold(old): room for old in room.former}
        self._show(room)

    def create(self, name: str, owner: int = 0) -> Room:
        """Le nom doit être libre."""
        room = Room(self._last + 1, name, owner=0 if fold(name) == COMMON else owner)
        self._add(room)
        return room

    def private_of(self, person: Person) -> Room:
        number = person.id | PRIVATE_BIT
        if number not in self._by_id:
            self._add(Room(number, "", person.last))
        return self._by_id[number]

    def drop_private(self, person: Person) -> None:
        """Elle n'est plus en mémoire, ni rien de ce qui est à elle."""
        self._by_id.pop(person.id | PRIVATE_BIT, None)

    def forget(self, room: Room) -> None:
        """N'a pu être enregistré."""
        self._by_id.pop(room.id, None)
        self._by_name.pop(fold(room.name), None)
        self._hide(room)

    def _show(self, room: Room) -> None:
        """On pourra prendre un autre nom pour le sien."""
        self._by_skeleton |= dict.fromkeys(skeletons(room.name), room)

    def _hide(self, room: Room) -> None:
        for one in skeletons(room.name):
            if self._by_skeleton.get(one) is room:
                del self._by_skeleton[one]
