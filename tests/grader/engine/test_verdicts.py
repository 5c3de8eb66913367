"""Des essais au verdict : toutes les suites possibles."""

import pytest

from grader.engine.verdicts import UNSTABLE_CREDIT, judge, needs_alone, needs_longer
from grader.model import Outcome, Verdict
from tests.grader.engine.samples import broken, check, right, wrong

POINTS = 0.5
LATE = wrong("Rien n'arrive.", timed_out=True)
WRONG = wrong("Faux.")
HALF = wrong("Pas la phrase.", credit=0.5)
RIGHT = right()
ERROR = broken()

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
UNSTABLE, PANNE = Verdict.UNSTABLE, Verdict.ERROR
# Chaque suite qui peut se produire, jusqu'à l'essai qui la clôt ; la part des points.
JUDGED = [
    ([RIGHT], PASSED, 1),
    ([WRONG, RIGHT], UNSTABLE, UNSTABLE_CREDIT),
    ([HALF, RIGHT], UNSTABLE, UNSTABLE_CREDIT),
    ([LATE, RIGHT], PASSED, 1),
    ([ERROR, RIGHT], PASSED, 1),
    ([WRONG, WRONG], FAILED, 0),
    ([WRONG, HALF], FAILED, 0.5),
    ([HALF, HALF], FAILED, 0.5),
    ([LATE, LATE, RIGHT], PASSED, 1),
    ([LATE, ERROR, RIGHT], PASSED, 1),
    ([ERROR, ERROR, RIGHT], PASSED, 1),
    ([ERROR, LATE, RIGHT], PASSED, 1),
    ([WRONG, LATE, RIGHT], UNSTABLE, UNSTABLE_CREDIT),
    ([LATE, WRONG, RIGHT], UNSTABLE, UNSTABLE_CREDIT),
    ([WRONG, ERROR, RIGHT], UNSTABLE, UNSTABLE_CREDIT),
    ([LATE, LATE, LATE], FAILED, 0),
    ([LATE, LATE, HALF], FAILED, 0.5),
    ([LATE, WRONG, LATE], FAILED, 0),
    ([ERROR, WRONG, WRONG], FAILED, 0),
    ([WRONG, ERROR, LATE], FAILED, 0),
    ([ERROR, ERROR, ERROR], PANNE, 1),
    ([LATE, ERROR, ERROR], PANNE, 1),
    ([WRONG, LATE, ERROR], PANNE, 1),
]


def name(outcomes: list[Outcome]) -> str:
    names = {id(LATE): "en vain", id(WRONG): "faux", id(HALF): "à moitié"}
    names |= {id(RIGHT): "juste", id(ERROR): "panne"}
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
    assert result.timeline == outcomes[-1].timeline
    # La preuve vient avec le verdict, et avec lui seul.
    assert bool(result.failure) is (verdict in (FAILED, UNSTABLE))
    assert bool(result.error) is (verdict is PANNE)


@pytest.mark.parametrize("outcomes", [case[0] for case in JUDGED], ids=name)
def test_played_just_as_often_as_needed(outcomes: list[Outcome]) -> None:
    """Avant le dernier essai de chaque suite, il en fallait un de plus ; après, aucun."""
    for count in range(1, len(outcomes)):
        more = needs_alone(outcomes[:count]), needs_longer(outcomes[:count])
        assert more == (count == 1, count == 2)
    assert not needs_alone(outcomes)
    assert not needs_longer(outcomes)


def test_every_sequence_is_judged_here() -> None:
    """Aucune suite de trois sortes d'essais ne manque à l'appel : juste, faux, en vain, panne."""
    kinds = [RIGHT, WRONG, LATE, ERROR]
    known = [case[0] for case in JUDGED]

    def explore(outcomes: list[Outcome]) -> None:
        if outcomes and not needs_alone(outcomes) and not needs_longer(outcomes):
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
    assert all(case in ends for case in known if HALF not in case)


def test_unstable_shows_the_failure() -> None:
    failure = judge(check("x"), [wrong("premier"), LATE, RIGHT]).failure
    assert failure
    assert failure.message == "premier"


def test_notes_are_those_of_the_last_run() -> None:
    outcome = right("à la mise en forme près")
    result = judge(check("x"), [outcome])
    assert result.notes == outcome.notes
    result.notes.append("ajoutée")
    assert outcome.notes == ["à la mise en forme près"]
