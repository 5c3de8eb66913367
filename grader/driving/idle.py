"""Savoir qu'un programme n'a plus rien à faire : il dort, et rien de ce qu'il lira n'est en route.

Chaque fil dort dans un appel système que montre le noyau (`waiting`) ; chaque connexion dit ce qui
y attend encore (`Diag`). Ce qu'aucun fil n'est là pour lire ne le sera pas : en conclure que « rien
n'est venu » ne dépend ni de la charge de la machine, ni d'un délai.
"""

import math
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from grader.driving.peer import Peer
from grader.driving.waiting import Wait, Watch
from grader.sandbox.appetite import processes_of, slurp
from grader.world.diag import Diag, Listening, State

REGULAR = 2  # fois qu'un sommeil se répète à l'identique, pour n'être qu'un battement
ROUNDING, LATENESS = 0.1, 0.015  # part et secondes dont deux battements peuvent différer
BLINK = 0.05  # secondes entre deux regards, au plus, pour ne pas manquer un battement
MAX_BEATS = 40  # retenus
SEEN = 0.1  # secondes avant un regard dont il dit quelque chose ; il y en a d'ordinaire bien moins


@dataclass(frozen=True)
class Sleep:
    """Ce que fait un programme à l'instant où on le regarde."""

    running: bool = True
    asleep: bool = False  # tous ses fils dorment, et rien de ce qu'il lit n'est en route
    proven: bool = False  # … dans des appels qu'on a tous su lire
    timer: float | None = None  # secondes, au moins, avant qu'un fil ne se réveille de lui-même
    beat: float | None = None  # de même, pour ce qui se répète à intervalles réguliers
    unread: bool = False  # on lui a envoyé ce qu'aucun de ses fils n'est là pour lire
    devices: frozenset[int] = frozenset()  # les terminaux qu'il attend de pouvoir lire
    turns: frozenset[tuple[int, int]] = frozenset()  # change dès qu'un fil court, sauf battement

    def lasts(self, seconds: float) -> bool:
        """Vrai s'il ne se réveillera pas de lui-même d'ici là."""
        return all(timer is None or timer > seconds for timer in (self.timer, self.beat))

    @property
    def soonest(self) -> float:
        """Secondes, au moins, avant qu'il ne se réveille de lui-même."""
        return min(end for end in (self.timer, self.beat, math.inf) if end is not None)


FINISHED = Sleep(running=False, asleep=True, proven=True)
BUSY = Sleep()


def alive(process: int) -> bool:
    """Faux s'il n'existe plus, ou n'est plus qu'un code de sortie que nul n'a lu."""
    try:
        stat = slurp(f"/proc/{process}/stat")
    except OSError:
        return False
    return stat.rpartition(b") ")[2][:1] not in b"ZX"


def in_flight(diag: Diag, peers: Iterable[Peer]) -> tuple[bool, set[int]]:
    """Vrai si des octets sont en chemin ou à lire par nous ; et les sockets où ils attendent ceux
    d'en face : la connexion ou, tant que personne ne l'a acceptée, celle qui écoute."""
    moving, waiting = False, set()
    for peer in peers:
        if not peer.address or peer.deaf:
            continue
        ours = diag.connection(peer.address, peer.other_address)
        theirs = diag.connection(peer.other_address, peer.address)
        moving |= bool(ours and ours.waiting)
        moving |= _on_its_way(ours, theirs) or _on_its_way(theirs, ours)
        if theirs and not theirs.accepted:
            port = peer.other_address[1]
            waiting |= {inode for place, inode in diag.listening() if place.port == port}
        elif theirs and theirs.waiting:
            waiting.add(theirs.inode)
    return moving, waiting


def _on_its_way(one: State | None, other: State | None) -> bool:
    """Vrai si l'un a émis ce que l'autre n'a pas encore reçu."""
    if one is None or other is None or one.sent is None or other.received is None:
        return False
    return one.sent > other.received


@dataclass
class _Nap:
    """Le sommeil d'un fil."""

    turns: int
    length: float | None  # secondes ; None : sans fin
    end: float = 0.0  # l'instant où il finira de lui-même, au plus tôt


class Observer:
    """Regarde un programme, et retient ce que dure le sommeil de chaque fil.

    Qui se réveille pour se rendormir aussi longtemps ne fait que battre : un témoin de connexion,
    une boucle qui regarde de temps en temps si quelque chose est venu.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self._watch = Watch()
        self._looked = time.monotonic()
        self._naps: dict[int, _Nap] = {}
        self._beats: list[float] = []  # les durées de sommeil qui se sont suivies à l'identique
        self.looked = self.busy = 0.0  # secondes : en tout, et où il n'a pas dormi

    def look(self, diag: Diag, peers: Iterable[Peer]) -> Sleep:
        now, before = time.monotonic(), self._looked
        self._looked, since = now, min(now - before, SEEN)
        self.looked += since
        processes = [] if self._watch.runs() else processes_of(self._process)
        found = self._watch.waits(processes) if processes else None
        if not found:  # il court ou, s'il n'a plus de fil, on va apprendre qu'il a fini
            self.busy += since
            return BUSY
        if not alive(self._process):  # sa fin n'est pas encore parvenue jusqu'à nous
            return BUSY
        naps = {wait.thread: self._nap(wait, now, before) for wait in found}
        for thread, nap in naps.items():
            last = self._naps.get(thread)
            if last and last is not nap:
                self._listen(last, nap, now, now - before)
        self._naps = naps
        known = all(wait.known for wait in found)
        moving, waiting = in_flight(diag, peers)
        unread = bool(waiting) and bool(waiting & set(sockets_of(processes)))
        if moving or (unread and (not known or any(waiting & wait.sockets for wait in found))):
            return BUSY
        timed = [nap for nap in naps.values() if nap.length is not None]
        beating = [nap for nap in timed if self._beats_like(nap.length)]
        return Sleep(
            asleep=True,
            proven=known,
            timer=min((nap.end - now for nap in timed if nap not in beating), default=None),
            beat=min((nap.end - now for nap in beating), default=None),
            unread=unread,
            devices=frozenset().union(*(wait.devices for wait in found)),
            turns=frozenset((t, nap.turns) for t, nap in naps.items() if nap not in beating),
        )

    def _nap(self, wait: Wait, now: float, before: float) -> _Nap:
        """Celui qu'on connaît déjà ; ou un nouveau, commencé au plus tôt au regard d'avant."""
        last = self._naps.get(wait.thread)
        if last and last.turns == wait.turns:
            return last
        start = now if wait.exact else before
        return _Nap(wait.turns, wait.timeout, start + (wait.timeout or 0.0))

    def _listen(self, last: _Nap, nap: _Nap, now: float, gap: float) -> None:
        """Note un battement : un sommeil est allé à son terme, et le même recommence."""
        if last.length is None or nap.length is None or now < last.end:
            return
        if _alike(last.length, nap.length) and gap < max(nap.length, BLINK):
            self._beats.append(nap.length)
            del self._beats[:-MAX_BEATS]

    def _beats_like(self, length: float | None) -> bool:
        return length is not None and sum(_alike(b, length) for b in self._beats) >= REGULAR


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= LATENESS + ROUNDING * max(one, other)


def sockets_of(processes: Iterable[int]) -> list[int]:
    """Les inodes des sockets que ces processus tiennent."""
    found = []
    for process in processes:
        with suppress(OSError):
            for descriptor in os.listdir(f"/proc/{process}/fd"):  # noqa: PTH208
                with suppress(OSError):
                    link = os.readlink(f"/proc/{process}/fd/{descriptor}")  # noqa: PTH115
                    if link.startswith("socket:["):
                        found.append(int(link[len("socket:[") : -1]))
    return found


def listening_by(diag: Diag, processes: Iterable[int]) -> list[Listening]:
    """Où ces processus écoutent ; l'IPv4 d'abord, car « localhost » en donne deux."""
    listening = diag.listening()
    owned = set(sockets_of(processes)) if listening else set()  # le regarder coûte : au besoin
    found = [place for place, inode in listening if inode in owned]
    return sorted(found, key=lambda place: (":" in place.host, place))
