"""Les pannes du correcteur : une par cause, si nombreux que soient les contrôles touchés."""

import re
from dataclasses import dataclass

from grader.model.records import Report, Verdict

PLACES = re.compile(r'^ *File "(.+)", line (\d+)', re.MULTILINE)


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
    """Où l'exception est levée, et laquelle : ce qui y mène change d'un contrôle à l'autre."""
    return tuple(PLACES.findall(trace)[-1:]), trace.rstrip().rpartition("\n")[2]
