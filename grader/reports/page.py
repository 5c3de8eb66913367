"""Le rapport en une page web : un seul fichier, sans script, que rien n'autorise à sortir.

Deux gardes pour un texte de la copie : `finalize` neutralise tout ce qu'écrit le gabarit, puis
jinja2 l'échappe. Les filtres, eux, bornent.
"""

import base64
import hashlib
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.model.records import CheckResult, Event, Failure, Report, StepResult, Verdict
from grader.reports import evidence, launching, words
from grader.reports.crashes import crashes
from grader.reports.difference import WIDTH, comparable, marked
from grader.reports.evidence import last_lines
from grader.reports.prose import unbroken
from grader.reports.timeline import diagram
from wording.harmless import shortened, visible

MAX_LINE, MAX_BLOCK = 300, 4000  # caractères
MAX_WHY = 180
MAX_OUTPUT_LINES = 30
MAX_NOTES = 20
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


def render(report: Report) -> str:
    style = resources.files("grader.reports").joinpath("page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    found = crashes(report)
    to_read = [result for result in report.steps if result.verdict is not Verdict.PASSED]
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            report=report,
            share=round(100 * report.earned / report.points, 1) if report.points else 0,
            tally=Counter(result.verdict for result in report.steps).items(),
            played=sum(check.runs for step in report.steps for check in step.checks),
            # Plusieurs étapes ouvertes cacheraient la liste, qui dit déjà ce qui ne va pas.
            opened=to_read if len(to_read) == 1 else [],
            crashes=found,
            ranks={name: rank for rank, crash in enumerate(found, 1) for name in crash.checks},
            style=Markup(style),  # notre feuille, dont la page dit l'empreinte
            style_hash=f"sha256-{digest}",
            verdicts=words.VERDICTS,
            max_notes=MAX_NOTES,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader", "reports"),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {function.__name__: function for function in FILTERS}
    environment.filters |= BOUNDED
    return environment


def _harmless(value: Any) -> Any:
    """Ce qu'une expression du gabarit s'apprête à écrire."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value, newlines=True)
    return value


def lasting(timeline: Iterable[Event]) -> float:
    """Secondes du début d'un récit à son dernier fait."""
    return max(event.at for event in timeline)


def reasons(result: StepResult) -> Sequence[tuple[Verdict, str]]:
    """Ce qui ne va pas dans une étape, une phrase par cause, pour qui n'en lit pas plus."""
    if result.verdict is Verdict.NOT_SUBMITTED:
        return [(result.verdict, f"le sujet demande {result.step.file}")]
    told = [(check.verdict, _reason(check)) for check in result.checks]
    return list(dict.fromkeys((verdict, why) for verdict, why in told if why))


def _reason(result: CheckResult) -> str:
    match result.verdict:
        case Verdict.FAILED | Verdict.UNSTABLE if result.failure:
            return shortened(result.failure.message, MAX_WHY)
        case Verdict.NOT_JUDGED:
            return shortened(result.cause, MAX_WHY)
        case Verdict.ERROR:
            return "le correcteur s'est trompé, pas vous"
        case _:
            return ""


def sides(failure: Failure) -> Sides:
    """L'attendu et le reçu, côte à côte."""
    difference = evidence.difference(failure, WIDTH)
    if not difference:
        received = evidence.received(failure)
        return Sides(
            Side(shortened(failure.expected, MAX_BLOCK)) if failure.expected else None,
            None if received is None else Side(shortened(received, MAX_BLOCK)),
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


BOUNDED: dict[str, Callable[[str], str]] = {
    "block": lambda text: shortened(text, MAX_BLOCK),
    "prose": lambda text: unbroken(shortened(text, MAX_BLOCK)),
    "ending": lambda text: last_lines(text, MAX_OUTPUT_LINES, MAX_BLOCK),
    "quoted": shlex.quote,
}
FILTERS: tuple[Callable[..., object], ...] = (
    *(words.duration, words.mark, words.moment, words.number),
    *(words.runs, words.score, words.unjudged, words.verified),
    *(evidence.output, evidence.sent, sides, reasons, diagram, lasting, line, name),
    *(launching.address, launching.command, launching.typed),
)
