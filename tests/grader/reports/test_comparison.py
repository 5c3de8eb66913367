"""Entre deux rapports d'une même copie : ce qui est gagné, perdu, pareil, apparu, disparu."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.model.records import CheckResult, Report, Verdict
from grader.reports.comparison import (
    Way,
    compare,
    restricted,
    show,
    signed,
    since,
    tally,
    total,
)
from tests.grader.reports import sample

CHAT = "II.5.server"


def check(report: Report, name: str) -> CheckResult:
    (found,) = (one for step in report.steps for one in step.checks if one.check.id == name)
    return found


def judged(report: Report, name: str, verdict: Verdict, earned: float) -> None:
    one = check(report, name)
    one.verdict, one.earned = verdict, earned


def fixed() -> Report:
    """La copie, une fois reprise : un contrôle gagné, un perdu, un jugé autrement."""
    report = sample.report()
    judged(report, f"{CHAT}.joins", Verdict.PASSED, 0.5)
    judged(report, f"{CHAT}.silent", Verdict.FAILED, 0.125)
    judged(report, f"{CHAT}.leaves", Verdict.UNSTABLE, 0.0)
    judged(report, "I.3.async.session", Verdict.PASSED, 0.5)
    return report


def screen(before: Report, after: Report, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), legacy_windows=False)
    show(compare(before, after), console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(cell_len(line) <= width for line in text.splitlines())
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_each_step_and_check_says_how_it_changed() -> None:
    comparison = compare(sample.report(), fixed())
    ways = {step.id: step.way for step in comparison.steps}
    assert ways.pop("I.3.async") is Way.GAINED
    assert ways.pop(CHAT) is Way.LOST
    assert set(ways.values()) == {Way.SAME}
    chat = comparison.changed[1]
    assert [(one.id.removeprefix(f"{CHAT}."), one.way, one.gain) for one in chat.checks] == [
        ("joins", Way.GAINED, 0.25),
        ("says", Way.SAME, 0),
        ("silent", Way.LOST, -0.375),
        ("leaves", Way.OTHERWISE, 0),
    ]
    assert chat.gain == -0.125
    assert comparison.gain == 0.375
    assert comparison.tally[Way.GAINED] == 2


def test_the_same_points_earned_otherwise_are_not_the_same() -> None:
    after = sample.report()
    judged(after, f"{CHAT}.says", Verdict.FAILED, 0.0)
    assert [step.way for step in compare(sample.report(), after).changed] == [Way.OTHERWISE]
    after = sample.report()
    after.steps[3].verdict = Verdict.FAILED
    assert [step.way for step in compare(sample.report(), after).changed] == [Way.OTHERWISE]


def test_what_comes_and_what_goes() -> None:
    before, after = sample.report(), sample.report()
    del before.steps[3].checks[0], after.steps[3].checks[3], before.steps[5], after.steps[0]
    comparison = compare(before, after)
    assert [step.id for step in comparison.steps] == [
        *(step.step.id for step in after.steps),
        "I.1.sync",
    ]
    ways = {one.id: one.way for step in comparison.steps for one in (step, *step.checks)}
    assert [name for name, way in ways.items() if way is Way.NEW] == [
        f"{CHAT}.joins",
        "II.6.server",
        "II.6.server.quits",
    ]
    assert [name for name, way in ways.items() if way is Way.GONE] == [
        f"{CHAT}.leaves",
        "I.1.sync",
        "I.1.sync.counts",
    ]
    assert comparison.gain == pytest.approx(sum(step.gain for step in comparison.steps)) == -0.75


def test_only_what_is_asked_for_is_compared() -> None:
    kept = restricted(sample.report(), {CHAT, "II.9"})
    assert [step.step.id for step in kept.steps] == [CHAT]
    assert kept.selection == (CHAT,)
    assert kept.earned == 0.75


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda _: None, "Rien n'a changé."),
        (
            lambda report: judged(report, f"{CHAT}.joins", Verdict.PASSED, 0.5),
            "+0,25 point : de 2,75 à 3 sur 6,5.",
        ),
        (
            lambda report: judged(report, f"{CHAT}.joins", Verdict.FAILED, 0),
            "-0,25 point : de 2,75 à 2,5 sur 6,5.",
        ),
        (
            lambda report: judged(report, f"{CHAT}.says", Verdict.FAILED, 0),
            "Autant de points : 2,75 sur 6,5.",
        ),
        (
            lambda report: judged(report, "I.2.sync.quits", Verdict.PASSED, 1),
            "+1 point : de 2,75 / 6,5 à 3,75 / 7,5.",
        ),
        (
            lambda report: judged(report, "I.2.sync.quits", Verdict.FAILED, 0),
            "Autant de points : de 2,75 / 6,5 à 2,75 / 7,5.",
        ),
    ],
)
def test_the_sum_in_a_sentence(change: Callable[[Report], None], sentence: str) -> None:
    after = sample.report()
    change(after)
    assert total(compare(sample.report(), after)) == sentence


def test_numbers_agree() -> None:
    assert [signed(gain) for gain in (1.5, -0.125, 0.0)] == ["+1,5", "-0,125", ""]
    assert tally(compare(sample.report(), fixed())) == (
        "2 en hausse, 1 en baisse, 1 jugé autrement, 7 inchangés"
    )


def test_what_else_is_different() -> None:
    one = replace(sample.report(), grader="1.9", content="0" * 64)
    two = replace(sample.report(), seed=3, content="1" * 64, date=one.date + timedelta(days=9))
    day = "Depuis le 15 janvier 2026 à 9 h 05"
    assert since(compare(one, two)) == (
        f"{day} : la copie a changé, la graine est une autre, c'était le correcteur 1.9."
    )
    assert since(compare(one, replace(one))) == f"{day} : la copie est la même."
    assert since(compare(replace(one, content=""), one)) == f"{day}."


SCREEN = """
  Depuis le 15 janvier 2026 à 9 h 05.

  I.3.async  Dix pages, toutes ensemble                         1 → 1,5     +0,5
    ✗ échec → ✓ juste  Une seule session                                    +0,5

  II.5.server  Un pseudo, côté serveur                     0,75 → 0,625   -0,125
    ✗ échec → ✓ juste  Annoncer une arrivée                                +0,25
    ✓ juste → ✗ échec  Un client muet                                     -0,375
    ↷ en suspens → ≈ instable  Après un départ

  Contrôles : 2 en hausse, 1 en baisse, 1 jugé autrement, 7 inchangés.
  +0,375 point : de 2,75 à 3,125 sur 6,5."""


def test_the_screen() -> None:
    assert screen(sample.report(), fixed()) == SCREEN
    assert screen(sample.report(), sample.report()) == "\n  Rien n'a changé."


def test_what_came_or_went_takes_a_line() -> None:
    before, after = sample.report(), sample.report()
    del after.steps[3].checks[3], before.steps[0], after.steps[5]
    shown = screen(before, after).splitlines()
    told = [" ".join(line.split()) for line in shown if "n'y " in line]
    assert told == [
        "I.1.sync Dormir et afficher n'y était pas +1",
        "II.6.server Un client s'en va n'y est plus",
    ]
    assert "    ↷ en suspens → absent  Après un départ" in shown
    assert not any("Compter deux fois" in line for line in shown)


@pytest.mark.parametrize("width", [60, 40])
def test_a_narrow_screen_loses_nothing(width: int) -> None:
    wide, narrow = (screen(sample.report(), fixed(), columns) for columns in (200, width))
    assert sorted(narrow.split()) == sorted(wide.split())
