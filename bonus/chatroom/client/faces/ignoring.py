"""Ceux qu'on ne veut plus lire : ce qu'ils disent n'est pas montré, et eux n'en savent rien."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from chatroom.client.core.events import Event, Happened, PageReceived, Spoke
from chatroom.protocol.text import fold

MOST = 1_000  # personnes ; au-delà, ce n'est plus le chat qu'il faut lire


class Ignored:
    """Par pseudo, puis par numéro dès qu'on le connaît : changer de pseudo n'y change rien."""

    def __init__(self, kept: Mapping[str, int], keep: Callable[[dict[str, int]], None]) -> None:
        """`kept` : des pseudos et leurs numéros, 0 si on ne les sait pas ; `keep` les garde."""
        self._names = dict(kept)
        self._keep = keep

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def add(self, pseudo: str) -> None:
        """ValueError s'il y en a trop."""
        if len(self._names) >= MOST:
            raise ValueError(f"Vous ignorez déjà {MOST} personnes.")
        self.remove(pseudo, missing=True)
        self._names[pseudo] = 0
        self._keep(dict(self._names))

    def remove(self, pseudo: str, *, missing: bool = False) -> None:
        """ValueError si on ne l'ignorait pas."""
        found = [name for name in self._names if fold(name) == fold(pseudo)]
        if not found and not missing:
            raise ValueError(f"Vous n'ignorez pas {pseudo}.")
        for name in found:
            del self._names[name]
        if found:
            self._keep(dict(self._names))

    def sifted(self, event: Event) -> Event | None:
        """Cet événement, sans ce qu'ils disent ; None s'il n'en reste rien."""
        if not self._names:
            return event
        match event:
            case Spoke(mine=False, message=message) if self._hides(message.person, message.pseudo):
                return None
            case Happened(mine=False, message=message) if message.act == "invite":
                return None if self._hides(message.person, message.pseudo) else event
            case PageReceived(messages=messages):
                seen = [one for one in messages if not self._hides(one.person, one.pseudo)]
                return replace(event, messages=tuple(seen))
        return event

    def _hides(self, person: int, pseudo: str) -> bool:
        if person and person in self._names.values():
            return True
        for name, number in self._names.items():
            if not number and fold(name) == fold(pseudo):
                self._names[name] = person
                self._keep(dict(self._names))
                return True
        return False
