"""La note décidée à côté de la note mesurée, sans rien lancer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from grader.classroom.adjustments import Adjustments, Decision, Lateness
from grader.classroom.marks import Adjusted, Change, Recipient, apply
from grader.model.records import CheckResult, Report, StepResult, Verdict
from tests.grader.reports import sample

PARIS = timezone(timedelta(hours=1))
DUE = datetime(2026, 1, 15, 23, 59, tzinfo=PARIS)
COPY = "Zoé Durand"


def decided(step: str, points: float, reason: str = "Vu.", copy: str = "zoé durand") -> Decision:
    return Decision(copy, step, reason, points)


def applied(*decisions: Decision, report: Report | None = None) -> Adjusted:
    return apply(report or sample.report(), COPY, Adjustments(points=decisions))


def late(when: datetime | None, at_most: float = 9.0) -> Adjusted:
    return apply(sample.report(), COPY, Adjustments(late=Lateness(DUE, 0.75, at_most)), when)


def step(adjusted: Adjusted, name: str) -> StepResult:
    (found,) = (result for result in adjusted.report.steps if result.step.id == name)
    return found


def columns(adjusted: Adjusted) -> float:
    lost = adjusted.late.points if adjusted.late else 0.0
    return sum(map(adjusted.step, adjusted.report.steps)) + adjusted.overall + lost


def test_without_a_decision_the_mark_is_the_measured_one() -> None:
    adjusted = applied(decided("", 1, copy="ali ben"))
    report = sample.report()
    assert (adjusted.mark, adjusted.points) == (report.earned, report.points) == (2.75, 6.5)
    assert adjusted.changes == ()
    assert adjusted.private == ()


def test_a_step_is_adjusted_beside_its_measure() -> None:
    adjusted = applied(decided("II.5.server", 0.5), decided("*", 1, copy="*"))
    chat = step(adjusted, "II.5.server")
    assert (chat.earned, adjusted.step(chat)) == (0.75, 1.25)
    assert adjusted.earned == 3.25
    assert adjusted.report.earned == 2.75
    assert adjusted.changes == (Change(0.5, "Vu.", "II.5.server"),)


def test_no_step_goes_below_nothing_nor_above_its_points() -> None:
    adjusted = applied(
        decided("II.5.server", -2, "Copié."),
        decided("I.1.sync", 0.5, "Élégant."),
        decided("II.6.client", 1),
    )
    assert adjusted.step(step(adjusted, "II.5.server")) == 0
    assert [change.points for change in adjusted.changes] == [0.0, -0.75, 1.0]
    assert adjusted.changes[0] == Change(0.0, "Élégant.", "I.1.sync")
    assert columns(adjusted) == adjusted.earned == 3.0


def test_the_whole_goes_neither_below_nothing_nor_above_what_was_judged() -> None:
    low, high = applied(decided("", -5)), applied(decided("", 5), decided("", 1))
    assert (low.earned, low.overall) == (0.0, -2.75)
    assert (high.earned, high.overall) == (6.5, 3.75)
    for adjusted in (low, high):
        assert columns(adjusted) == adjusted.earned


def test_a_step_someone_judged_counts_for_all_its_points() -> None:
    """Le correcteur ne l'a pas pu ; même zéro point est une décision."""
    adjusted = applied(decided("I.2.sync", 0, "Rien ne marche."))
    assert adjusted.settled == {"I.2.sync"}
    assert (adjusted.earned, adjusted.points) == (2.75, 7.5)


def test_complete_when_everything_counts() -> None:
    assert not applied().complete
    assert applied().missing == "2 points non jugés"
    names = [result.step.id for result in sample.report().steps]
    settled = applied(*(decided(name, 0) for name in names))
    assert settled.complete
    assert settled.missing == ""


def test_no_mark_where_nothing_was_judged() -> None:
    steps = [
        replace(
            result, checks=[CheckResult(one.check, Verdict.NOT_JUDGED) for one in result.checks]
        )
        for result in sample.report().steps
    ]
    report = replace(sample.report(), steps=steps)
    assert applied(report=report).mark is None
    assert applied(decided("", 1), report=report).mark is None
    assert applied(decided("I.1.sync", 1), report=report).mark == 1.0


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (timedelta(days=-3), None),
        (timedelta(), None),
        (timedelta(seconds=1), -0.75),
        (timedelta(days=1), -0.75),
        (timedelta(days=1, seconds=1), -1.5),
        (timedelta(days=300), -2.75),
    ],
)
def test_each_day_begun_costs_and_never_more_than_the_mark(
    after: timedelta, lost: float | None
) -> None:
    adjusted = late(DUE + after)
    assert (adjusted.late.points if adjusted.late else None) == lost
    assert columns(adjusted) == adjusted.earned == 2.75 + (lost or 0)


def test_lateness_says_when_and_has_a_limit() -> None:
    utc = datetime(2026, 1, 18, 7, 5, tzinfo=UTC)
    adjusted = late(utc, at_most=1.0)
    assert adjusted.late == Change(
        -1.0,
        "3 jours de retard : remis le 18 janvier 2026 à 8 h 05, "
        "limite le 15 janvier 2026 à 23 h 59",
    )


@pytest.mark.parametrize("when", [None, datetime(1, 1, 1), datetime(9999, 12, 31)])
def test_an_unknown_date_costs_nothing_and_is_told(when: datetime | None) -> None:
    adjusted = late(when)
    assert adjusted.late is None
    assert adjusted.private == ("date de remise inconnue : aucun retard n'est compté",)


def test_what_only_the_teacher_reads() -> None:
    decisions = Adjustments(
        files=(
            Decision("zoé durand", "I.1.sync", "Vu.", path="part1/sleep_and_print.py"),
            Decision("zoé durand", "I.3.async", "Vu.", path="essais/a.py"),
            Decision("zoé durand", "II.6.server", "Vu.", path="b.py"),
            Decision("zoé durand", "II.2.server", "D'une étape qu'on n'a pas jugée.", path="c.py"),
        ),
        orals=(Decision("zoé durand", "II.5.server", "Expliquer."), Decision("*", "", "Revoir.")),
    )
    assert apply(sample.report(), COPY, decisions).private == (
        "à voir à l'oral : II.5.server, Expliquer.",
        "à voir à l'oral : Revoir.",
        "à rejuger : I.3.async, avec essais/a.py au lieu de TP6/partie 1/web_async_mutiple.py",
        "à rejuger : II.6.server, avec b.py au lieu de rien",
    )
    assert apply(sample.report(), "Ali Ben", decisions).private == ("à voir à l'oral : Revoir.",)


def test_marks_are_rounded_once() -> None:
    adjusted = applied(*(decided("II.5.server", 0.1) for _ in range(3)))
    assert adjusted.earned == 3.05
    assert str(applied(decided("", -2.75)).earned) == "0.0"


def test_a_recipient_is_named_first_name_first() -> None:
    assert Recipient(last="Durand", first="Zoé").name == "Zoé Durand"
    assert Recipient(last="Durand Zoé").name == "Durand Zoé"


def test_what_was_decided_reads_in_one_line() -> None:
    when = DUE + timedelta(hours=1)
    decisions = Adjustments(
        late=Lateness(DUE, 1.0), points=(decided("II.5.server", 0.5), decided("", -1, "Brouillon."))
    )
    adjusted = apply(sample.report(), COPY, decisions, when)
    assert [str(change) for change in adjusted.decided] == [
        "II.5.server : +0,5, Vu.",
        "-1, Brouillon.",
        "-1, 1 jour de retard : remis le 16 janvier 2026 à 0 h 59, "
        "limite le 15 janvier 2026 à 23 h 59",
    ]
    assert applied().decided == ()
