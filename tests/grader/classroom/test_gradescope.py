"""results.json suit la documentation de Gradescope, et ne parle à l'étudiant que de sa copie."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.classroom.adjustments import Adjustments, Decision
from grader.classroom.gradescope import render
from grader.classroom.marks import Adjusted, Change, apply
from grader.model.records import CheckResult, RefusedError, Report, Verdict
from tests.grader.reports import sample

SCHEMA = json.loads(Path(__file__).with_name("gradescope.schema.json").read_text("utf-8"))


def facts(adjusted: Adjusted) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(render(adjusted))
    return content


def measured(report: Report | None = None) -> dict[str, Any]:
    return facts(Adjusted(report or sample.report()))


def valid(content: object) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(content)


def test_the_schema_itself() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert valid({"score": 1})
    assert valid({"tests": [{"score": 1}, {"score": 0, "status": "failed"}]})
    wrong: list[dict[str, Any]] = [{}, {"tests": []}, {"tests": [{"name": "a"}]}]
    assert not any(map(valid, [*wrong, {"score": "1"}, {"score": 1, "scores": 1}]))


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_follows_the_schema(verdict: Verdict) -> None:
    report = sample.report()
    report.steps[3].checks[0].verdict = verdict
    assert valid(measured(report))


def test_whatever_a_copy_wrote_follows_the_schema() -> None:
    for report in (sample.hostile(), sample.huge("é"), sample.huge("\ud800")):
        content = measured(report)
        assert valid(content)
        assert len(json.dumps(content)) < 2_000_000
    change = Change(0, sample.HOSTILE, "I.1.sync")
    text = render(Adjusted(sample.report(), changes=(change,)))
    assert not any(char in text for char in "\x1b\0\u202e\ud800")


def test_a_test_for_each_check() -> None:
    content = measured()
    assert content["score"] == 2.75
    assert content["execution_time"] == 12.34
    assert [test["number"] for test in content["tests"]][2:6] == ["3.1", "3.2", "3.3", "4.1"]
    joins = content["tests"][5]
    output = joins.pop("output")
    assert joins == {
        "score": 0.25,
        "max_score": 0.5,
        "status": "failed",
        "number": "4.1",
        "name": "II.5.server : Annoncer une arrivée",
        "visibility": "visible",
    }
    assert output.startswith(
        "L'annonce d'arrivée n'a pas le texte demandé. (0,25 / 0,5)\n\nDemandé : "
    )


def test_what_was_not_judged_is_neither_passed_nor_failed() -> None:
    tests = measured()["tests"]
    assert [test.get("status") for test in tests][:4] == ["passed", None, "passed", None]
    assert not {"score", "max_score"} & tests[1].keys()
    assert sum(test.get("max_score", 0) for test in tests) == sample.report().points


def test_a_decision_is_shown_beside_the_measure() -> None:
    decisions = Adjustments(
        points=(Decision("*", "II.5.server", "Doute.", 0.5), Decision("*", "", "Brouillon.", -1)),
        orals=(Decision("*", "", "Copie trop proche de celle d'Ali Ben."),),
    )
    content = facts(apply(sample.report(), "Zoé Durand", decisions))
    assert content["score"] == 2.25
    assert content["output"].split("\n") == [
        "Note : 2,25 / 6,5",
        "2 points non jugés, hors de la note.",
        "Mesurée : 2,75 / 6,5",
        "II.5.server : +0,5, Doute.",
        "-1, Brouillon.",
    ]
    assert content["tests"] == measured()["tests"]
    assert measured()["output"].count("\n") == 1


def test_nothing_of_others_nor_of_us() -> None:
    decisions = Adjustments(
        orals=(Decision("*", "", "Copie trop proche de celle d'Ali Ben."),),
        files=(Decision("*", "I.1.sync", "Vu.", path="ailleurs.py"),),
    )
    text = render(apply(sample.report(), "Zoé Durand", decisions))
    for secret in ("Ali Ben", "oral", "ailleurs.py", "/home/prof", "4217", "KeyError"):
        assert secret not in text
    assert json.loads(text)["stdout_visibility"] == "hidden"


def test_without_a_mark_there_is_nothing_to_give() -> None:
    steps = [
        replace(result, checks=[CheckResult(one.check, Verdict.ERROR) for one in result.checks])
        for result in sample.report().steps
    ]
    with pytest.raises(RefusedError, match="rien n'a pu être jugé"):
        render(Adjusted(replace(sample.report(), steps=steps)))
