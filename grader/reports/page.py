"""Le rapport en une page web : un seul fichier, sans script, que rien n'autorise à sortir.

Deux gardes pour un texte de la copie : `finalize` neutralise tout ce qu'écrit le gabarit, puis
jinja2 l'échappe. Les filtres, eux, bornent.
"""

import base64
import hashlib
import shlex
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.driving.text import plain
from grader.model import Failure, Report, StepResult, Verdict
from grader.reports.difference import comparable, first_difference, marked
from grader.reports.neutral import last_lines, neutral, shortened
from grader.reports.timeline import diagram
from grader.reports.words import MATCHES, VERDICTS, duration, mark, number

MAX_LINE, MAX_BLOCK = 300, 4000  # caractères
MAX_OUTPUT_LINES = 30
MAX_NOTES = 20
BEFORE, AFTER = 400, 800  # caractères montrés autour d'une différence
FAULTY = frozenset({Verdict.FAILED, Verdict.UNSTABLE, Verdict.ERROR})


@dataclass(frozen=True)
class Side:
    """Un texte, en trois morceaux autour de la première différence."""

    head: str
    mark: str = ""
    tail: str = ""
    cut: bool = False  # son début manque


@dataclass(frozen=True)
class Evidence:
    expected: Side
    received: Side
    sentence: str = ""
    whole: str = ""  # tout ce qui est reçu, quand `received` n'en est qu'une part


def render(report: Report) -> str:
    style = resources.files("grader.reports").joinpath("page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            report=report,
            share=round(100 * report.earned / report.points, 1) if report.points else 0,
            tally=Counter(result.verdict for result in report.steps).items(),
            style=Markup(style),  # notre feuille, dont la page dit l'empreinte
            style_hash=f"sha256-{digest}",
            verdicts=VERDICTS,
            matches=MATCHES,
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
    environment.filters |= {
        "line": lambda text: neutral(shortened(text, MAX_LINE)),
        "block": lambda text: shortened(text, MAX_BLOCK),
        "ending": lambda text: last_lines(plain(text), MAX_OUTPUT_LINES, MAX_BLOCK),
        "name": lambda text: neutral(shortened(PurePath(text).name or text, MAX_LINE)),
        "quoted": shlex.quote,
        "number": number,
        "duration": duration,
        "mark": mark,
        "diagram": diagram,
        "evidence": evidence,
        "faulty": faulty,
    }
    return environment


def _harmless(value: Any) -> Any:
    """Ce qu'une expression du gabarit s'apprête à écrire."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return neutral(value, newlines=True)
    return value


def faulty(result: StepResult) -> bool:
    """L'étape a quelque chose à lire."""
    return any(check.verdict in FAULTY for check in result.checks)


def evidence(failure: Failure) -> Evidence:
    """L'attendu et le reçu, côte à côte."""
    expected, received = comparable(failure.expected, failure.received)
    difference = first_difference(expected, received) if failure.match else None
    if not (difference and expected and received):
        wanted, got = (shortened(text, MAX_BLOCK) for text in (failure.expected, failure.received))
        return Evidence(Side(wanted), Side(got))
    part = len(received) < len(failure.received.strip())
    return Evidence(
        _side(expected, difference.index),
        _side(received, difference.index),
        difference.sentence[:1].upper() + difference.sentence[1:],
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
