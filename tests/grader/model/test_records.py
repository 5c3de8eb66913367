"""Ce que disent d'eux-mêmes un contrôle jugé, une étape et un rapport."""

import pytest

from grader.model.records import (
    Check,
    CheckResult,
    Event,
    Failure,
    Outcome,
    Report,
    Step,
    StepResult,
    Verdict,
)


def check(name: str, points: float) -> Check:
    return Check(name, "titre", "demande", points, 1.0, (), False, ("", "", ""), ())


def step(*points: float) -> Step:
    checks = tuple(check(f"x.{number}", value) for number, value in enumerate(points))
    return Step("x", "titre", "server", "x.py", (), (), checks)


def judged(found: Step, *verdicts: tuple[Verdict, float]) -> StepResult:
    rows = zip(found.checks, verdicts, strict=True)
    checks = [CheckResult(one, verdict, earned) for one, (verdict, earned) in rows]
    return StepResult(found, Verdict.PARTIAL, checks)


FOUND = step(1.0, 0.5, 0.25)
SOME = judged(FOUND, (Verdict.PASSED, 1.0), (Verdict.FAILED, 0.25), (Verdict.NOT_JUDGED, 0.0))


def test_a_step_is_worth_its_checks() -> None:
    assert FOUND.points == 1.75


def test_what_could_not_be_judged_counts_for_nothing() -> None:
    assert (SOME.earned, SOME.points) == (1.25, 1.5)


@pytest.mark.parametrize("verdict", Verdict)
def test_which_verdicts_are_out_of_the_mark(verdict: Verdict) -> None:
    out = verdict in (Verdict.NOT_JUDGED, Verdict.ERROR)
    assert CheckResult(check("x", 2.0), verdict).points == (0.0 if out else 2.0)


def test_a_report_adds_its_steps() -> None:
    report = Report("dossier", 1, "bwrap", [SOME, judged(step(3.0), (Verdict.PASSED, 3.0))])
    assert (report.earned, report.points, report.possible) == (4.25, 4.5, 4.75)


def test_a_check_shows_the_trial_that_was_judged() -> None:
    failure, event = Failure("raté"), Event("client", "note", "là", 0.1)
    trial = Outcome(0.5, failure, error="panne", notes=["conseil"], timeline=[event])
    result = CheckResult(check("x", 1.0), Verdict.FAILED, trial=trial)
    assert (result.failure, result.error) == (failure, "panne")
    assert (result.notes, result.timeline) == (["conseil"], [event])


def test_two_reports_do_not_share_their_notes() -> None:
    one, other = (Report("dossier", 1, "bwrap", []) for _ in range(2))
    one.notes.append("à moi")
    assert other.notes == []
    assert one.date.tzinfo
