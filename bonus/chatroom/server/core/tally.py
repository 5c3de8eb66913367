"""Ce que le serveur a fait depuis son départ, compté : par tour, par transaction, par refus.

Jamais par destinataire : un message qui part à mille personnes ne se compte qu'une fois.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from chatroom.protocol.frames import Reason
from chatroom.server.core.pending import Batch

# Secondes : d'une transaction sur un disque rapide à un disque qui ne répond plus.
DURATIONS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Durations:
    """Des durées, comptées par tranche : les garder toutes n'aurait pas de fin."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(DURATIONS) + 1)  # la dernière tranche n'a pas de haut
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(DURATIONS, seconds)] += 1
        self.total += seconds


@dataclass(slots=True)
class Trouble:
    """Rien n'a pu être enregistré : pourquoi, et quand."""

    why: str
    time: float


@dataclass(slots=True)
class Tally:
    accepted: int = 0  # connexions
    turned_away: int = 0  # connexions refusées dès la porte
    received: int = 0  # octets de trames
    sent: int = 0
    people: int = 0  # premières visites
    messages: int = 0  # enregistrés ; un message privé l'est chez chacun des deux
    pictures: int = 0  # parmi eux
    stored: int = 0  # octets de ces messages et de ces images
    commits: Durations = field(default_factory=Durations)  # transactions réussies
    failed: int = 0  # transactions
    trouble: Trouble | None = None  # de la dernière transaction, si elle a échoué
    lag: Durations = field(default_factory=Durations)  # retards de la boucle d'événements
    refused: Counter[Reason] = field(default_factory=Counter)  # demandes
    dismissed: Counter[Reason] = field(default_factory=Counter)  # connexions

    def committed(self, batch: Batch, seconds: float) -> None:
        """Une transaction a réussi."""
        self.trouble = None
        self.commits.observe(seconds)
        self.people += len(batch.people)
        self.messages += len(batch.records)
        for record in batch.records:
            self.stored += len(record.document)
            if record.image:
                self.pictures += 1
                self.stored += len(record.image)

    def lost(self, why: str, time: float) -> None:
        """Une transaction a échoué."""
        self.failed += 1
        self.trouble = Trouble(why, time)
