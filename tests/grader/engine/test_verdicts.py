"""Des essais au verdict : toutes les suites possibles."""

import pytest

from grader.engine.verdicts import Next, following, judge
from grader.model.records import Outcome, Verdict
from tests.grader.engine.samples import broken, check, right, unjudged, wrong

POINTS = 0.5
LATE = wrong("Rien n'arrive.", timed_out=True)
WRONG = wrong("Faux.")
HALF = wrong("Pas la phrase.", credit=0.5)
RIGHT = right()
ERROR = broken()
LACKING = unjudged()

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
UNSTABLE, PANNE, NOT_JUDGED = Verdict.UNSTABLE, Verdict.ERROR, Verdict.NOT_JUDGED
# Chaque suite qui peut se produire, jusqu'à l'essai qui la clôt ; la part des points.
JUDGED = [
    ([RIGHT], PASSED, 1),
    ([LACKING], NOT_JUDGED, 0),
    ([WRONG, LACKING], NOT_JUDGED, 0),
    ([LATE, LACKING], NOT_JUDGED, 0),
    ([WRONG, RIGHT], UNSTABLE, 0.5),
    ([HALF, RIGHT], UNSTABLE, 0.75),
    ([LATE, RIGHT], PASSED, 1),
    ([ERROR, RIGHT], PASSED, 1),
    ([WRONG, WRONG], FAILED, 0),
    ([WRONG, HALF], UNSTABLE, 0.25),
    ([HALF, HALF], FAILED, 0.5),
    ([LATE, LATE, RIGHT], PASSED, 1),
    ([LATE, ERROR, RIGHT], PASSED, 1),
    ([ERROR, ERROR, RIGHT], PASSED, 1),
    ([ERROR, LATE, RIGHT], PASSED, 1),
    ([WRONG, LATE, RIGHT], UNSTABLE, 0.5),
    ([LATE, WRONG, RIGHT], UNSTABLE, 0.5),
    ([WRONG, ERROR, RIGHT], UNSTABLE, 0.5),
    ([LATE, LATE, LATE], FAILED, 0),
    ([LATE, LATE, HALF], FAILED, 0.5),
    ([LATE, WRONG, LATE], FAILED, 0),
    ([ERROR, WRONG, WRONG], FAILED, 0),
    ([WRONG, ERROR, LATE], FAILED, 0),
    ([ERROR, ERROR, ERROR], PANNE, 0),
    ([LATE, ERROR, ERROR], PANNE, 0),
    ([WRONG, LATE, ERROR], PANNE, 0),
]


def name(outcomes: list[Outcome]) -> str:
    names = {id(LATE): "en vain", id(WRONG): "faux", id(HALF): "à moitié"}
    names |= {id(RIGHT): "juste", id(ERROR): "panne", id(LACKING): "sans moyens"}
    return ", ".join(names[id(outcome)] for outcome in outcomes)


@pytest.mark.parametrize(
    ("outcomes", "verdict", "credit"),
    JUDGED,
    ids=lambda value: name(value) if isinstance(value, list) else "",
)
def test_judge(outcomes: list[Outcome], verdict: Verdict, credit: float) -> None:
    result = judge(check("x", points=POINTS), outcomes)
    assert result.verdict is verdict
    assert result.earned == pytest.approx(credit * POINTS)
    assert result.runs == len(outcomes)
    assert result.seconds == len(outcomes)
    # La preuve vient avec le verdict, et avec lui seul.
    assert bool(result.failure) is (verdict in (FAILED, UNSTABLE))
    assert bool(result.error) is (verdict is PANNE)
    assert bool(result.cause) is (verdict is NOT_JUDGED)


@pytest.mark.parametrize("outcomes", [case[0] for case in JUDGED], ids=name)
def test_played_just_as_often_as_needed(outcomes: list[Outcome]) -> None:
    """Avant le dernier essai de chaque suite, il en fallait un de plus ; après, aucun."""
    for count in range(1, len(outcomes)):
        assert following(check("x"), outcomes[:count]) is not Next.NOTHING
    assert following(check("x"), outcomes) is Next.NOTHING


def test_what_waits_in_vain_is_replayed_alone_then_longer() -> None:
    for vain in (LATE, ERROR):
        assert following(check("x"), [vain]) is Next.ALONE
        assert following(check("x"), [vain, LATE]) is Next.LONGER
        assert following(check("x"), [vain, RIGHT]) is Next.NOTHING


def test_what_is_proved_is_replayed_beside_the_others_and_only_once() -> None:
    assert following(check("x"), [WRONG]) is Next.AGAIN
    assert following(check("x"), [WRONG, WRONG]) is Next.NOTHING


@pytest.mark.parametrize("outcome", [RIGHT, WRONG, HALF])
def test_reading_a_script_twice_would_say_the_same(outcome: Outcome) -> None:
    assert following(check("x", static=True), [outcome]) is Next.NOTHING


def test_every_sequence_is_judged_here() -> None:
    """Aucune suite de trois sortes d'essais ne manque à l'appel : juste, faux, en vain, panne."""
    kinds = [RIGHT, WRONG, LATE, ERROR]
    known = [case[0] for case in JUDGED]

    def explore(outcomes: list[Outcome]) -> None:
        if outcomes and following(check("x"), outcomes) is Next.NOTHING:
            verdict = judge(check("x"), outcomes)
            assert verdict.verdict in (PASSED, FAILED, UNSTABLE, PANNE)
            assert len(outcomes) <= 3
            ends.append(outcomes)
            return
        for kind in kinds:
            explore([*outcomes, kind])

    ends: list[list[Outcome]] = []
    explore([])
    assert len(ends) == 1 + 3 + 1 + (9 - 1) * 4
    assert all(case in ends for case in known if HALF not in case and LACKING not in case)


def test_two_failures_of_different_worth_are_unstable() -> None:
    """« Qui diffère d'un lancement à l'autre », et pas seulement juste ou faux."""
    silent = wrong("Rien.")
    result = judge(check("x"), [silent, HALF])
    assert (result.verdict, result.earned) == (UNSTABLE, 0.25)
    assert result.trial is silent


def test_unstable_shows_the_failure() -> None:
    failure = judge(check("x"), [wrong("premier"), LATE, RIGHT]).failure
    assert failure
    assert failure.message == "premier"


def test_notes_are_those_of_the_judged_run() -> None:
    assert judge(check("x"), [right("à la mise en forme près")]).notes == [
        "à la mise en forme près"
    ]
