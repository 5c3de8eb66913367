"""Les ressemblances d'une classe, étape par étape : ce qui reste une fois ôté ce qui est à tous.

On compare des jetons, et non des noms ni des textes (`tokens`), par leurs empreintes
(`winnowing`). Est ôté d'abord ce que donnent le sujet et le cours, puis ce que partage plus de la
moitié de la classe.

Les limites viennent de ce qu'on a mesuré. Entre scripts écrits à part (dix auteurs et trois étapes,
dans les tests ; pour II.5.server, avec six copies publiques et les nôtres), aucune paire n'atteint
0,20, ni 0,30 quand on n'ôte rien. Une copie aux noms, à l'ordre et aux commentaires changés ne
descend pas sous 0,60, ni sous 0,50 si on y ajoute des lignes çà et là ; une septième copie
publique, qui reprend l'une des six, dépasse 0,90.

Si plus de la moitié de la classe rend le même script, il est ôté comme venant du cours, et ces
copies sont alors « trop courtes » : on ne sait pas distinguer un tel groupe d'une aide donnée.
"""

import functools
import itertools
import statistics
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib import resources

from grader.classroom.passages import Passage, passages
from grader.classroom.tokens import Tokens, tokens
from grader.classroom.winnowing import grams, hashed, winnow
from wording.numbers import count

GRAM = 12  # jetons : une ligne et demie ; à 8, deux inconnus ont déjà un tiers en commun
WINDOW = 6  # 17 jetons communs d'affilée, deux lignes, ne passent jamais inaperçus
MIN_OWN = 60  # jetons : huit lignes ; en moins, l'étape ne s'écrit guère autrement
CLASS = 8  # copies : en dessous, « la plupart » ne serait que quelques amis
FLOOR = 0.4  # à mi-chemin des deux : rien n'est montré en dessous, si disparate que soit la classe
CEILING = 0.8  # toujours montré à partir de là, même dans une classe où tout se ressemble
MAX_PAIRS = 50  # montrées par étape : au-delà, le mieux est d'en parler à toute la classe
BARS = 20  # de l'histogramme, de 5 % chacune
SHORT = "trop court pour comparer"
PROVES_NOTHING = (
    "Une ressemblance ne prouve rien : le cours, un même exemple, une aide permise ou un travail à "
    "deux donnent aussi le même code. Lisez les deux copies, puis écoutez leurs auteurs."
)


@dataclass(frozen=True)
class Pair:
    """Deux copies qui se ressemblent bien plus que les autres."""

    left: str
    right: str
    similarity: float  # de 0 à 1 : la part de la plus courte qui est aussi dans l'autre
    passages: list[Passage]


@dataclass(frozen=True)
class Spread:
    """Comment se répartissent les ressemblances de toutes les paires."""

    pairs: int
    median: float
    quartile: float  # les trois quarts des paires sont en dessous
    limit: float  # à partir d'où une paire est montrée
    bars: tuple[int, ...]  # combien de paires de 0 à 5 %, de 5 à 10 %…


@dataclass(frozen=True)
class Likeness:
    """Ce que l'on sait des ressemblances dans une étape."""

    compared: tuple[str, ...]  # les copies qui l'ont été, deux à deux
    aside: dict[str, str] = field(default_factory=dict)  # celles qui ne l'ont pas été, et pourquoi
    notes: dict[str, str] = field(default_factory=dict)  # ce qui n'a pas été lu d'une copie
    spread: Spread | None = None  # rien à répartir s'il n'y a pas deux copies à comparer
    pairs: tuple[Pair, ...] = ()  # de la plus ressemblante à la moins
    more: int = 0  # les paires qui passent la limite, et qui ne sont pas montrées

    @property
    def summary(self) -> str:
        """La classe en une phrase, et ce que vaut ce qu'on y montre."""
        if not self.spread:
            return "Rien à comparer : il faut deux copies assez longues."
        spread = self.spread
        compared = count(len(self.compared), "copie")
        return (
            f"{compared} et {count(spread.pairs, 'paire')} : la moitié se ressemblent à "
            f"{_percent(spread.median)} au plus, les trois quarts à {_percent(spread.quartile)} au "
            f"plus. Sont montrées celles à partir de {_percent(spread.limit)}. {PROVES_NOTHING}"
        )


@functools.cache
def given(step: str) -> tuple[bytes, ...]:
    """Le code que donnent le sujet et le cours pour cette étape (« II.5.server »)."""
    text = resources.files("grader.classroom").joinpath("given.toml").read_text("utf-8")
    return tuple(
        entry["code"].encode()
        for entry in tomllib.loads(text)["given"]
        if any(f"{step}.".startswith(f"{prefix}.") for prefix in entry["steps"])
    )


def likeness(sources: Mapping[str, bytes], known: Iterable[bytes] = ()) -> Likeness:
    """Les ressemblances entre les scripts d'une étape, un par copie.

    `known` : du code donné à tous (`given`, les indices du correcteur). L'ordre des copies n'y
    change rien ; leurs noms sont rendus tels quels.
    """
    read = {name: tokens(sources[name]) for name in sorted(sources)}
    shared = _shared(read, known)
    own = {name: _own(script, shared) for name, script in read.items()}
    compared = tuple(name for name in read if own[name] >= MIN_OWN)
    prints = {name: _prints(read[name], shared) for name in compared}
    scores = {
        (left, right): len(prints[left] & prints[right])
        / min(len(prints[left]), len(prints[right]))
        for left, right in itertools.combinations(compared, 2)
    }
    spread = _spread(list(scores.values())) if scores else None
    far = [pair for pair in scores if spread and scores[pair] >= spread.limit]
    far.sort(key=lambda pair: (-scores[pair], pair))
    return Likeness(
        compared=compared,
        aside={name: _reason(read[name]) for name in read if name not in prints},
        notes={name: script.note for name, script in read.items() if script.note},
        spread=spread,
        pairs=tuple(
            Pair(*pair, scores[pair], passages(read[pair[0]], read[pair[1]], GRAM, shared))
            for pair in far[:MAX_PAIRS]
        ),
        more=max(0, len(far) - MAX_PAIRS),
    )


def _shared(read: Mapping[str, Tokens], known: Iterable[bytes]) -> Set[bytes]:
    """Les grammes qui ne sont de personne : donnés, ou dans plus de la moitié des copies."""
    shared = {gram for code in known for gram in grams(tokens(code).codes, GRAM)}
    if len(read) >= CLASS:
        copies: Counter[bytes] = Counter()
        for script in read.values():
            copies.update(set(grams(script.codes, GRAM)))
        shared |= {gram for gram, number in copies.items() if number > len(read) / 2}
    return shared


def _own(script: Tokens, shared: Set[bytes]) -> int:
    """Combien de ses jetons ne sont ni à tout le monde, ni une redite du script lui-même.

    Sans quoi un script fait d'une ligne répétée passerait pour long : il n'a qu'une empreinte, et
    la retrouver ailleurs donnerait une ressemblance de 100 %.
    """
    seen = set(shared)
    covered = own = 0
    for position, gram in enumerate(grams(script.codes, GRAM)):
        if gram in seen:
            covered = position + GRAM
        seen.add(gram)
        own += position >= covered
    return own


def _reason(script: Tokens) -> str:
    return script.note if script.note and not script.codes else SHORT


def _prints(script: Tokens, shared: Set[bytes]) -> Set[bytes]:
    """Ses empreintes propres. Ce sont les grammes eux-mêmes : aucun condensé à confondre."""
    every = grams(script.codes, GRAM)
    return {every[position] for position in winnow([*map(hashed, every)], WINDOW)} - shared


def _spread(scores: Sequence[float]) -> Spread:
    """La limite est celle de Tukey (1977) : trois écarts interquartiles au-dessus du troisième."""
    first, median, third = (
        statistics.quantiles(scores, n=4, method="inclusive")
        if len(scores) > 1
        else [scores[0]] * 3
    )
    limit = min(CEILING, max(FLOOR, third + 3 * (third - first)))
    bars = Counter(min(BARS - 1, int(score * BARS)) for score in scores)
    return Spread(len(scores), median, third, limit, tuple(bars[bar] for bar in range(BARS)))


def _percent(share: float) -> str:
    return f"{round(100 * share)}\u00a0%"
