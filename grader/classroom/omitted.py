"""Compter ce qu'on laisse de côté, et le dire en quelques lignes, quel qu'en soit le nombre."""

from typing import NamedTuple

from grader.discovery.files import SHOWN_NAMES, printable


class Because(NamedTuple):
    """Ce qu'on laisse de côté, au singulier et au pluriel, et pourquoi."""

    one: str
    several: str
    why: str


class Omitted:
    """Compte par raison, sans garder plus de quelques noms."""

    def __init__(self) -> None:
        self._counts: dict[Because, int] = {}
        self._names: dict[Because, list[str]] = {}

    def add(self, reason: Because, name: object) -> None:
        """`name` peut être hostile : il est rendu montrable."""
        self._counts[reason] = self._counts.get(reason, 0) + 1
        names = self._names.setdefault(reason, [])
        if len(names) < SHOWN_NAMES:
            names.append(printable(str(name)))

    def notes(self) -> list[str]:
        """Une ligne par raison : « 2 liens ignorés : on n'en suit aucun (a, b) »."""
        return [self._note(reason) for reason in self._counts]

    def _note(self, reason: Because) -> str:
        number, names = self._counts[reason], ", ".join(self._names[reason])
        what = reason.one if number == 1 else reason.several
        shown = f"{number:,}".replace(",", "\u00a0")
        return f"{shown} {what} : {reason.why} ({names}{'…' if number > SHOWN_NAMES else ''})"
