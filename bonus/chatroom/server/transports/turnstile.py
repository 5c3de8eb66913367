"""Combien sont entrés, d'où, et combien n'ont pas pu : compté avant d'avoir rien gardé d'eux."""

from collections import Counter

from chatroom.protocol.limits import Limits
from wording.numbers import count, plural

EVERY = 60.0  # secondes entre deux lignes du journal sur les refus
NAMED = 3  # adresses que nomme une de ces lignes
REMEMBERED = 1_000  # adresses dont on compte les refus ; les autres, ensemble, sous un nom vide


class Turnstile:
    """Les sockets ouvertes, de toutes sortes, par adresse (en IPv6, par réseau : Origin.block)."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.inside = 0
        self._by_block: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def enter(self, block: str, *, alone: bool = True) -> bool:
        """Faux s'il n'y a plus de place. `alone` : faux d'un mandataire, qui amène tant de monde
        que sa propre adresse ne compte pas."""
        limits = self.limits
        # Deux fois : des demandes de la page, et autant de congédiés qui tardent à raccrocher.
        full = self.inside >= limits.connections + 2 * limits.requests
        most = limits.connections_per_address + max(1, limits.requests // 2)
        if full or (alone and self._by_block[block] >= most):
            return False
        self.inside += 1
        self._by_block[block] += 1
        return True

    def leave(self, block: str) -> None:
        self.inside -= 1
        self._by_block[block] -= 1
        if not self._by_block[block]:
            del self._by_block[block]

    def refuse(self, block: str, why: str = "") -> None:
        """Pour le compte des refus ; `why` s'il faut plus que « trop de connexions »."""
        key = f"{block} ({why})" if why else block
        known = key in self._refused or len(self._refused) < REMEMBERED
        self._refused[key if known else ""] += 1

    def report(self, advice: str) -> str:
        """Ce que le journal doit en dire depuis la dernière fois ; vide s'il n'y a rien."""
        refused, self._refused = self._refused, Counter()
        if not refused:
            return ""
        most = refused.most_common(NAMED)
        parts = [f"{times} de {who}" if who else f"{times} d'ailleurs" for who, times in most]
        left = len(refused) - len(parts)
        more = f", et {left} autre{plural(left)} adresse{plural(left)}" if left > 0 else ""
        total = count(refused.total(), "connexion")
        several = plural(refused.total())
        return f"{total} refusée{several} à l'entrée : {', '.join(parts)}{more}. {advice}".rstrip()
