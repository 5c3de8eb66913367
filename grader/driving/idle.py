"""Savoir qu'un programme n'a plus rien à faire : tout est lu, et il dort.

Sur l'interface locale, un octet envoyé est dans la file du destinataire au retour de `send`. Quand
aucune file n'attend et que chaque fil du programme dort, ce qui devait arriver est arrivé : dire
« rien n'est venu » ne dépend plus de la charge de la machine.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from grader.driving.peer import Peer
from grader.world.diag import Diag, Listening

PROC = Path("/proc")
SLEEPING = frozenset("SIZXTt")


def processes_of(root: int) -> list[int]:
    """`root` et ses descendants."""
    found = [root]
    for process in found:
        with suppress(OSError, ValueError):
            for task in (PROC / str(process) / "task").iterdir():
                found += map(int, (task / "children").read_text("ascii").split())
    return found


def alive(process: int) -> bool:
    """Faux s'il n'existe plus, ou n'est plus qu'un code de sortie que nul n'a lu."""
    try:
        stat = (PROC / str(process) / "stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return stat.rpartition(") ")[2][:1] not in "ZX"


def asleep(process: int) -> bool:
    """Vrai si chacun des fils du processus dort, ou s'il a fini."""
    try:
        tasks = list((PROC / str(process) / "task").iterdir())
    except OSError:
        return True
    for task in tasks:
        with suppress(OSError):
            state = (task / "stat").read_text("utf-8", "replace").rpartition(") ")[2][:1]
            if state not in SLEEPING:
                return False
    return True


def nothing_queued(diag: Diag, peers: Iterable[Peer]) -> bool:
    """Vrai si nulle de ces connexions n'attend, d'un côté ou de l'autre, d'être acceptée ou lue."""
    for peer in peers:
        if peer.address and not peer.deaf:
            ends = (peer.other_address, peer.address), (peer.address, peer.other_address)
            for local, remote in ends:
                state = diag.connection(local, remote)
                if state and (state.waiting or not state.accepted):
                    return False
    return True


def listening_by(diag: Diag, processes: Iterable[int]) -> list[Listening]:
    """Où ces processus écoutent ; l'IPv4 d'abord, car « localhost » en donne deux."""
    owned = set()
    for process in processes:
        with suppress(OSError):
            for descriptor in (PROC / str(process) / "fd").iterdir():
                with suppress(OSError):
                    owned.add(str(descriptor.readlink()))
    found = [place for place, inode in diag.listening() if f"socket:[{inode}]" in owned]
    return sorted(found, key=lambda place: (":" in place.host, place))


def memory_of(processes: list[int]) -> int:
    """Octets de mémoire vive que prennent ces processus."""
    pages = 0
    for process in processes:
        with suppress(OSError, IndexError, ValueError):
            pages += int((PROC / str(process) / "statm").read_text("ascii").split()[1])
    return pages * 4096
