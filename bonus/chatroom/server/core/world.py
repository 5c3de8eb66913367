"""Ce que prête au noyau qui le fait vivre : le temps, et les connexions."""

from collections.abc import Callable
from typing import Protocol, TypeVar

Wrap = Callable[[bytes], bytes]  # de trames à ce qui voyage : WebSocket y ajoute un en-tête
Write = Callable[[bytes], None]


def bare(data: bytes) -> bytes:
    """Des trames qui voyagent telles quelles."""
    return data


T = TypeVar("T")


class World(Protocol):
    """Le temps, et de quoi ne pas le perdre."""

    def now(self) -> float:
        """Secondes d'une horloge qui ne recule jamais."""

    def date(self) -> int:
        """Millisecondes depuis 1970 (UTC)."""

    def soon(self, callback: Callable[[], None]) -> None:
        """À la fin de ce tour de boucle."""

    def later(self, delay: float, callback: Callable[[], None]) -> None:
        """Dans `delay` secondes."""

    def aside(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Un long calcul, hors de la boucle, l'un après l'autre ; `then` y revient."""


class Peer(Protocol):
    """Ce qu'une connexion offre au noyau. Rien n'y bloque, et l'ordre est gardé."""

    @property
    def wrap(self) -> Wrap:
        """Des trames à ce qui voyage ; la même fonction pour toutes les connexions d'une sorte."""

    @property
    def write(self) -> Write:
        """Envoie ce que `wrap` a rendu. Une seule fonction, le temps de la connexion."""

    def send(self, data: bytes) -> None:
        """Écrit ces trames, à lui seul."""

    def close(self, data: bytes) -> None:
        """Envoie ce dernier mot, puis ferme."""

    def drain(self, then: Callable[[], None]) -> None:
        """Appelle `then` quand l'essentiel de ce qui lui est écrit est parti. Qui ne lit pas est
        congédié."""

    def pause(self) -> None:
        """Cesse de lire."""

    def resume(self) -> None: ...
