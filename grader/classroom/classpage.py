"""La page de la classe : un seul fichier, que rien n'autorise à sortir, et qui se lit sans script.

Les mêmes gardes que la page d'une copie : `finalize` neutralise tout ce qu'écrit le gabarit, puis
jinja2 l'échappe ; les filtres bornent. Elle est pour qui enseigne : rien n'en va aux étudiants.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from grader.classroom import figures
from grader.classroom.alike import PROVES_NOTHING, Likeness, Pair
from grader.classroom.attention import attention
from grader.classroom.beside import Beside, beside
from grader.classroom.faults import faults
from grader.classroom.figures import Distribution
from grader.classroom.marks import Adjusted
from grader.classroom.results import ClassResults, Entry
from grader.model.records import Step, StepResult, Verdict
from grader.model.version import VERSION
from grader.reports import words
from grader.reports.documents import digest, environment, ours
from grader.reports.prose import unbroken
from wording.harmless import shortened, visible
from wording.numbers import count, plural

STYLES = ("class.css", "class_table.css", "class_elsewhere.css")
MAX_LINE = 300  # caractères
MAX_FAULTS = 15
MAX_PEOPLE = 12  # d'un même groupe
MAX_LINKS = 60  # copies nommées sous une faute
MAX_LISTED = 400  # étudiants absents, lignes laissées de côté
# Caractères de scripts mis côte à côte dans toute la page : une centaine de paires.
MAX_BESIDE = 600_000
# Du pire au mieux : à partir de quelle part des points une case prend cette teinte.
SHADES = (("h1", 0.0), ("h2", 0.5), ("h3", 0.8))
# Du mieux au pire, puis ce qui n'est pas jugé.
ORDER = (
    *(Verdict.PASSED, Verdict.PARTIAL, Verdict.UNSTABLE, Verdict.FAILED, Verdict.SKIPPED),
    *(Verdict.NOT_SUBMITTED, Verdict.NOT_JUDGED, Verdict.ERROR),
)


@dataclass(frozen=True)
class Tile:
    """Une étape d'une copie."""

    shade: str  # « h0 » (aucun point) à « h4 » (tous) ; « hn » non rendu, « hu » non jugé
    verdict: Verdict | None = None  # None : cette étape n'a pas été demandée
    points: str = ""
    measured: str = ""  # vide s'il n'en a pas été décidé autrement


@dataclass(frozen=True)
class Row:
    """Une copie, sur une ligne du tableau."""

    entry: Entry
    mark: str = ""  # vide : pas de note
    value: float = -1.0  # la même, sur le total de la classe ; pour trier
    partial: str = ""  # « 18 » : sur combien, si ce n'est pas sur tout
    measured: str = ""  # vide s'il n'en a pas été décidé autrement
    tiles: Sequence[Tile] = ()
    decided: Sequence[str] = ()
    look: bool = False  # elle demande un regard


@dataclass(frozen=True)
class ShownPair:
    """Une paire, et ses deux scripts si l'on a de quoi les montrer."""

    pair: Pair
    scripts: Beside | None


@dataclass(frozen=True)
class ShownLikeness:
    step: Step
    likeness: Likeness
    summary: str
    pairs: Sequence[ShownPair]


def render(results: ClassResults) -> str:
    """La page, à écrire telle quelle en UTF-8."""
    style = Markup("").join(ours("classroom", name) for name in STYLES)
    script = ours("classroom", "class.js")
    marks = figures.distribution([one.result for one in results.entries if one.result])
    matters = attention(results.entries)
    watched = {id(case.entry) for one in matters if one.flags for case in one.cases}
    met = faults(results.entries)
    return (
        _environment()
        .get_template("class.html.jinja")
        .render(
            results=results,
            headline=headline(results, marks),
            marks=marks,
            rows=[row(one, results.steps, marks, id(one) in watched) for one in results.entries],
            parts=parts(results.steps),
            steps=figures.by_step(results),
            matters=matters,
            watched=len(watched),
            faults=met[:MAX_FAULTS],
            rarer=met[MAX_FAULTS:],
            likenesses=list(alike(results)),
            reports={one.copy.name: one.copy.report for one in results.entries if one.result},
            decided=any(one.result and one.result.decided for one in results.entries),
            order=ORDER,
            used=[verdict for verdict in ORDER if verdict in set(_verdicts(results))],
            verdicts=words.VERDICTS,
            bounds={"people": MAX_PEOPLE, "links": MAX_LINKS, "listed": MAX_LISTED},
            proves_nothing=PROVES_NOTHING,
            grader=VERSION,
            style=style,
            script=script,
            digests={"style": digest(style), "script": digest(script)},
        )
    )


def headline(results: ClassResults, marks: Distribution | None) -> str:
    """« 300 copies, médiane 13,5/20 »."""
    copies = count(len(results.entries), "copie")
    if not marks:
        return f"{copies}, aucune note"
    return f"{copies}, médiane {rounded(marks.median)}/{words.number(marks.out_of)}"


def row(entry: Entry, steps: Sequence[Step], marks: Distribution | None, look: bool) -> Row:
    adjusted = entry.result
    if not adjusted:
        return Row(entry, look=look)
    results = {result.step.id: result for result in adjusted.report.steps}
    mark, measured = adjusted.mark, words.number(adjusted.report.earned)
    shown = "" if mark is None else words.number(mark)
    return Row(
        entry,
        mark=shown,
        value=-1.0 if mark is None or not marks else mark / (adjusted.points or 1) * marks.out_of,
        partial="" if adjusted.complete else words.number(adjusted.points),
        measured=measured if adjusted.decided and measured != shown else "",
        tiles=[tile(adjusted, results.get(step.id)) for step in steps],
        decided=[str(change) for change in adjusted.decided],
        look=look,
    )


def tile(adjusted: Adjusted, result: StepResult | None) -> Tile:
    if not result:
        return Tile("hu")
    settled = result.step.id in adjusted.settled
    points, measured = words.number(adjusted.step(result)), words.number(result.earned)
    if not settled and not result.points:
        return Tile("hu", result.verdict, "")
    if not settled and result.verdict is Verdict.NOT_SUBMITTED:
        return Tile("hn", result.verdict, points)
    of = result.step.points if settled else result.points
    share = adjusted.step(result) / of if of else 0.0
    return Tile(
        shade(share), result.verdict, points, measured if settled and measured != points else ""
    )


def shade(share: float | None) -> str:
    """La teinte d'une part, de 0 à 1 : « h0 » pour rien, « h4 » pour tout ; « hu » pour None."""
    if share is None:
        return "hu"
    if share <= 0:
        return "h0"
    if share >= 1 or math.isclose(share, 1):
        return "h4"
    return [name for name, least in SHADES if share >= least][-1]


def parts(steps: Sequence[Step]) -> list[tuple[str, list[str]]]:
    """Les étapes par partie : « I.2 », puis « sync », « async »…, comme les dit le sujet."""
    grouped: list[tuple[str, list[str]]] = []
    for step in steps:
        part, _, name = step.id.rpartition(".")
        if not grouped or grouped[-1][0] != part:
            grouped.append((part, []))
        grouped[-1][1].append(name)
    return grouped


def alike(results: ClassResults) -> Iterator[ShownLikeness]:
    """Les étapes comparées, leurs paires les plus ressemblantes avec leurs scripts."""
    room = MAX_BESIDE
    for step in results.steps:
        if not (likeness := results.likenesses.get(step.id)):
            continue
        scripts = results.scripts.get(step.id, {})
        shown = []
        for pair in likeness.pairs:
            both = _beside(pair, scripts)
            room -= both.size if both else 0
            shown.append(ShownPair(pair, both if room >= 0 else None))
        summary = likeness.summary.removesuffix(PROVES_NOTHING).strip()
        yield ShownLikeness(step, likeness, summary, shown)


def _beside(pair: Pair, scripts: Mapping[str, bytes]) -> Beside | None:
    left, right = scripts.get(pair.left), scripts.get(pair.right)
    if left is None or right is None:
        return None
    return beside(left, right, pair.passages)


def _verdicts(results: ClassResults) -> Iterator[Verdict]:
    for entry in results.entries:
        yield from (one.verdict for one in (entry.result.report.steps if entry.result else ()))


@cache
def _environment() -> Environment:
    return environment("classroom", FILTERS)


def rounded(value: float) -> str:
    """Un chiffre de la classe, à deux décimales : « 13,54 »."""
    return words.number(round(value, 2))


def percent(share: float | None) -> str:
    """« 82 % » ; un trait quand il n'y a rien à compter."""
    return "—" if share is None else f"{round(100 * share)}\u00a0%"


def line(text: str) -> str:
    return visible(shortened(text, MAX_LINE))


FILTERS: Mapping[str, Callable[..., object]] = {
    "line": line,
    "prose": lambda text: unbroken(line(text)),
    "number": words.number,
    "moment": words.moment,
    "rounded": rounded,
    "percent": percent,
    "shade": shade,
    "count": count,
    "plural": plural,
}
