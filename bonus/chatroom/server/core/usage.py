"""Ce que chacun a pris de ce qui se partage : une personne, et l'adresse d'où elle vient.

Un seau par personne et un par adresse, faits quand on y prend et oubliés une fois pleins. Ils
survivent donc aux connexions de qui les a vidés, et qui se tait ne garde rien.
"""

from collections.abc import Hashable

from chatroom.common.rates import Bucket
from chatroom.protocol.limits import Limits
from chatroom.server.core.cooling import CoolDowns

KEPT = 20_000  # seaux d'une sorte ; au-delà, le plus ancien est oublié : 4 Mo
HOUR = 3_600.0
FLOODS = 3  # renvois d'une adresse, coup sur coup, avant qu'elle n'amène plus de nouveau venu
TWICE = 2  # classes d'affilée, de nouveaux venus ou de salons : on se trompe, on recommence


class Buckets:
    """Les seaux d'une sorte, par clé. Un débit de 0 est sans limite."""

    __slots__ = ("_buckets", "_burst", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: dict[Hashable, Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: Hashable, now: float, cost: float = 1.0) -> float:
        """Prend `cost`, même s'il n'y est pas ; combien de secondes attendre alors."""
        if not self._rate:
            return 0.0
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= KEPT:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[key] = Bucket(self._rate, self._burst, now)
        return bucket.take(now, cost)

    def wait(self, key: Hashable, now: float, cost: float = 0.0) -> float:
        """Dans combien de secondes `cost` y sera ; n'y prend rien."""
        bucket = self._buckets.get(key)
        return bucket.wait(now, cost) if bucket else 0.0

    def held(self, key: Hashable, now: float) -> float:
        """Depuis combien de secondes on retient cette clé sans qu'elle se repose."""
        bucket = self._buckets.get(key)
        return bucket.held(now) if bucket else 0.0

    def sweep(self, now: float) -> None:
        """Oublie ceux qui sont pleins."""
        for key in [key for key, bucket in self._buckets.items() if bucket.full(now)]:
            del self._buckets[key]


class Share:
    """Ce qu'une personne peut prendre, et ce que peut en prendre l'adresse d'où elle vient."""

    __slots__ = ("addresses", "persons")

    def __init__(self, persons: Buckets, addresses: Buckets) -> None:
        self.persons, self.addresses = persons, addresses

    def take(self, person: Hashable, address: str, now: float, cost: float = 1.0) -> float:
        """Prend `cost` ; combien de secondes attendre avant d'en prendre encore."""
        mine = self.persons.take(person, now, cost)
        return max(mine, self.addresses.take(address, now, cost))

    def wait(self, person: Hashable, address: str, now: float, cost: float = 0.0) -> float:
        """Dans combien de secondes tous deux auront `cost` ; ne prend rien."""
        mine = self.persons.wait(person, now, cost)
        return max(mine, self.addresses.wait(address, now, cost))

    def ask(self, person: Hashable, address: str, now: float, cost: float = 1.0) -> float:
        """Prend `cost` s'il y est, et rend 0 ; sinon ne prend rien, et dit quand revenir."""
        wait = self.wait(person, address, now, cost)
        if not wait:
            self.take(person, address, now, cost)
        return wait


class Usage:
    """Une adresse a `crowd` fois ce qu'a une personne : une classe n'y rencontre aucune borne."""

    def __init__(self, limits: Limits) -> None:
        crowd, opened = limits.crowd, limits.opened

        def share(rate: float, burst: float) -> Share:
            return Share(Buckets(rate, burst), Buckets(rate * crowd, burst * crowd))

        self.said = share(limits.rate, limits.burst)
        self.pages = share(limits.rate, limits.burst)
        self.volume = share(limits.volume_rate, limits.volume)
        self.rooms = Share(Buckets(opened / HOUR, opened), Buckets(crowd / HOUR, TWICE * crowd))
        self.newcomers = Buckets(limits.newcomers / HOUR if crowd else 0.0, TWICE * crowd)
        self.flooders = CoolDowns(limits.cooldown)
        self.floods = CoolDowns(limits.cooldown if crowd else 0.0, FLOODS - 1)

    def flooded(self, person: int, address: str, now: float) -> float:
        """Le renvoi de cette personne (0 : inconnue) ; combien de secondes il vaut."""
        self.floods.strike(address, now)
        return self.flooders.strike(person, now) if person else 0.0

    def newcomer(self, address: str, now: float) -> float:
        """Quelqu'un de nouveau : 0, ou dans combien de secondes cette adresse en aura le droit."""
        wait = max(self.floods.left(address, now), self.newcomers.wait(address, now, 1.0))
        if not wait:
            self.newcomers.take(address, now)
        return wait

    def sweep(self, now: float) -> None:
        """Oublie tout ce qui n'a plus d'effet."""
        for share in (self.said, self.pages, self.volume, self.rooms):
            share.persons.sweep(now)
            share.addresses.sweep(now)
        self.newcomers.sweep(now)
        self.flooders.sweep(now)
        self.floods.sweep(now)
