"""Le temps accordé à une copie : la lire et l'essayer, ramené à une machine tranquille."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from grader.sandbox.appetite import processes_of

DEFAULT = 180.0  # secondes ; une copie ordinaire en prend vingt
CLOSING = 0.025  # ce qu'on en garde, de quoi arrêter ce qui tourne encore et écrire le rapport
SAMPLE = 0.02  # secondes de calcul d'une mesure : plus long qu'un tour d'ordonnanceur
EVERY = 1.0  # secondes d'une mesure à la suivante
TICKS = os.sysconf("SC_CLK_TCK")  # par seconde
OURS = slice(11, 13)  # de l'état : utime et stime ; proc_pid_stat(5)
# Ce qui nous échappe de nous-mêmes : le travail du noyau, ce qui finit entre deux regards. Un autre
# programme qui calcule, lui, prend au moins la moitié d'un processeur.
UNSEEN = 1 / 3
IDLE = (3, 4)  # idle et iowait, sur la première ligne de /proc/stat


def slowness() -> float:
    """Combien de fois plus lente que tranquille est la machine : 1 quand un calcul y est seul."""
    wall, computed = time.monotonic(), time.thread_time()
    while time.thread_time() - computed < SAMPLE:
        pass
    return max(1.0, (time.monotonic() - wall) / (time.thread_time() - computed))


class Others:
    """La part du processeur que prennent d'autres que nous.

    Une copie qui calcule sans fin ralentit la machine : elle s'accorderait du temps à elle-même.
    """

    def __init__(self) -> None:
        self._before = _everyone(), _ours()

    def share(self) -> float:
        """Depuis la dernière fois, de 0 (tout est à nous) à 1 ; 1 là où /proc ne le dit pas."""
        (everyone, ours), self._before = self._before, (_everyone(), _ours())
        taken = self._before[0] - everyone
        # Processus par processus : ce qu'a pris un essai fini n'est plus compté nulle part.
        own = sum(now - ours.get(process, 0.0) for process, now in self._before[1].items())
        share = 1 - own / taken if taken > 0 else 1.0
        return share if share > UNSEEN else 0.0


def _everyone() -> float:
    """Secondes de processeur prises depuis le démarrage de la machine, par qui que ce soit."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]
        return sum(int(one) for rank, one in enumerate(fields) if rank not in IDLE) / TICKS
    return 0.0


def _ours() -> dict[int, float]:
    """Secondes de processeur qu'a prises chacun de nos processus, nous compris."""
    found: dict[int, float] = {}
    for process in processes_of(os.getpid()):
        with suppress(OSError, ValueError, IndexError):
            text = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
            found[process] = sum(map(int, text.rpartition(")")[2].split()[OURS])) / TICKS
    return found


class Slowness:
    """Ce dont les autres programmes de la machine nous ralentissent, et eux seuls."""

    def __init__(self) -> None:
        self._others = Others()

    def __call__(self) -> float:
        share = self._others.share()
        # Mesurer prend du temps de calcul : rien n'est à ôter quand tout est à nous.
        return 1 + (slowness() - 1) * share if share else 1.0


class Budget:
    """Ce qui reste à une copie. Une machine deux fois plus lente lui en laisse deux fois plus."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        measure: Callable[[], float] | None = None,
    ) -> None:
        self.left = seconds * (1 - CLOSING)
        self._clock, self._measure = clock, measure or Slowness()
        self._before = clock()
        self._due = 0.0  # passé, pas encore compté

    def resume(self) -> None:
        """Ce qui a passé depuis la dernière fois n'est pas de son temps."""
        self._before, self._due = self._clock(), 0.0

    def spend(self, share: float = 1.0) -> bool:
        """Compte cette part du temps passé depuis la dernière fois ; vrai s'il en reste.

        Qui a une place quand, seul, il en aurait quatre, y passe quatre fois plus de temps.
        """
        now = self._clock()
        self._due += (now - self._before) * share
        self._before = now
        if self._due >= EVERY or self._due >= self.left:
            # Mesurer prend aussi du temps, d'autant plus que la copie en prend : il comptera.
            self.left -= self._due / self._measure()
            self._due = 0.0
        return self.left > 0
