"""Les pannes du correcteur : une par cause, si nombreux que soient les contrôles touchés."""

import re
from dataclasses import dataclass

from grader.model.records import Report, Verdict

PLACE = re.compile(r'^ *File "(.+)", line (\d+)', re.MULTILINE)
CLASS = re.compile(r"^[\w.]+", re.MULTILINE)


@dataclass(frozen=True)
class Crash:
    """Une trace, et les contrôles qu'elle a empêché de juger."""

    trace: str
    checks: tuple[str, ...]


def crashes(report: Report) -> list[Crash]:
    """Dans l'ordre où elles se lisent ; la première trace vaut pour toutes celles de même cause."""
    traces: dict[object, str] = {}
    checks: dict[object, list[str]] = {}
    for result in (check for step in report.steps for check in step.checks):
        if result.verdict is Verdict.ERROR:
            cause = _cause(result.error)
            traces.setdefault(cause, result.error)
            checks.setdefault(cause, []).append(result.check.id)
    return [Crash(trace, tuple(checks[cause])) for cause, trace in traces.items()]


def _cause(trace: str) -> object:
    """Où l'exception est levée, et sa classe : le chemin et le message changent d'un contrôle à
    l'autre."""
    places = list(PLACE.finditer(trace))
    if not places:
        return trace
    raised = CLASS.search(trace, places[-1].end())
    return places[-1].groups(), raised and raised[0]
