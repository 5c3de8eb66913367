"""Une copie en results.json, tel que Gradescope le lit au bout de son « autograder ».

https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format, au 29 novembre 2026.
La note est la note ajustée ; les contrôles sont tels qu'ils sont mesurés.
"""

import json
from collections.abc import Iterator
from typing import Any

from grader.classroom import handed
from grader.classroom.marks import Adjusted
from grader.model.records import UNJUDGED, CheckResult, RefusedError, Verdict
from grader.reports.words import number
from wording.harmless import visible


def render(adjusted: Adjusted) -> str:
    """Le document ; RefusedError s'il n'y a pas de note : Gradescope en veut une."""
    if adjusted.mark is None:
        raise RefusedError("rien n'a pu être jugé : il n'y a pas de note à donner à Gradescope.")
    facts = {
        "score": adjusted.mark,
        "execution_time": round(adjusted.report.seconds, 3),
        "output": "\n".join(_summary(adjusted)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # ce qu'affiche le correcteur est pour qui enseigne
        "tests": list(_tests(adjusted)),
    }
    return json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _summary(adjusted: Adjusted) -> Iterator[str]:
    yield f"Note : {number(adjusted.earned)} / {number(adjusted.points)}"
    if adjusted.missing:
        yield f"{adjusted.missing}, hors de la note."
    if adjusted.decided:
        yield f"Mesurée : {number(adjusted.report.earned)} / {number(adjusted.report.points)}"
    for change in adjusted.decided:
        yield visible(str(change))


def _tests(adjusted: Adjusted) -> Iterator[dict[str, Any]]:
    for rank, step in enumerate(adjusted.report.steps, 1):
        for place, result in enumerate(step.checks, 1):
            yield {
                **_score(result),
                "name": f"{step.step.id} : {handed.title(result)}",
                "number": f"{rank}.{place}",
                "output": "\n\n".join(
                    filter(None, (handed.summary(result), handed.details(result)))
                ),
                "visibility": "visible",
            }


def _score(result: CheckResult) -> dict[str, Any]:
    """Sans score ni maximum, un contrôle non jugé ne se lit ni comme réussi, ni comme raté."""
    if result.verdict in UNJUDGED:
        return {}
    passed = result.verdict is Verdict.PASSED
    return {
        "score": round(result.earned, 4),
        "max_score": round(result.points, 4),
        "status": "passed" if passed else "failed",
    }
