"""Ce que chacun a pris de ce qui se partage : une personne, et l'adresse d'où elle vient.

Un seau par personne et un par adresse, faits quand on y prend et oubliés une fois pleins. Ils
survivent donc aux connexions de qui les a vidés, et qui se tait ne garde rien.
"""

from collections.abc import Hashable

from chatroom.protocol.limits import Limits
from chatroom.server.core.cooling import CoolDowns

KEPT = 20_000  # seaux d'une sorte ; au-delà, le plus ancien est oublié : 2 Mo
HOUR = 3_600.0
ROUNDING = 1e-6  # secondes : ce que les arrondis ajoutent à une attente nulle
FLOODS = 3  # renvois d'une adresse, coup sur coup, avant qu'elle n'amène plus de nouveau venu
TWICE = 2  # classes d'affilée, de nouveaux venus ou de salons : on se trompe, on recommence


class Buckets:
    """Un seau de `burst` par clé, que le temps remplit de `rate` par seconde ; 0 : sans limite.

    D'un seau, une heure suffit : celle où il sera plein. Passée, il n'y a plus rien à en savoir.
    """

    __slots__ = ("_depth", "_full", "_held", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._depth = burst / rate if rate else 0.0  # secondes pour remplir un seau vide
        self._full: dict[Hashable, float] = {}
        self._held: dict[Hashable, float] = {}  # depuis quand l'on doit, sans s'être reposé

    def __len__(self) -> int:
        return len(self._full)

    def take(self, key: Hashable, now: float, cost: float = 1.0) -> float:
        """Prend `cost`, même s'il n'y est pas ; combien de secondes attendre alors."""
        if not self._rate:
            return 0.0
        full = self._start(key, now)
        if self._held and full - now <= self._depth / 2:  # à moitié plein : il s'est reposé
            self._held.pop(key, None)
        full += cost / self._rate
        self._full[key] = full
        wait = full - now - self._depth
        if wait <= ROUNDING:
            return 0.0
        self._held.setdefault(key, now)
        return wait

    def wait(self, key: Hashable, now: float, cost: float = 0.0) -> float:
        """Dans combien de secondes `cost` y sera, ou le seau plein ; n'y prend rien."""
        full = self._full.get(key, now)
        return self._missing(full - now, cost) if full > now else 0.0

    def ask(self, key: Hashable, now: float, cost: float = 1.0, left: float = 0.0) -> float:
        """Prend `cost` si ensuite il y reste `left`, et rend 0 ; sinon, dit quand revenir."""
        if not self._rate:
            return 0.0
        full = self._start(key, now)
        wait = self._missing(full - now, cost + left) if full > now else 0.0
        if not wait:
            self._full[key] = full + cost / self._rate
        return wait

    def _start(self, key: Hashable, now: float) -> float:
        """Quand ce seau sera plein : maintenant, s'il l'est. Fait de la place à un de plus."""
        full = self._full.get(key)
        if full is None:
            if len(self._full) >= KEPT:
                self._forget(next(iter(self._full)))
            return now
        return full if full > now else now

    def _missing(self, ahead: float, cost: float) -> float:
        """L'attente, à `ahead` secondes d'être plein, avant que `cost` y soit."""
        wait = ahead - max(0.0, self._depth - cost / self._rate)
        return wait if wait > ROUNDING else 0.0

    def held(self, key: Hashable, now: float) -> float:
        """Depuis combien de secondes on retient cette clé sans qu'elle se repose."""
        return now - self._held.get(key, now)

    def sweep(self, now: float) -> None:
        """Oublie les seaux qui sont pleins."""
        for key in [key for key, full in self._full.items() if full <= now]:
            self._forget(key)

    def _forget(self, key: Hashable) -> None:
        del self._full[key]
        self._held.pop(key, None)


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

    def newcomer_wait(self, address: str, now: float) -> float:
        """Dans combien de secondes cette adresse aura droit à quelqu'un de nouveau."""
        return self.floods.left(address, now) or self.newcomers.wait(address, now, 1.0)

    def newcomer(self, address: str, now: float) -> float:
        """Quelqu'un de nouveau : 0, ou dans combien de secondes ce sera permis."""
        return self.newcomer_wait(address, now) or self.newcomers.ask(address, now)

    def sweep(self, now: float) -> None:
        """Oublie tout ce qui n'a plus d'effet."""
        for share in (self.said, self.pages, self.volume, self.rooms):
            share.persons.sweep(now)
            share.addresses.sweep(now)
        self.newcomers.sweep(now)
        self.flooders.sweep(now)
        self.floods.sweep(now)
