"""Les mots de passe que l'on essaie, adresse par adresse : deviner doit prendre des années."""

from collections import OrderedDict

from chatroom.common.rates import Bucket
from chatroom.server.core.bans import network

# Une classe entière peut se tromper une fois, derrière une seule adresse.
TRIES, TRIES_PER_SECOND = 60.0, 0.2
REMEMBERED = 10_000  # adresses ; la plus anciennement vue s'oublie
TOO_MANY = "Trop d'essais depuis cette adresse : attendez une minute."


class Guesses:
    """L'horloge n'est pas ici : chaque appel dit l'heure, en secondes."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, Bucket] = OrderedDict()

    def exhausted(self, host: str, now: float) -> bool:
        """De cette adresse, on s'est trop trompé : aucun mot n'y est plus essayé pour l'instant."""
        bucket = self._tries.get(network(host))
        return bucket is not None and bucket.take(now, 0.0) > 0

    def wrong(self, host: str, now: float) -> None:
        """Un essai manqué de plus."""
        where = network(host)
        bucket = self._tries.setdefault(where, Bucket(TRIES_PER_SECOND, TRIES, now))
        bucket.take(now)
        self._tries.move_to_end(where)
        if len(self._tries) > REMEMBERED:
            self._tries.popitem(last=False)
