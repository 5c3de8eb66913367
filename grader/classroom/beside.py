"""Deux scripts côte à côte, leurs parties communes repérées par le même numéro."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from grader.classroom.passages import Passage
from grader.classroom.tokens import readable
from wording.harmless import shortened

MAX_LINES = 300  # d'un script : ceux du TP en ont cent
MAX_LINE = 160  # caractères


@dataclass(frozen=True)
class Excerpt:
    """Des lignes qui se suivent, communes ou non."""

    text: str  # numérotées ; à neutraliser
    rank: int = 0  # celui de la partie commune ; 0 : elles n'en sont pas


@dataclass(frozen=True)
class Beside:
    left: Sequence[Excerpt]
    right: Sequence[Excerpt]

    @property
    def size(self) -> int:
        """Caractères à montrer."""
        return sum(len(part.text) for part in (*self.left, *self.right))


def beside(left: bytes, right: bytes, passages: Sequence[Passage]) -> Beside:
    """Les deux scripts ; `passages` : ce qu'ils ont en commun."""
    return Beside(
        tuple(_parts(left, [passage.left for passage in passages])),
        tuple(_parts(right, [passage.right for passage in passages])),
    )


def _parts(source: bytes, common: Sequence[tuple[int, int]]) -> Iterator[Excerpt]:
    # Avant de découper : jamais plus de texte que ce qu'on en montrera.
    lines = readable(source[: MAX_LINES * MAX_LINE]).rstrip("\n").split("\n")
    ranks = [0] * (len(lines) + 1)
    for rank, (first, last) in reversed([*enumerate(common, 1)]):
        for line in range(first, min(last, len(lines)) + 1):
            ranks[line] = rank
    shown = range(1, min(len(lines), MAX_LINES) + 1)
    for rank, run in groupby(shown, key=lambda line: ranks[line]):
        text = (f"{line:3}  {shortened(lines[line - 1], MAX_LINE)}\n" for line in run)
        yield Excerpt("".join(text), rank)
    if len(lines) > MAX_LINES or len(source) > MAX_LINES * MAX_LINE:
        yield Excerpt("  …  la suite n'est pas montrée\n")
