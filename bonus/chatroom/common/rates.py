"""Un débit borné : d'abord retenir qui en dit trop, puis seulement le renvoyer."""

IMAGE_COST = 5.0  # messages : ce qu'une image prend du débit permis
LIST_COST = 5.0  # et une liste des salons : s'ils sont mille, l'écrire prend 2 ms


class Bucket:
    """Un seau de `burst` messages, que le temps remplit de `rate` par seconde.

    L'horloge n'est pas ici : chaque appel dit l'heure, en secondes. Un débit de 0 est sans limite.
    """

    __slots__ = ("_burst", "_held_since", "_level", "_rate", "_time")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._time = burst, now
        self._held_since: float | None = None

    def take(self, now: float, cost: float = 1.0) -> float:
        """Prend `cost` messages ; combien de secondes attendre avant d'en lire d'autres."""
        if not self._rate:
            return 0.0
        self._level = min(self._burst, self._level + (now - self._time) * self._rate)
        self._time = now
        if self._level >= self._burst / 2:
            self._held_since = None  # il s'est reposé
        self._level -= cost
        if self._level >= 0:
            return 0.0
        if self._held_since is None:
            self._held_since = now
        return -self._level / self._rate

    def held(self, now: float) -> float:
        """Depuis combien de secondes on le retient sans qu'il se repose."""
        return 0.0 if self._held_since is None else now - self._held_since
