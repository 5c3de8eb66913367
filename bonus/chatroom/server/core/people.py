"""Qui est qui : un numéro par personne, un pseudo qui n'est qu'à elle, des jetons qui la prouvent.

Le disque les connaît toutes ; la mémoire, celles qui sont là, et les dernières qu'on a cherchées.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from chatroom.common.proofs import proof_of
from chatroom.protocol.frames import Reason
from chatroom.protocol.text import fold
from chatroom.server.core.world import Peer

DEVICES = 16  # appareils d'une personne dont on retient le dernier message : les derniers à parler
DEVICE_SHIFT = 32  # le numéro d'un message est celui de l'appareil, puis son compte
IDLE = 4_096  # absents gardés en mémoire : une salle revient d'un coup après une coupure


class Guest(Protocol):
    """Quelqu'un de connecté, tel que le voient sa personne et les salons où il est."""

    person: "Person | None"  # None : il ne s'est pas encore présenté

    device: int  # le numéro de cet appareil parmi les siens

    @property
    def peer(self) -> Peer: ...

    @property
    def host(self) -> str:
        """D'où il vient : l'adresse, ou le réseau, que l'on compte."""

    @property
    def rooms(self) -> Collection[int]:
        """Les numéros des salons où il est."""

    def refuse(self, reason: Reason, text: str, nonce: int = 0) -> None:
        """Lui dit que sa demande n'aura pas lieu."""

    def close(self, reason: Reason, text: str) -> None:
        """Le congédie, en disant pourquoi."""

    def put_out(self, room: int) -> None:
        """Le salon de ce numéro se ferme : il n'y est plus."""


@dataclass(slots=True, eq=False)
class Person:
    """Quelqu'un que le serveur connaît, là ou non."""

    id: int
    pseudo: str
    colour: int
    proofs: tuple[bytes, ...]  # les empreintes de ses jetons : qui vole la base n'a pas les jetons
    nonces: dict[int, int] = field(default_factory=dict)  # par appareil, son dernier message
    last: int = 0  # le numéro du dernier message de son salon privé, quand on l'a trouvée
    role: int = 0
    muted: int = 0  # jusqu'à cette date, en millisecondes
    seen: int = 0  # le jour de sa dernière visite, de même
    bytes: int = 0  # ce que pèsent ses messages gardés
    pictures: int = 0  # et ses images
    key: str = ""  # son pseudo, replié
    skeletons: tuple[str, ...] = ()  # ce qu'un œil voit de son pseudo, quand elle est nouvelle
    sessions: tuple[Guest, ...] = ()  # ses appareils connectés ; un tuple tient peu de place
    busy: int = 0  # ce qui attend encore le disque et parle d'elle

    def on(self, device: int) -> Guest | None:
        """Sa connexion de cet appareil ; 0 : un client qui compte ses messages depuis 1."""
        return next((one for one in self.sessions if device in (one.device, 0)), None)

    def elsewhere(self, guest: Guest, room: int) -> bool:
        """Elle est dans ce salon d'un autre appareil que celui-là."""
        return any(one is not guest and room in one.rooms for one in self.sessions)

    def leave(self, guest: Guest) -> None:
        """Cet appareil n'est plus connecté."""
        self.sessions = tuple(one for one in self.sessions if one is not guest)

    def accept(self, device: int, nonce: int) -> int | None:
        """Le dernier message reçu de cet appareil ; renvoie celui qu'il a fallu oublier."""
        self.nonces.pop(device, None)
        dropped = next(iter(self.nonces)) if len(self.nonces) >= DEVICES else None
        if dropped is not None:
            del self.nonces[dropped]
        self.nonces[device] = nonce
        return dropped


@dataclass(frozen=True, slots=True)
class Proof:
    """La personne dont un jeton a cette empreinte."""

    proof: bytes


@dataclass(frozen=True, slots=True)
class Number:
    number: int


@dataclass(frozen=True, slots=True)
class Key:
    """La personne dont le pseudo se replie ainsi (`fold`)."""

    key: str


@dataclass(frozen=True, slots=True)
class Alike:
    """Une personne dont le pseudo a l'une de ces formes : un œil les confond."""

    forms: tuple[str, ...]


Lookup = Proof | Number | Key | Alike


class Directory(Protocol):
    """Le disque, pour ce qui est des personnes."""

    def person(
        self,
        lookup: Lookup,
        then: Callable[[Person | None], None],
        sorry: Callable[[str], None],
    ) -> None:
        """`then` reçoit une Person de plus, ou None ; `sorry`, pourquoi on n'en sait rien.

        Les réponses viennent dans l'ordre des questions.
        """


def device_of(nonce: int) -> int:
    """L'appareil qui a numéroté ce message ; 0 : un message de la version 1."""
    return nonce >> DEVICE_SHIFT


def by_pseudo(pseudo: str) -> Key:
    return Key(fold(pseudo))


class People:
    """Les personnes. À tout instant, une même personne n'a qu'une Person."""

    def __init__(
        self, directory: Directory, count: int = 0, last: int = 0, idle: int = IDLE
    ) -> None:
        """`count` : combien de connues ; `last` : le plus grand numéro jamais donné."""
        self._directory, self._count, self._last, self._idle = directory, count, last, idle
        self._by_id: dict[int, Person] = {}
        self._by_key: dict[str, Person] = {}
        self._new: dict[bytes, Person] = {}  # celles que le disque n'a pas encore, par empreinte
        self._asking = 0
        self._full = idle
        self.dropped: Callable[[Person], None] = lambda _: None  # n'est plus en mémoire

    def __len__(self) -> int:
        return self._count

    # Chercher

    def find(
        self,
        lookup: Lookup,
        then: Callable[[Person | None], None],
        sorry: Callable[[str], None],
    ) -> None:
        """Appelle `then`, aussitôt si la mémoire suffit ; ou `sorry`, avec la raison."""
        if known := self._known(lookup):
            return then(known)
        self._asking += 1

        def found(person: Person | None) -> None:
            self._asking -= 1
            # Pendant qu'on cherchait, elle a pu venir.
            then(self._keep(person) if person else self._known(lookup))

        def failed(why: str) -> None:
            self._asking -= 1
            sorry(why)

        return self._directory.person(lookup, found, failed)

    def live(self, number: int) -> Person | None:
        """Cette personne, si elle est en mémoire."""
        return self._by_id.get(number)

    def all_live(self) -> list[Person]:
        """Celles qui sont en mémoire."""
        return list(self._by_id.values())

    def _known(self, lookup: Lookup) -> Person | None:
        match lookup:
            case Number(number):
                return self._by_id.get(number)
            case Key(key):
                return self._by_key.get(key)
            case Proof(proof):
                return self._new.get(proof)
            case Alike(forms):
                new = self._new.values()
                return next((one for one in new if not {*forms}.isdisjoint(one.skeletons)), None)

    def _keep(self, person: Person) -> Person:
        """Celle que l'on avait déjà, ou celle-ci."""
        if known := self._by_id.get(person.id):
            return known
        self._add(person)
        return person

    # Se souvenir, oublier

    def rename(self, person: Person, pseudo: str) -> Callable[[bool], None]:
        """Le nouveau pseudo, qui doit être libre, est pris aussitôt ; l'ancien l'est encore.

        À appeler ensuite, quand on sait s'il est enregistré : l'autre des deux devient libre.
        """
        before = person.pseudo, person.key
        person.busy += 1
        person.pseudo, person.key = pseudo, fold(pseudo)
        self._by_key[person.key] = person

        def settle(kept: bool) -> None:
            person.busy -= 1
            free = before[1] if kept else person.key
            if not kept:
                person.pseudo, person.key = before
            if free != person.key:
                self._by_key.pop(free, None)

        return settle

    def create(
        self, pseudo: str, token: bytes, colour: int, skeletons: tuple[str, ...] = ()
    ) -> Person:
        """Le pseudo doit être libre."""
        self._last += 1
        person = Person(self._last, pseudo, colour, (proof_of(token),), skeletons=skeletons)
        person.busy = 1  # jusqu'à ce que le disque l'ait
        self._count += 1
        self._new[person.proofs[0]] = person
        self._add(person)
        return person

    def saved(self, person: Person) -> None:
        """Le disque l'a."""
        if self._new.pop(person.proofs[0], None):
            person.busy -= 1

    def forget(self, person: Person) -> None:
        """N'a pu être enregistrée, ou n'est plus : son pseudo redevient libre."""
        if self._by_id.get(person.id) is person:
            self._count -= 1
            self.saved(person)
            self._drop(person)

    def gone(self, count: int) -> None:
        """Le disque en a oublié quelques-unes, que la mémoire n'avait pas."""
        self._count -= count

    def refresh(self, person: Person, fresh: Person) -> None:
        """Ce qu'en dit le disque, qui a changé sans nous."""
        if person.key != fresh.key:
            del self._by_key[person.key]
            self._by_key[fresh.key] = person
        person.pseudo, person.key, person.proofs = fresh.pseudo, fresh.key, fresh.proofs
        person.role, person.muted = fresh.role, fresh.muted
        person.bytes, person.pictures = fresh.bytes, fresh.pictures

    def _add(self, person: Person) -> None:
        if len(self._by_id) >= self._full and not self._asking:
            self._sweep()
        person.key = person.key or fold(person.pseudo)
        self._by_id[person.id] = self._by_key[person.key] = person

    def _sweep(self) -> None:
        """Retire de la mémoire des absents, les premiers venus, et n'en laisse que la moitié.

        Jamais pendant que le disque cherche : sa réponse pourrait dater d'avant leur départ.
        """
        away = [one for one in self._by_id.values() if not one.sessions and not one.busy]
        for person in away[: max(0, len(away) - self._idle // 2)]:
            self._drop(person)
        self._full = len(self._by_id) + self._idle // 2

    def _drop(self, person: Person) -> None:
        del self._by_id[person.id], self._by_key[person.key]
        self.dropped(person)
