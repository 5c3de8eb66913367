"""Jusqu'à quand attendre, sur une machine qui n'a pas toujours un processeur à donner."""

import time
from collections.abc import Callable

MOST = 1.0  # de combien l'attente peut s'allonger, en part d'elle-même : elle reste bornée


class Deadline:
    """L'instant où l'on cesse d'attendre des programmes.

    Il recule de ce qu'ils ont eux-mêmes attendu un processeur : qui met cinq secondes à démarrer,
    parce que la machine fait autre chose, n'est pas plus lent qu'un autre.
    """

    def __init__(
        self,
        seconds: float,
        starved: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`starved` : les secondes qu'ils ont, depuis leur début, passées à attendre."""
        self._clock, self._starved = clock, starved
        self._before = starved()
        self._end = clock() + seconds
        self._latest = self._end + seconds * MOST

    def left(self) -> float:
        """Secondes qui restent ; négatif, une fois l'instant passé."""
        now = self._clock()
        if now >= self._end < self._latest:
            before, self._before = self._before, self._starved()
            # Un processus qui finit emporte son compte : la somme peut baisser.
            self._end = min(self._latest, self._end + max(0.0, self._before - before))
        return self._end - now
