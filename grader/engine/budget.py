"""Le temps accordé à une copie : celui de ses essais, ramené à une machine tranquille."""

import time
from collections.abc import Callable

DEFAULT = 180.0  # secondes ; une copie ordinaire en prend vingt
SAMPLE = 0.02  # secondes de calcul d'une mesure : plus long qu'un tour d'ordonnanceur
EVERY = 1.0  # secondes d'une mesure à la suivante


def slowness() -> float:
    """Combien de fois plus lente que tranquille est la machine : 1 quand un calcul y est seul."""
    wall, computed = time.monotonic(), time.thread_time()
    while time.thread_time() - computed < SAMPLE:
        pass
    return max(1.0, (time.monotonic() - wall) / (time.thread_time() - computed))


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
