"""Une copie en JUnit XML : ce que lisent GitLab, GitHub et Jenkins. Une suite par étape.

Les contrôles tels qu'ils sont mesurés : ce qu'en décide la personne qui enseigne n'y est pas.
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from grader.classroom import handed
from grader.model.records import CheckResult, Report, StepResult, Verdict

# L'élément qui le dit. « Non rendu » est un échec : une forge ne montre que ceux-là.
OUTCOMES = {
    Verdict.FAILED: "failure",
    Verdict.UNSTABLE: "failure",
    Verdict.NOT_SUBMITTED: "failure",
    Verdict.SKIPPED: "skipped",
    Verdict.NOT_JUDGED: "skipped",
    Verdict.ERROR: "error",
}


def render(report: Report, name: str) -> str:
    """Le document, à écrire en UTF-8 ; `name` est celui de la copie."""
    checks = [check for step in report.steps for check in step.checks]
    counts = _counts(checks)
    counts.pop("skipped")  # le schéma ne l'admet que dans une suite
    facts = {"name": handed.line(name), "time": _seconds(report.seconds)}
    root = ET.Element("testsuites", facts | counts)
    for step in report.steps:
        root.append(_suite(report, step))
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _suite(report: Report, result: StepResult) -> ET.Element:
    facts = {
        "name": f"{result.step.id} {handed.line(result.step.title)}",
        "time": _seconds(sum(check.seconds for check in result.checks)),
        "timestamp": report.date.isoformat(timespec="seconds"),
    }
    suite = ET.Element("testsuite", facts | _counts(result.checks))
    for check in result.checks:
        suite.append(_case(result, check))
    return suite


def _case(step: StepResult, result: CheckResult) -> ET.Element:
    name = f"{result.check.id.removeprefix(f'{step.step.id}.')} : {handed.title(result)}"
    case = ET.Element("testcase", classname=step.step.id, name=name, time=_seconds(result.seconds))
    if tag := OUTCOMES.get(result.verdict):
        why = ET.SubElement(case, tag, type=result.verdict.value, message=handed.summary(result))
        why.text = handed.details(result)
    return case


def _counts(checks: Sequence[CheckResult]) -> dict[str, str]:
    tags = [OUTCOMES.get(check.verdict) for check in checks]
    return {
        "tests": str(len(checks)),
        "failures": str(tags.count("failure")),
        "errors": str(tags.count("error")),
        "skipped": str(tags.count("skipped")),
    }


def _seconds(duration: float) -> str:
    return f"{duration:.3f}"
