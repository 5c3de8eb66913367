"""Les numéros d'un nom : lequel est celui du TP, de la partie, de l'étape."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from grader.discovery.vocabulary import ROMANS


class Numbers(NamedTuple):
    lab: int | None = None
    part: int | None = None
    number: int | None = None  # l'étape


class NumberRule(NamedTuple):
    """Ce que peut être un numéro, d'après lui et le sens du mot qui le précède."""

    kind: str
    matches: Callable[[str, str], bool]
    example: str


# La première qui convient. À un port, à une année, aucune ne convient : on les oublie.
RULES = (
    NumberRule("lab", lambda _, before: before == "lab", "tp6"),
    NumberRule("part", lambda _, before: before == "part", "partie 2"),
    NumberRule("step", lambda _, before: before == "step", "étape 5"),
    NumberRule("roman", lambda word, _: word in ROMANS, "ii_5"),
    NumberRule("part and step", lambda word, _: bool(re.fullmatch("[12][1-6]", word)), "server24"),
    NumberRule("digit", lambda word, _: int(word[:9]) <= 9, "server2"),
)
Said = dict[str, list[int]]


def distribute(words: Sequence[str], meanings: Sequence[str], *, folder: bool) -> Numbers:
    """`meanings` : ce que veut dire chaque mot ; vide, s'il n'est pas connu."""
    said: Said = {rule.kind: [] for rule in RULES}
    for word, before in _numbered(words, meanings):
        kind = next((rule.kind for rule in RULES if rule.matches(word, before)), "")
        if kind == "part and step":
            said["digit"] += [int(digit) for digit in word]
        elif kind:
            said[kind].append(ROMANS.get(word) or int(word[:9]))
    return _settle(said, folder=folder)


def _numbered(words: Sequence[str], meanings: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Chaque numéro, et le sens du mot d'avant ; vide si c'est un numéro aussi."""
    before = ""
    for index, word in enumerate(words):
        after = words[index + 1] if index + 1 < len(words) else ""
        version = word == "v" and after.isdigit()  # « v2 », et non V
        if word.isdigit() or (word in ROMANS and not version):
            yield word, before
            before = ""
        else:
            before = meanings[index]


def _settle(said: Said, *, folder: bool) -> Numbers:
    """Répartit les numéros que rien n'annonce entre la partie et l'étape."""
    lab, part, number = (said[kind][-1] if said[kind] else None for kind in ("lab", "part", "step"))
    romans, digits = said["roman"], said["digit"]
    if not part and romans and (digits or folder or romans[0] <= 2):
        part = romans.pop(0)  # « ii_5 », « II. Chat Room » ; mais « server_iv » est à l'étape 4
    loose = romans + digits
    if part is None and number is None and len(loose) > 1 and loose[0] <= 3:
        part = loose.pop(0)  # « 2.4 »
    if number is None and loose:
        number = loose[0]
    return Numbers(lab, part, number)
