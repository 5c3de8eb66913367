"""Reconnaître deux comptes dans ce qu'un script affiche, quel que soit le texte qui les entoure."""

import itertools
import re
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

ONCE = list(range(1, 11))
TWICE = Counter(ONCE * 2)
LEAST = 3  # nombres d'un compte, au moins
MAX_NUMBERS = 5_000
MAX_STREAMS = 12  # suites de nombres parmi lesquelles en chercher qui font deux comptes ensemble
MAX_TOGETHER = 4
COARSE = re.compile(r"\d+(?:[.,:]\d+)*")  # « 0,5 » et « 12:03:04 » ne sont qu'un nombre
FINE = re.compile(r"\d+")
# Une barre ou des points plus longs à chaque nombre ne font pas une autre ligne.
REPEATED = re.compile(r"([^\w\s])\1+")
IN_A_ROW = re.compile(r"#(?:[\s,;|]+#)+")


@dataclass(frozen=True)
class ShownNumber:
    value: int
    at: float  # l'instant où il a paru, en secondes


@dataclass
class Count:
    """Une suite de nombres qui se suivent de un en un."""

    numbers: list[ShownNumber] = field(default_factory=list)

    @property
    def values(self) -> list[int]:
        return [number.value for number in self.numbers]

    @property
    def start(self) -> float:
        return self.numbers[0].at

    @property
    def end(self) -> float:
        return self.numbers[-1].at

    @property
    def pauses(self) -> list[float]:
        return [after.at - before.at for before, after in itertools.pairwise(self.numbers)]


def numbers(pieces: Sequence[tuple[float, str]]) -> list[ShownNumber]:
    """Les nombres des deux comptes, dans l'ordre ; à défaut, ceux qui y ressemblent le plus.

    Un titre, une horloge, le nom de qui compte ne sont pas des comptes : ce qu'une même phrase dit
    au même endroit, ligne après ligne, en est un. Un 0 devant chaque compte ne coûte rien.
    """
    candidates = []
    for candidate in _candidates(pieces):
        if Counter(number.value for number in candidate) == TWICE:
            return candidate
        candidates.append(candidate)
    return max(candidates, key=_likeness)


def counts(found: Sequence[ShownNumber]) -> list[Count]:
    """Ces nombres, rangés en comptes, du plus long au plus court : chacun suit celui d'avant d'un
    compte commencé, ou en commence un autre."""
    chains: list[Count] = []
    last: dict[int, deque[Count]] = defaultdict(deque)  # par le dernier nombre de chacun
    for number in found:
        if waiting := last[number.value - 1]:
            chain = waiting.popleft()
        else:
            chain = Count()
            chains.append(chain)
        chain.numbers.append(number)
        last[number.value].append(chain)
    return sorted(chains, key=lambda chain: len(chain.numbers), reverse=True)


def _likeness(candidate: Sequence[ShownNumber]) -> tuple[int, int]:
    """Deux longs comptes, et peu d'autres nombres."""
    longest = [len(chain.numbers) for chain in counts(candidate)[:2]]
    return sum(length for length in longest if length >= LEAST), -len(candidate)


def _candidates(pieces: Sequence[tuple[float, str]]) -> Iterator[list[ShownNumber]]:
    """Les lectures possibles, de la plus simple à la plus large."""
    for pattern in (COARSE, FINE):
        lines = list(_lines(pieces, pattern))
        yield _useful(number for _, line in lines for number in line)
        yield from _together(_streams(lines))
        # « Compte : 1 2 3 4 » est un seul endroit, et non quatre.
        yield from _together(
            _streams([(IN_A_ROW.sub("##", around), line) for around, line in lines])
        )
        yield _useful(number for _, line in lines for number in line[-1:])
        yield _useful(number for _, line in lines for number in line[:1])
    # Rien ne sépare les nombres, sinon l'instant où ils paraissent.
    yield _useful(
        ShownNumber(int(text), at)
        for at, piece in pieces
        for text in FINE.findall(piece)
        if _small(text)
    )


def _lines(
    pieces: Sequence[tuple[float, str]], pattern: re.Pattern[str]
) -> Iterator[tuple[str, list[ShownNumber]]]:
    """De chaque ligne, ce qui y entoure les nombres, et ces nombres."""
    text = "".join(piece for _, piece in pieces)
    ends = list(itertools.accumulate(len(piece) for _, piece in pieces))
    place = read = 0
    for line in text.split("\n"):
        found = []
        for match in pattern.finditer(line):
            piece = bisect_right(ends, place + match.start())
            value = int(match[0]) if _small(match[0]) else -1
            found.append(ShownNumber(value, pieces[piece][0]))
        if found:
            around = REPEATED.sub(r"\1", pattern.sub("#", line)).strip()
            yield around, found
        place += len(line) + 1
        read += len(found)
        if read > MAX_NUMBERS:
            return


def _small(text: str) -> bool:
    return text.isdecimal() and len(text) <= 3


def _useful(found: Iterator[ShownNumber]) -> list[ShownNumber]:
    """Sans les 0, ni ce qui n'est pas un nombre entier."""
    return [number for number in found if number.value > 0]


def _streams(lines: Sequence[tuple[str, list[ShownNumber]]]) -> list[list[tuple[int, ShownNumber]]]:
    """Ce que chaque phrase dit à chaque endroit, avec le rang de chaque nombre ; les plus longues
    suites d'abord."""
    found: dict[tuple[str, int], list[tuple[int, ShownNumber]]] = {}
    rank = 0
    for around, line in lines:
        row = "##" in around
        for place, number in enumerate(line):
            rank += 1
            if number.value > 0:
                found.setdefault((around, 0 if row else place), []).append((rank, number))
    return sorted(found.values(), key=len, reverse=True)[:MAX_STREAMS]


def _together(streams: Sequence[list[tuple[int, ShownNumber]]]) -> Iterator[list[ShownNumber]]:
    """Une suite, ou plusieurs qui se complètent : « A : 1 » et « B : 1 »."""
    for stream in streams:
        yield [number for _, number in stream]
    parts = [stream for stream in streams if _part(stream)]
    for several in range(2, MAX_TOGETHER + 1):
        for chosen in itertools.combinations(parts, several):
            yield [number for _, number in sorted(itertools.chain(*chosen), key=lambda one: one[0])]


def _part(stream: Sequence[tuple[int, ShownNumber]]) -> bool:
    """Vrai si ces nombres peuvent être une part des deux comptes."""
    return Counter(number.value for _, number in stream) <= TWICE
