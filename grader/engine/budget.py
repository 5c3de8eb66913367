"""Le temps accordé à une copie : celui de ses essais, ramené à une machine tranquille."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from grader.sandbox.appetite import processes_of

DEFAULT = 180.0  # secondes ; une copie ordinaire en prend vingt
SAMPLE = 0.02  # secondes de calcul d'une mesure : plus long qu'un tour d'ordonnanceur
EVERY = 1.0  # secondes d'une mesure à la suivante


def slowness(own: Callable[[], float] | None = None) -> float:
    """Combien de fois plus lente que tranquille est la machine : 1 quand un calcul y est seul.

    Ce dont nos propres essais le ralentissent (`own`) n'y compte pas : une copie qui calcule sans
    fin s'accorderait du temps à elle-même.
    """
    own = own or own_share
    before = own()
    wall, computed = time.monotonic(), time.thread_time()
    while time.thread_time() - computed < SAMPLE:
        pass
    found = (time.monotonic() - wall) / (time.thread_time() - computed)
    return max(1.0, found - (before + own()) / 2)


def own_share() -> float:
    """La part de calcul que prennent, à côté de la nôtre, nos essais : un par cœur y compte pour 1.

    Un cran de priorité en moins vaut un cinquième de moins : sched(7).
    """
    ours = os.nice(0)
    weights = (1.25 ** (ours - nice) for nice in _running(processes_of(os.getpid())[1:]))
    return sum(weights) / (os.cpu_count() or 1)


def _running(processes: list[int]) -> list[int]:
    """Le « nice » de ceux de ces processus qui courent en cet instant."""
    found: list[int] = []
    for process in processes:
        with suppress(OSError, ValueError, IndexError):
            text = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
            fields = text.rpartition(")")[2].split()  # de l'état, le troisième : proc_pid_stat(5)
            if fields[0] == "R":
                found.append(int(fields[16]))
    return found


class Budget:
    """Ce qui reste à une copie. Une machine deux fois plus lente lui en laisse deux fois plus."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        measure: Callable[[], float] = slowness,
    ) -> None:
        self.left = seconds
        self._clock, self._measure = clock, measure
        self._before = clock()

    def start(self) -> None:
        """Le temps d'avant n'est pas celui de la copie."""
        self._before = self._clock()

    def spend(self) -> bool:
        """Compte le temps passé depuis la dernière fois ; vrai s'il en reste."""
        elapsed = self._clock() - self._before
        if elapsed >= EVERY or elapsed >= self.left:
            self.left -= elapsed / self._measure()
            self._before = self._clock()
        return self.left > 0
