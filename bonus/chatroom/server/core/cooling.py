"""Le temps que passe dehors qui vient d'être renvoyé : deux fois plus à chaque fois."""

from collections.abc import Hashable

KEPT = 20_000  # au-delà, le plus ancien est oublié : 4 Mo
LONGEST = 3_600.0  # secondes dehors, au plus ; et de sagesse, pour que tout soit oublié


class CoolDowns:
    """Par clé : combien de fois, et jusqu'à quand."""

    __slots__ = ("_base", "_free", "_kept")

    def __init__(self, base: float, free: int = 0) -> None:
        """`base` secondes la première fois ; `free` fois ne coûtent rien. 0 : jamais rien."""
        self._base, self._free = base, free
        self._kept: dict[Hashable, tuple[int, float]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def strike(self, key: Hashable, now: float) -> float:
        """Une fois de plus ; combien de secondes cela vaut."""
        if not self._base:
            return 0.0
        times, until = self._kept.pop(key, (0, now))
        times = 1 if now - until > LONGEST else times + 1
        paid = times - self._free - 1
        delay = min(LONGEST, self._base * 2.0 ** min(paid, 30)) if paid >= 0 else 0.0
        if len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = times, now + delay
        return delay

    def left(self, key: Hashable, now: float) -> float:
        """Secondes à passer encore dehors."""
        _, until = self._kept.get(key, (0, now))
        return max(0.0, until - now)

    def sweep(self, now: float) -> None:
        """Oublie qui est sage depuis assez longtemps."""
        old = [key for key, (_, until) in self._kept.items() if now - until > LONGEST]
        for key in old:
            del self._kept[key]
