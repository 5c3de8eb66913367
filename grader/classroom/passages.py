"""Où deux scripts se ressemblent : des lignes de l'un, et leurs pareilles dans l'autre."""

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass

from grader.classroom.tokens import Tokens
from grader.classroom.winnowing import grams

MAX_PLACES = 16  # d'un même gramme : un script fait d'une ligne répétée en a des milliers


@dataclass(frozen=True)
class Passage:
    """Une partie commune : la première et la dernière de ses lignes, dans l'un et dans l'autre."""

    left: tuple[int, int]
    right: tuple[int, int]
    tokens: int


def passages(left: Tokens, right: Tokens, size: int, known: Container[bytes]) -> list[Passage]:
    """Les parties communes de `size` jetons au moins, dans l'ordre du script de gauche.

    `known` : les grammes de tout le monde, qui ne sont d'aucune partie. Chaque partie de gauche
    n'est rapprochée que d'une partie de droite, la plus longue de celles qui lui répondent.
    """
    ours, theirs = grams(left.codes, size), grams(right.codes, size)
    places: dict[bytes, list[int]] = defaultdict(list)
    for position, gram in enumerate(theirs):
        if len(places[gram]) < MAX_PLACES:
            places[gram].append(position)
    found = []
    here = 0
    while here < len(ours):
        there, run = _longest(ours, here, theirs, places.get(ours[here], ()), known)
        if not run:
            here += 1
            continue
        long = run + size - 1
        found.append(Passage(_lines(left, here, long), _lines(right, there, long), long))
        here += long
    return found


def _longest(
    ours: Sequence[bytes],
    here: int,
    theirs: Sequence[bytes],
    places: Sequence[int],
    known: Container[bytes],
) -> tuple[int, int]:
    """La position à droite de la plus longue suite commune, et combien elle a de grammes."""
    best = (0, 0)
    for there in places:
        most = min(len(ours) - here, len(theirs) - there)
        run = 0
        while run < most and ours[here + run] == theirs[there + run]:
            if ours[here + run] in known:
                break
            run += 1
        if run > best[1]:
            best = (there, run)
    return best


def _lines(tokens: Tokens, start: int, long: int) -> tuple[int, int]:
    return tokens.lines[start], tokens.lines[start + long - 1]
