"""Les fautes les plus fréquentes : même contrôle, et même phrase aux mots tirés au sort près."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.classroom.results import Entry
from grader.model.records import Check, CheckResult, Verdict
from wording.harmless import shortened

MAX_MESSAGE = 200  # caractères
# Ce qui change d'une copie à l'autre sans changer la faute : une adresse web, un chemin, ce qui est
# cité, un nombre ou une adresse IP, un mot tiré au sort. Les répétitions n'ont pas de suite à
# essayer : le temps est linéaire.
VARYING = re.compile(
    r"https?://\S+|(?<![\w/])/\w\S*|«[^«»]*»|(?<![^\s(\[])'[^']*'"
    r"|\d+(?:[.,:]\d+)*|\b(?:[bcdfglmnprstvz][aeiou]){3,4}\b"
)
ANY = "…"


@dataclass(frozen=True)
class Fault:
    """Une faute, et les copies qui la font."""

    check: Check
    message: str  # une phrase, à neutraliser ; « … » où les copies diffèrent
    entries: Sequence[Entry]


def faults(entries: Iterable[Entry]) -> list[Fault]:
    """De la plus fréquente à la plus rare ; à égalité, dans l'ordre du sujet."""
    found: dict[tuple[str, ...], list[tuple[Entry, CheckResult, str]]] = {}
    order: dict[str, int] = {}
    for entry in entries:
        for result in entry.result.report.steps if entry.result else ():
            for one in result.checks:
                order.setdefault(one.check.id, len(order))
                if one.failure and one.verdict in (Verdict.FAILED, Verdict.UNSTABLE):
                    message = shortened(one.failure.message, MAX_MESSAGE)
                    key = (one.check.id, *VARYING.split(message))
                    found.setdefault(key, []).append((entry, one, message))
    listed = [
        Fault(cases[0][1].check, common([case[2] for case in cases]), [case[0] for case in cases])
        for cases in found.values()
    ]
    return sorted(listed, key=lambda fault: (-len(fault.entries), order[fault.check.id]))


def common(messages: Sequence[str]) -> str:
    """La phrase que font ces messages d'une même sorte : ce qui varie de l'un à l'autre manque."""
    pieces = [VARYING.findall(message) for message in messages]
    shown = iter([same[0] if len(set(same)) == 1 else ANY for same in zip(*pieces, strict=True)])
    return VARYING.sub(lambda _: next(shown), messages[0])
