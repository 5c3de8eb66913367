"""Les places où jouent les essais : celles d'une correction, ou d'une classe qui les partage.

Un essai qui calcule en prend une et la rend à sa fin ; un essai à rejouer seul les prend toutes.
Chaque copie d'une classe est corrigée dans un processus à elle, qui demande ses places, par une
socket, à celui qui les compte (`Desk`). Un tube plein de jetons, comme celui de make, perdrait ceux
d'un processus tué d'un coup ; le noyau, lui, ferme sa socket, et ses places reviennent.
"""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

# Un octet par message : la socket n'en coupe aucun en deux.
ONE = b"1"  # demande une place, ou la donne
ALL = b"*"  # les demande toutes, ou les donne
BACK = b"-"  # en rend une
CHUNK = 4096  # octets
# Places données à d'autres pendant que quelqu'un les veut toutes. Les lui donner, c'est laisser les
# processeurs attendre la fin de chaque essai en cours : autant que d'autres l'aient rejoint.
OTHERS_FIRST = 40


class Slots(Protocol):
    """Ce dont une correction a besoin pour savoir quand lancer un essai."""

    wakes: tuple[int, ...]  # les descripteurs à surveiller : s'y lit qu'une place est libre

    def take(self, wanted: int, /) -> bool:
        """Prend une place, s'il y en a ; sinon, en demande de quoi jouer `wanted` essais."""

    def take_all(self) -> bool:
        """Les prend toutes, si nul n'en a ; sinon, les demande. On n'en a, ni n'en attend, alors
        aucune : deux copies qui le voudraient ne se retiennent donc pas l'une l'autre."""

    def give(self) -> None:
        """Rend ce qu'avait pris un essai."""

    def share(self) -> float:
        """Ce qu'on a de ce qu'on aurait à être seul, de 0 (on ne fait qu'attendre) à 1."""

    def leave(self) -> None:
        """Les rend toutes : on n'en demandera plus."""


@contextmanager
def holding(slots: Slots) -> Iterator[None]:
    """Le temps du bloc, tenir une place ; l'attend s'il le faut."""
    while not slots.take(1):
        select.select(slots.wakes, [], [])
    try:
        yield
    finally:
        slots.give()


class OwnSlots:
    """Celles d'une correction seule sur la machine."""

    wakes: tuple[int, ...] = ()

    def __init__(self, count: int) -> None:
        self._count, self._taken = count, 0

    def take(self, _wanted: int, /) -> bool:
        if self._taken >= self._count:
            return False
        self._taken += 1
        return True

    def take_all(self) -> bool:
        return self.take(1)  # plus rien d'autre ne joue, ni ne partira avant qu'il finisse

    def give(self) -> None:
        self._taken -= 1

    def share(self) -> float:
        return 1.0

    def leave(self) -> None:
        self._taken = 0


class SharedSlots:
    """Celles d'une classe, vues d'une copie."""

    def __init__(self, link: socket.socket, count: int) -> None:
        self.wakes: tuple[int, ...] = (link.fileno(),)
        self._link, self._count = link, count
        self._asked = 0  # demandées, pas encore données
        self._spare = 0  # données, pas encore prises
        self._held = 0
        self._calling = False  # les a demandées toutes
        self._alone = False  # les a toutes, pour un seul essai

    def take(self, wanted: int, /) -> bool:
        self._hear()
        if not self._spare:
            missing = max(0, wanted - self._asked)
            self._link.sendall(ONE * missing)
            self._asked += missing
            return False
        self._spare -= 1
        self._held += 1
        return True

    def take_all(self) -> bool:
        self._hear()
        if not self._alone and not self._calling:
            self._link.sendall(ALL)
            self._calling = True
        return self._alone

    def give(self) -> None:
        back = self._count if self._alone else 1
        self._alone = False
        self._held -= back
        self._link.sendall(BACK * back)

    def share(self) -> float:
        if self._calling:
            return 0.0
        alone = min(self._count, self._held + self._asked)
        return self._held / alone if self._asked else 1.0

    def leave(self) -> None:
        self._link.close()

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            given = self._link.recv(CHUNK, socket.MSG_DONTWAIT)
            if not given:
                raise ConnectionError("plus personne ne compte les places")
            ones = given.count(ONE)
            self._asked -= ones
            self._spare += ones
            if ALL in given:
                self._calling, self._alone, self._held = False, True, self._count


@dataclass
class _Guest:
    """Une copie, vue de qui compte les places."""

    link: socket.socket
    asked: int = 0
    calling: bool = False  # les veut toutes
    held: int = 0


class Desk:
    """Compte les places d'une classe, et les donne ; une copie s'y nomme par son descripteur.

    Servie d'abord, celle qui est là depuis le plus longtemps : ce qui est commencé finit, les
    suivantes prennent ce qu'elle laisse.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._guests: dict[int, _Guest] = {}
        self._passed = 0  # places données depuis que quelqu'un les veut toutes

    @property
    def free(self) -> int:
        return self._count - sum(guest.held for guest in self._guests.values())

    def welcome(self) -> tuple[int, socket.socket]:
        """Une copie de plus : le descripteur à surveiller ici, et la socket à lui laisser."""
        link, theirs = socket.socketpair()
        self._guests[link.fileno()] = _Guest(link)
        return link.fileno(), theirs

    def hear(self, number: int) -> bool:
        """Lit ce que demande ou rend cette copie, et sert qui peut l'être ; faux à sa fin,
        qu'il reste à dire (`leave`)."""
        guest = self._guests[number]
        try:
            said = guest.link.recv(CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except ConnectionError:  # tuée avant d'avoir lu ce qu'on lui donnait
            said = b""
        if not said:
            return False
        guest.asked += said.count(ONE)
        guest.held -= said.count(BACK)
        guest.calling = guest.calling or ALL in said
        self._serve()
        return True

    def leave(self, number: int) -> None:
        """Cette copie n'est plus là : ce qu'elle avait est à d'autres."""
        self._guests.pop(number).link.close()
        self._serve()

    def _serve(self) -> None:
        while True:
            guests = self._guests.values()
            caller = next((guest for guest in guests if guest.calling), None)
            asker = next((guest for guest in guests if guest.asked), None)
            if not caller:
                self._passed = 0
            elif not asker or self._passed >= OTHERS_FIRST:
                if self.free == self._count:
                    caller.calling, caller.held = False, self._count
                    _send(caller, ALL)
                return
            if not asker or not self.free:
                return
            asker.asked -= 1
            asker.held += 1
            self._passed += 1
            _send(asker, ONE)


def _send(guest: _Guest, given: bytes) -> None:
    with suppress(OSError):  # elle vient de mourir : sa fin, lue bientôt, rendra la place
        guest.link.send(given, socket.MSG_DONTWAIT)
