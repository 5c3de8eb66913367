"""Qui est qui : un numéro par personne, un pseudo qui n'est qu'à elle, un jeton qui la prouve."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from chatroom.protocol.frames import Reason
from chatroom.protocol.text import fold
from chatroom.server.core.world import Peer


class Guest(Protocol):
    """Quelqu'un de connecté, tel que le voient sa personne et les salons où il est."""

    person: "Person | None"  # None : il ne s'est pas encore présenté

    @property
    def peer(self) -> Peer: ...

    @property
    def rooms(self) -> Collection[int]:
        """Les numéros des salons où il est."""

    def refuse(self, reason: Reason, text: str, nonce: int = 0) -> None:
        """Lui dit que sa demande n'aura pas lieu."""

    def close(self, reason: Reason, text: str) -> None:
        """Le congédie, en disant pourquoi."""


@dataclass(slots=True, eq=False)
class Person:
    """Quelqu'un que le serveur connaît, là ou non."""

    id: int
    pseudo: str
    colour: int
    proof: bytes  # l'empreinte de son jeton : qui vole la base n'a pas les jetons
    nonce: int = 0  # le numéro de son dernier message accepté
    session: Guest | None = None


def proof_of(token: bytes) -> bytes:
    """L'empreinte d'un jeton. Il est tiré au hasard sur 32 octets : nul besoin de la ralentir."""
    return hashlib.sha256(token).digest()


class People:
    """Toutes les personnes connues, par jeton et par pseudo."""

    def __init__(self, known: Iterable[Person]) -> None:
        self._by_proof: dict[bytes, Person] = {}
        self._by_pseudo: dict[str, Person] = {}
        self._last = 0
        for person in known:
            self._add(person)

    def __len__(self) -> int:
        return len(self._by_proof)

    def _add(self, person: Person) -> None:
        self._by_proof[person.proof] = person
        self._by_pseudo[fold(person.pseudo)] = person
        self._last = max(self._last, person.id)

    def recognise(self, token: bytes) -> Person | None:
        return self._by_proof.get(proof_of(token))

    def named(self, pseudo: str) -> Person | None:
        return self._by_pseudo.get(fold(pseudo))

    def create(self, pseudo: str, token: bytes, colour: int) -> Person:
        """Le pseudo doit être libre."""
        person = Person(self._last + 1, pseudo, colour, proof_of(token))
        self._add(person)
        return person

    def forget(self, person: Person) -> None:
        """N'a pu être enregistrée : son pseudo redevient libre."""
        self._by_proof.pop(person.proof, None)
        self._by_pseudo.pop(fold(person.pseudo), None)
