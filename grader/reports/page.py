"""Le rapport en une page web : un seul fichier, que rien n'autorise à sortir.

Seuls notre feuille et notre script y ont cours : la page en dit les empreintes. Sans script, elle
se lit, se filtre et s'imprime aussi bien.

Les textes de la copie y sont neutralisés et échappés (`documents`) ; les filtres les bornent.
"""

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from jinja2 import Environment

from grader.model.origin import COMMAND
from grader.model.records import CheckResult, Event, Failure, Report, StepResult, Verdict
from grader.reports import evidence, launching, words
from grader.reports.crashes import crashes
from grader.reports.difference import WIDTH, comparable, marked
from grader.reports.documents import digest, environment, ours
from grader.reports.evidence import last_lines
from grader.reports.places import without_places
from grader.reports.priorities import priorities, sentence
from grader.reports.prose import unbroken
from grader.reports.timeline import diagram
from wording.harmless import shortened, visible
from wording.numbers import count

MAX_LINE, MAX_BLOCK = 300, 4000  # caractères
MAX_LINES = 20  # d'un texte reçu, ou de la fin d'un programme
MAX_NOTES = 20
MAX_CAUSES = 5  # à corriger d'abord ; la liste des étapes les dit toutes
MAX_DECISIONS = 40
BEFORE, AFTER = 400, 800  # caractères montrés autour d'une différence


@dataclass(frozen=True)
class Side:
    """Un texte, en trois morceaux autour de la première différence."""

    head: str
    mark: str = ""
    tail: str = ""
    cut: bool = False  # son début manque


@dataclass(frozen=True)
class Sides:
    """L'attendu et le reçu, côte à côte ; None : rien à en montrer."""

    expected: Side | None
    received: Side | None
    sentences: tuple[str, ...] = ()
    whole: str = ""  # tout ce qui est reçu, quand `received` n'en est qu'une part


@dataclass(frozen=True)
class Heading:
    """Ce qu'une classe dit d'une copie en tête de la page qu'elle remet.

    Cette page-là ne montre ni dossier, ni graine, ni trace du correcteur : elle est pour
    l'étudiant.
    """

    title: str  # à la place du nom du dossier
    mark: str = ""  # la note décidée, à côté de celle qui est mesurée ; vide : la même
    decisions: tuple[str, ...] = ()  # ce qui les sépare, et pourquoi


def render(report: Report, heading: Heading | None = None) -> str:
    """La page d'une copie ; avec `heading`, celle qu'une classe remet à qui l'a écrite."""
    report = without_places(report, report.folder if heading else "")
    found = crashes(report)
    to_read = [result for result in report.steps if result.verdict is not Verdict.PASSED]
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            report=report,
            command=COMMAND,
            heading=heading,
            title=line(heading.title) if heading else name(report.folder),
            share=round(100 * report.earned / report.points, 1) if report.points else 0,
            tally=Counter(result.verdict for result in report.steps).items(),
            played=sum(check.runs for step in report.steps for check in step.checks),
            causes=priorities(report),
            # Plusieurs étapes ouvertes cacheraient la liste, qui dit déjà ce qui ne va pas.
            opened=to_read if len(to_read) == 1 else [],
            filterable=bool(to_read) and Verdict.PASSED in _verdicts(report),
            crashes=found,
            ranks={name: rank for rank, crash in enumerate(found, 1) for name in crash.checks},
            style=ours("reports", "page.css"),
            script=ours("reports", "page.js"),
            verdicts=words.VERDICTS,
            max_notes=MAX_NOTES,
            max_causes=MAX_CAUSES,
            max_decisions=MAX_DECISIONS,
        )
    )


def _verdicts(report: Report) -> set[Verdict]:
    return {check.verdict for step in report.steps for check in step.checks}


@cache
def _environment() -> Environment:
    return environment("reports", {one.__name__: one for one in FILTERS} | BOUNDED)


def lasting(timeline: Iterable[Event]) -> float:
    """Secondes du début d'un récit à son dernier fait."""
    return max(event.at for event in timeline)


def reasons(result: StepResult) -> Sequence[tuple[Verdict, str]]:
    """Ce qui ne va pas dans une étape, une phrase par cause, pour qui n'en lit pas plus."""
    if result.verdict is Verdict.NOT_SUBMITTED:
        return [(result.verdict, f"Le sujet demande {result.step.file}.")]
    if result.verdict is Verdict.SKIPPED:
        causes = dict.fromkeys(check.cause or "Une étape précédente" for check in result.checks)
        return [(result.verdict, f"{cause} a échoué.") for cause in causes]
    told = [(check.verdict, sentence(check)) for check in result.checks]
    return list(dict.fromkeys((verdict, why) for verdict, why in told if why))


def bare(result: CheckResult) -> bool:
    """Vrai d'un échec dont seul le récit montre quelque chose : c'est lui qu'il faut lire."""
    failure = result.failure
    return failure is not None and not (
        failure.sent or failure.expected or failure.received or failure.output
    )


def sides(failure: Failure) -> Sides:
    """L'attendu et le reçu, côte à côte."""
    difference = evidence.difference(failure, WIDTH)
    if not difference:
        received = evidence.received(failure)
        return Sides(
            Side(_both_ends(failure.expected)) if failure.expected else None,
            None if received is None else Side(_both_ends(received)),
        )
    expected, received = comparable(failure.expected, failure.received)
    part = len(received) < len(failure.received.strip())
    sentences = (difference.sentence, f"{evidence.likeness(failure)}.")
    return Sides(
        _side(expected, difference.index),
        _side(received, difference.index),
        tuple(sentence[:1].upper() + sentence[1:] for sentence in sentences),
        failure.received if part else "",
    )


def _both_ends(text: str) -> str:
    return evidence.both_ends(text, MAX_LINES, MAX_BLOCK)


def _side(text: str, index: int) -> Side:
    start = max(0, index - BEFORE)
    char = text[index : index + 1]
    shown = {"": "(fin)", " ": "·"}.get(char) or marked(char)
    return Side(
        head=text[start:index],
        mark=shown + "\n" * (char == "\n"),
        tail=shortened(text[index + 1 :], AFTER),
        cut=start > 0,
    )


def name(folder: str) -> str:
    return line(PurePath(folder).name or folder)


def line(text: str) -> str:
    return visible(shortened(text, MAX_LINE))


def path(text: str) -> str:
    """Un chemin : c'est sa fin qui compte."""
    return visible(shortened(text, MAX_LINE, end=True))


def others(quantity: int) -> str:
    return count(quantity, "autre")


BOUNDED: dict[str, Callable[[str], str]] = {
    "block": lambda text: shortened(text, MAX_BLOCK),
    "prose": lambda text: unbroken(shortened(text, MAX_BLOCK)),
    "ending": lambda text: last_lines(text, MAX_LINES, MAX_BLOCK),
    "quoted": shlex.quote,
}
FILTERS: tuple[Callable[..., object], ...] = (
    *(words.duration, words.mark, words.moment, words.number),
    *(words.points, words.runs, words.score, words.unjudged, words.verified),
    *(evidence.output, evidence.sent, sides, bare, reasons, diagram, lasting),
    *(line, path, digest, others),
    *(launching.address, launching.command, launching.typed),
)
