"""Les chiffres d'une classe."""

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from grader.classroom.copies import Copy, Student
from grader.classroom.figures import by_step, distribution, success
from grader.classroom.marks import Adjusted, Change
from grader.classroom.results import ClassResults, Entry
from grader.model.records import CheckResult, Report, StepResult, Verdict
from tests.grader.reports import sample

COPY = Copy("Ada", PurePosixPath("a"), (Student("Ada"),), Path("a"))


def marked(earned: float, possible: float = 20.0, lost: float = 0.0) -> Adjusted:
    """Une copie qui vaut `earned`, sur `possible`, dont `lost` n'a pu être jugé."""
    told = [
        CheckResult(sample.check("a", "A", "…", possible - lost), Verdict.FAILED, earned),
        CheckResult(sample.check("b", "B", "…", lost), Verdict.NOT_JUDGED),
    ]
    step = sample.step("I.1", "Un", "a.py", "script", *(one.check for one in told))
    return Adjusted(Report("x", 1, "bwrap", [StepResult(step, Verdict.PARTIAL, told)]))


def test_the_distribution_of_marks() -> None:
    marks = distribution([marked(20), marked(4), marked(13.5), marked(12), marked(0)])
    assert marks
    assert (marks.marks, marks.out_of, marks.scaled) == ((0, 4, 12, 13.5, 20), 20, 0)
    assert (marks.median, marks.quartiles) == (12, (4, 13.5))
    assert [place for place, number in enumerate(marks.bars) if number] == [0, 4, 12, 13, 19]
    assert sum(marks.bars) == 5


def test_a_mark_of_a_whole_number_is_in_the_bar_it_begins() -> None:
    """0,15 / 0,05 fait 2,9999… : ce serait la barre d'avant."""
    for twentieth in range(20):
        marks = distribution([marked(twentieth * 0.05, 1.0)])
        assert marks
        assert marks.bars.index(1) == twentieth


def test_one_mark_is_enough() -> None:
    marks = distribution([marked(7)])
    assert marks
    assert (marks.median, marks.quartiles) == (7, (7, 7))


def test_what_was_not_judged_neither_gives_nor_costs() -> None:
    marks = distribution([marked(9, lost=2.0), marked(10)])
    assert marks
    assert marks.marks == (10, 10)
    assert marks.scaled == 1


def test_decisions_count() -> None:
    adjusted = replace(marked(9), changes=(Change(2.0, "Vu."),))
    marks = distribution([adjusted])
    assert marks
    assert marks.marks == (11,)


def test_no_mark_no_distribution() -> None:
    assert distribution([]) is None
    assert distribution([marked(0, 2.0, lost=2.0)]) is None


def test_success_of_several_results() -> None:
    one = success([sample.chat(), sample.chat(), sample.sleeping()])
    assert one.share == pytest.approx((0.75 * 2 + 1) / 5)
    assert one.verdicts == {Verdict.PARTIAL: 2, Verdict.PASSED: 1}
    assert success([]).share is None


def test_each_step_and_each_check() -> None:
    report = sample.report()
    steps = [result.step for result in report.steps]
    missing = sample.step("II.7", "Rien", "b.py", "server", sample.check("II.7.x", "X", "…"))
    entries = [Entry(COPY, Adjusted(report)), Entry(COPY, Adjusted(report)), Entry(COPY)]
    told = by_step(ClassResults("TP6", entries, [*steps, missing]))
    assert [one.step for one in told] == [*steps, missing]
    chat = told[3]
    assert chat.whole.share == pytest.approx(0.75 / 2)
    assert [(check.id, one.share) for check, one in chat.checks] == [
        ("II.5.server.joins", 0.5),
        ("II.5.server.says", 0),
        ("II.5.server.silent", 1),
        ("II.5.server.leaves", 0),
    ]
    assert chat.checks[1][1].verdicts == {Verdict.UNSTABLE: 2}
    assert (told[-1].whole.share, told[-1].checks[0][1].verdicts) == (None, {})
