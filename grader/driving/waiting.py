"""Dans quel appel système dort chaque fil d'un programme, ce qu'il y attend, et jusqu'à quand.

Le noyau le dit de tout programme de l'arène (/proc/PID/task/TID/syscall, proc(5)), qu'il soit écrit
avec asyncio, uvloop, selectors ou des fils. Là où il ne veut pas le dire (Yama, un autre
processeur), un fil endormi reste « inconnu », et rien ne s'en conclut.
"""

import ctypes
import os
import platform
import stat
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from grader.sandbox.appetite import number_inside, slurp

CALLS = {  # <asm/unistd.h> : x86_64, aarch64 ; -1 : n'y existe pas
    "accept": (43, 202),
    "accept4": (288, 242),
    "clock_nanosleep": (230, 115),
    "clone": (56, 220),
    "clone3": (435, 435),
    "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441),
    "epoll_wait": (232, -1),
    "futex": (202, 98),
    "nanosleep": (35, 101),
    "pause": (34, -1),
    "poll": (7, -1),
    "ppoll": (271, 73),
    "pselect6": (270, 72),
    "read": (0, 63),
    "readv": (19, 65),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "rt_sigsuspend": (130, 133),
    "select": (23, -1),
    "sendmsg": (46, 211),
    "sendto": (44, 206),
    "vfork": (58, -1),
    "wait4": (61, 260),
    "waitid": (247, 95),
    "write": (1, 64),
    "writev": (20, 66),
}
MACHINES = ("x86_64", "aarch64")
CONTROLLING_TERMINAL = os.makedev(5, 0)  # /dev/tty
BIRTHS = ("vfork", "clone", "clone3")
# Un fil qui dort, et celui qui attend que son enfant (vfork) ait fini de naître.
SLEEPING, STOPPED, GONE, UNINTERRUPTIBLE = "SI", "Tt", "ZX", "D"
EPOLL_IN = 0x1 | 0x40  # EPOLLIN | EPOLLRDNORM, <sys/epoll.h> ; les mêmes pour poll(2)
TIMER_ABSTIME = 1
FUTEX_COMMAND, FUTEX_REALTIME = 0x7F, 0x100
FUTEX_RELATIVE = 0  # FUTEX_WAIT ; les autres attentes donnent un instant
FUTEX_LOCK_PI = 6  # toujours à l'horloge de la date
TIMESPEC, POLLED = struct.Struct("=qq"), struct.Struct("=ihh")
KCMP_VM = 1  # <linux/kcmp.h>
MAX_POLLED = 4096  # descripteurs lus dans la mémoire du programme
MAX_NESTED = 3  # sélecteurs rangés dans un sélecteur


@dataclass(frozen=True)
class Wait:
    """Un fil qui dort."""

    thread: int
    turns: int  # combien de fois il a rendu le processeur : change dès qu'il a couru
    known: bool = False  # l'appel est de ceux qu'on sait lire
    timeout: float | None = None  # secondes demandées ou, si `exact`, qui restent ; None : sans fin
    exact: bool = False
    selector: bool = False  # epoll, poll ou select : plusieurs descripteurs à la fois
    descriptors: frozenset[int] = frozenset()  # ceux qu'il attend de pouvoir lire
    sockets: frozenset[int] = frozenset()  # les inodes de ceux qui sont des sockets
    devices: frozenset[int] = frozenset()  # les numéros de ceux qui sont des terminaux


class _Call(NamedTuple):
    """Ce qu'on tire des arguments d'un appel."""

    timeout: float | None = None
    exact: bool = False
    reads: tuple[int, ...] = ()
    selector: bool = False


class _Thread(NamedTuple):
    """Un fil, et ce que le noyau en dit d'abord."""

    process: int
    number: int
    state: str
    turns: int


class Watch:
    """Regarde les mêmes processus, d'une fois à l'autre.

    Un fil dont le tour n'a pas changé n'a pas couru depuis : quand il en est ainsi de tous, ils
    attendent encore ce qu'ils attendaient, et il n'y a pas à le relire.
    """

    def __init__(self) -> None:
        self._threads: list[_Thread] = []
        self._waits: list[Wait] | None = None
        self._running: tuple[int, int] | None = None  # celui qu'on a vu courir : processus, fil

    def runs(self) -> bool:
        """Vrai si celui qui courait au regard d'avant court encore."""
        if not self._running:
            return False
        state, _ = _status(*self._running)
        return state not in SLEEPING + UNINTERRUPTIBLE + STOPPED + GONE

    def waits(self, processes: Sequence[int]) -> list[Wait] | None:
        """Comme la fonction ; des derniers nés d'abord : qui court, d'ordinaire, c'est le
        programme, et non ce qui l'enferme."""
        threads = []
        self._running = None
        for thread in _threads(reversed(processes)):
            if thread.state not in SLEEPING + UNINTERRUPTIBLE + STOPPED:
                self._running = thread.process, thread.number
                return None
            threads.append(thread)
        if threads and threads == self._threads:
            return self._waits
        found = _all_asleep(map(_wait, threads))
        # Qui naît (UNINTERRUPTIBLE), ou dont on ne sait rien, peut s'éclaircir sans courir.
        clear = all(one.state not in UNINTERRUPTIBLE for one in threads)
        clear &= all(wait.known for wait in found or ())
        self._threads, self._waits = threads if found and clear else [], found
        return found


def waits(processes: Iterable[int]) -> list[Wait] | None:
    """Où dort chacun de leurs fils ; None si l'un d'eux ne dort pas."""
    return _all_asleep(map(_wait, _threads(processes)))


def _all_asleep(waits: Iterable[Wait | None]) -> list[Wait] | None:
    found = []
    for wait in waits:
        if wait is None:
            return None
        found.append(wait)
    return found


def selectors(processes: Iterable[int]) -> list[Wait]:
    """Les sélecteurs sur lesquels un fil dort en cet instant, quoi que fassent les autres."""
    return [wait for wait in map(_wait, _threads(processes)) if wait and wait.selector]


def _threads(processes: Iterable[int]) -> Iterator[_Thread]:
    """Chaque fil de ces processus."""
    for process in processes:
        try:
            threads = os.listdir(f"/proc/{process}/task")  # noqa: PTH208 (cent fois par seconde)
        except OSError:
            continue
        for number in map(int, threads):
            state, turns = _status(process, number)
            if state not in GONE:
                yield _Thread(process, number, state, turns)


def _status(process: int, thread: int) -> tuple[str, int]:
    """Son état, et combien de fois il a rendu le processeur."""
    try:
        status = slurp(f"/proc/{process}/task/{thread}/status")
    except OSError:
        return "X", 0
    place = status.index(b"\nState:") + len("\nState:")
    ran = status[status.index(b"\nvoluntary_ctxt_switches:") :].split()
    return status[place : place + 8].strip()[:1].decode(), int(ran[1]) + int(ran[3])


def _wait(found: _Thread) -> Wait | None:
    """Ce qu'attend ce fil ; None s'il ne dort pas."""
    if found.state in STOPPED:
        return Wait(found.number, found.turns, known=True)
    return _called(found) if found.state in SLEEPING + UNINTERRUPTIBLE else None


def _called(found: _Thread) -> Wait | None:
    """De même, pour qui dort dans un appel."""
    process, thread, state, turns = found
    unknown = None if state in UNINTERRUPTIBLE else Wait(thread, turns)
    try:
        number, *words = slurp(f"/proc/{process}/task/{thread}/syscall").split()
        if number == b"running":
            return None
        name = NAMES.get(int(number), "")
        bearing = name in BIRTHS
        # Sans enfant à qui la prêter, c'est le noyau qui travaille : il copie sa mémoire (fork), ou
        # n'a pas fini la naissance ; sur une machine chargée, il y met du temps.
        early = bearing and not _lends_its_memory(process, thread)
        if not name or early or bearing != (state in UNINTERRUPTIBLE):
            return unknown
        call = READERS[name](process, [int(word, 16) for word in words])
    except PermissionError:
        return Wait(thread, turns, known=True) if unknown and _init(process) else unknown
    except (OSError, ValueError, OverflowError, struct.error):
        return unknown
    sockets, devices = _identified(process, call.reads)
    return Wait(
        thread,
        turns,
        known=True,
        timeout=call.timeout,
        exact=call.exact,
        selector=call.selector,
        descriptors=frozenset(call.reads),
        sockets=sockets,
        devices=devices,
    )


def _lends_its_memory(process: int, thread: int) -> bool:
    """Vrai si un de ses enfants a la même mémoire : né par vfork, il n'a encore rien lancé."""
    children = slurp(f"/proc/{process}/task/{thread}/children").split()
    return any(not _libc.syscall(KCMP, process, int(child), KCMP_VM, 0, 0) for child in children)


def _init(process: int) -> bool:
    """Vrai du processus 1 d'une cellule (sandbox/cell.py). Il est à nous, et ne s'ouvre qu'à root ;
    mais il ne dort que pour attendre les autres."""
    with suppress(OSError):
        return number_inside(process) == 1
    return False


def _identified(process: int, descriptors: Iterable[int]) -> tuple[frozenset[int], frozenset[int]]:
    sockets, devices = set(), set()
    for descriptor in descriptors:
        with suppress(OSError):
            found = os.stat(f"/proc/{process}/fd/{descriptor}")  # noqa: PTH116
            if stat.S_ISSOCK(found.st_mode):
                sockets.add(found.st_ino)
            elif stat.S_ISCHR(found.st_mode):
                devices.add(found.st_rdev)
    return frozenset(sockets), frozenset(devices)


def _memory(process: int, place: int, size: int) -> bytes:
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        memory.seek(place)
        data = memory.read(size)
    if len(data) != size:
        raise OSError
    return data


def _duration(process: int, place: int, unit: float) -> float | None:
    """La durée rangée à cette adresse : des secondes, et des `unit` de seconde."""
    if not place:
        return None
    seconds, rest = TIMESPEC.unpack(_memory(process, place, TIMESPEC.size))
    return float(seconds + rest * unit)


def _signed(word: int) -> int:
    """Un `int` du C dans un registre de 64 bits."""
    low = word & 0xFFFF_FFFF
    return low - (1 << 32) if low >> 31 else low


def _milliseconds(word: int) -> float | None:
    return None if _signed(word) < 0 else _signed(word) / 1000


def _none(_process: int, _words: list[int]) -> _Call:
    return _Call()


def _read(_process: int, words: list[int]) -> _Call:
    return _Call(reads=(_signed(words[0]),))


def _nanosleep(process: int, words: list[int]) -> _Call:
    return _Call(_duration(process, words[0], 1e-9))


def _clock_nanosleep(process: int, words: list[int]) -> _Call:
    clock, flags, place = _signed(words[0]), words[1], words[2]
    wanted = _duration(process, place, 1e-9)
    if wanted is not None and flags & TIMER_ABSTIME:
        return _Call(max(0.0, wanted - time.clock_gettime(clock)), exact=True)
    return _Call(wanted)


def _futex(process: int, words: list[int]) -> _Call:
    operation = words[1]
    wanted = _duration(process, words[3], 1e-9)
    if wanted is None or operation & FUTEX_COMMAND == FUTEX_RELATIVE:
        return _Call(wanted)
    dated = operation & FUTEX_REALTIME or operation & FUTEX_COMMAND == FUTEX_LOCK_PI
    return _Call(max(0.0, wanted - (time.time() if dated else time.monotonic())), exact=True)


def _epoll(timeout: Callable[[int, int], float | None]) -> Callable[[int, list[int]], _Call]:
    def read(process: int, words: list[int]) -> _Call:
        watched = tuple(_watched(process, _signed(words[0]), MAX_NESTED))
        return _Call(timeout(process, words[3]), reads=watched, selector=True)

    return read


def _watched(process: int, descriptor: int, depth: int) -> Iterator[int]:
    """Les descripteurs qu'un epoll attend de pouvoir lire, d'après proc(5)."""
    for line in slurp(f"/proc/{process}/fdinfo/{descriptor}").split(b"\n"):
        if line.startswith(b"tfd:"):
            words = line.split()
            target, events = int(words[1]), int(words[3], 16)
            if events & EPOLL_IN:
                yield target
                with suppress(OSError):
                    link = os.readlink(f"/proc/{process}/fd/{target}")  # noqa: PTH115
                    if depth and link == "anon_inode:[eventpoll]":
                        yield from _watched(process, target, depth - 1)


def _polled(process: int, place: int, count: int) -> tuple[int, ...]:
    if count > MAX_POLLED:
        raise ValueError
    data = _memory(process, place, count * POLLED.size) if count else b""
    return tuple(
        descriptor
        for descriptor, events, _ in POLLED.iter_unpack(data)
        if descriptor >= 0 and events & EPOLL_IN
    )


def _poll(process: int, words: list[int]) -> _Call:
    reads = _polled(process, words[0], words[1])
    return _Call(_milliseconds(words[2]), reads=reads, selector=True)


def _ppoll(process: int, words: list[int]) -> _Call:
    reads = _polled(process, words[0], words[1])
    return _Call(_duration(process, words[2], 1e-9), reads=reads, selector=True)


def _select(unit: float) -> Callable[[int, list[int]], _Call]:
    def read(process: int, words: list[int]) -> _Call:
        count, place = _signed(words[0]), words[1]
        if count > MAX_POLLED:
            raise ValueError
        reads: tuple[int, ...] = ()
        if place and count:
            data = int.from_bytes(_memory(process, place, (count + 63) // 64 * 8), "little")
            reads = tuple(bit for bit in range(count) if data >> bit & 1)
        return _Call(_duration(process, words[4], unit), reads=reads, selector=True)

    return read


READERS: dict[str, Callable[[int, list[int]], _Call]] = {
    **dict.fromkeys(("read", "readv", "recvfrom", "recvmsg", "accept", "accept4"), _read),
    **dict.fromkeys(("write", "writev", "sendto", "sendmsg", "wait4", "waitid"), _none),
    **dict.fromkeys(("pause", "rt_sigsuspend", "vfork", "clone", "clone3"), _none),
    "nanosleep": _nanosleep,
    "clock_nanosleep": _clock_nanosleep,
    "futex": _futex,
    "poll": _poll,
    "ppoll": _ppoll,
    "select": _select(1e-6),
    "pselect6": _select(1e-9),
    "epoll_wait": _epoll(lambda _, word: _milliseconds(word)),
    "epoll_pwait": _epoll(lambda _, word: _milliseconds(word)),
    "epoll_pwait2": _epoll(lambda process, word: _duration(process, word, 1e-9)),
}


def _names() -> dict[int, str]:
    """Le nom de chaque numéro d'appel, sur ce processeur."""
    if platform.machine() not in MACHINES:
        return {}
    column = MACHINES.index(platform.machine())
    return {numbers[column]: name for name, numbers in CALLS.items() if numbers[column] >= 0}


NAMES = _names()
KCMP = {"x86_64": 312, "aarch64": 272}.get(platform.machine(), -1)
_libc = ctypes.CDLL(None)
