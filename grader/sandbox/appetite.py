"""Ce que prennent à la machine un processus et ses descendants."""

import os
from contextlib import suppress

KILOBYTE = 1024
NANOSECONDS = 1e9  # par seconde
RESIDENT = (b"VmRSS", b"VmSwap", b"VmPTE")  # en mémoire vive, ailleurs, et de quoi les retrouver
SHARED_OUT = (b"Pss", b"SwapPss")  # de même, une page que n processus partagent comptée 1/n
TICKS = os.sysconf("SC_CLK_TCK")  # par seconde
CHUNK = 1 << 16  # octets


def slurp(path: str) -> bytes:
    """Un petit fichier de /proc, lu au plus vite : on y revient cent fois par seconde."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.read(descriptor, CHUNK)
        while data and (more := os.read(descriptor, CHUNK)):
            data += more
        return data
    finally:
        os.close(descriptor)


def children_of(process: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError, ValueError):
        for task in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 (cent fois par seconde)
            found += map(int, slurp(f"/proc/{process}/task/{task}/children").split())
    return found


def processes_of(root: int) -> list[int]:
    """`root` et ses descendants."""
    found = [root]
    for process in found:
        found += children_of(process)
    return found


def memory_of(processes: list[int], limit: int) -> int:
    """Octets que prennent ces processus ; au plus juste s'il semble y en avoir plus que `limit`.

    Compter à chacun les pages qu'il partage est prompt ; soixante enfants d'un même Python
    sembleraient pourtant en prendre dix fois plus.
    """
    memory = sum(_total(process, "status", RESIDENT) for process in processes)
    if memory > limit:
        shared = [_total(process, "smaps_rollup", SHARED_OUT) for process in processes]
        if all(shared):
            tables = sum(_total(process, "status", (b"VmPTE",)) for process in processes)
            return sum(shared) + tables
    return memory


def _total(process: int, file: str, names: tuple[bytes, ...]) -> int:
    """La somme de ces lignes, en octets ; 0 si le processus a fini, ou ne se laisse pas lire."""
    total = 0
    with suppress(OSError, ValueError):
        text = slurp(f"/proc/{process}/{file}")
        for name in names:
            _, _, rest = text.partition(b"\n%s:" % name)
            total += int(rest.split(maxsplit=1)[0]) * KILOBYTE if rest else 0
    return total


def computed(processes: list[int]) -> float:
    """Secondes de processeur qu'ont prises ceux d'entre eux qui vivent encore."""
    ticks = 0
    for process in processes:
        with suppress(OSError, ValueError):
            user, system = slurp(f"/proc/{process}/stat").rpartition(b") ")[2].split()[11:13]
            ticks += int(user) + int(system)
    return ticks / TICKS


def starved(processes: list[int]) -> float:
    """Secondes que leurs fils, prêts à courir, ont attendu un processeur ; 0 là où le noyau ne le
    dit pas (/proc/PID/task/TID/schedstat, sched-stats.rst du noyau)."""
    waited = 0
    for process in processes:
        with suppress(OSError, ValueError, IndexError):
            for task in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 (cent fois par seconde)
                waited += int(slurp(f"/proc/{process}/task/{task}/schedstat").split()[1])
    return waited / NANOSECONDS


def killed_for_memory() -> int:
    """Combien de processus le noyau a tués, depuis son démarrage, faute de mémoire ; 0 là où il ne
    le dit pas (« oom_kill » de /proc/vmstat)."""
    with suppress(OSError, ValueError):
        for line in slurp("/proc/vmstat").splitlines():
            if line.startswith(b"oom_kill "):
                return int(line.split()[1])
    return 0


def number_inside(process: int) -> int:
    """Le numéro d'un processus, dans l'espace où il est né."""
    _, named, rest = slurp(f"/proc/{process}/status").partition(b"\nNSpid:")
    return int(rest.partition(b"\n")[0].split()[-1]) if named else process


def address_space() -> int:
    """Octets d'adresses que tient ce processus-ci, y compris ce à quoi il n'a pas touché."""
    return int(slurp("/proc/self/statm").split()[0]) * os.sysconf("SC_PAGE_SIZE")
