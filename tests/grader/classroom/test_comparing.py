"""D'une correction de la classe à l'autre : qui gagne, qui perd, qui n'a pas changé."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.classroom.comparing import ClassComparison, compare_classes, show, summary
from grader.model.records import Report, Verdict
from tests.grader.reports import sample


def judged(report: Report, rank: int, verdict: Verdict, earned: float) -> Report:
    """Le même, où ce contrôle de l'étape II.5.server est jugé autrement."""
    check = report.steps[3].checks[rank]
    check.verdict, check.earned = verdict, earned
    return report


def better() -> Report:
    report = judged(sample.report(), 0, Verdict.PASSED, 0.5)
    report.steps[0].checks[0].earned = 0.5
    report.steps[0].checks[0].verdict = Verdict.FAILED
    report.steps[2].checks[2].earned = 0.5
    return replace(report, content="1" * 64)


BEFORE = {
    "zoe": replace(sample.report(), content="0" * 64),
    "ada": sample.report(),
    "bob": sample.report(),
    "cleo": sample.report(),
    "parti": sample.report(),
}
AFTER: dict[str, Report] = {
    "ada": judged(sample.report(), 0, Verdict.FAILED, 0),
    "bob": sample.report(),
    "cleo": judged(sample.report(), 1, Verdict.FAILED, 0),
    "venu": sample.report(),
    "zoe": better(),
}


def screen(found: ClassComparison, names: Mapping[str, str], width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), legacy_windows=False)
    show(found, console, names)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(cell_len(line) <= width for line in text.splitlines())
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_each_copy_is_on_one_side_or_compared() -> None:
    found = compare_classes(BEFORE, AFTER)
    assert {name: one.gain for name, one in found.changed.items()} == {
        "ada": -0.25,
        "cleo": 0,
        "zoe": 0.25,
    }
    assert (found.same, found.new, found.gone) == (("bob",), ("venu",), ("parti",))
    assert found.changed["zoe"].before is BEFORE["zoe"]


SCREEN = """
  ada                                                  2,75 → 2,5 / 6,5    -0,25
    II.5.server -0,25

  cleo                                                                2,75 / 6,5
    II.5.server autrement

  Zoé Durand  copie modifiée                             2,75 → 3 / 6,5    +0,25
    I.1.sync -0,5, I.3.async +0,5, II.5.server +0,25

  Copies : 1 en hausse, 1 en baisse, 1 jugée autrement, 1 inchangée.
  N'y était pas : Venu ␛.
  N'y est plus : parti."""


def test_the_screen() -> None:
    found = compare_classes(BEFORE, AFTER)
    assert screen(found, {"zoe": "Zoé Durand", "venu": "Venu \x1b"}) == SCREEN


@pytest.mark.parametrize("width", [60, 40])
def test_a_narrow_screen_loses_nothing(width: int) -> None:
    found = compare_classes(BEFORE, AFTER)
    assert sorted(screen(found, {}, width).split()) == sorted(screen(found, {}, 200).split())


def test_a_step_is_not_parted_from_its_points() -> None:
    after = sample.report()
    for result in after.steps:
        result.checks[0].earned = result.checks[0].points
        result.checks[0].verdict = Verdict.PASSED
    found = compare_classes({"a": sample.report()}, {"a": after})
    lines = screen(found, {}, 40).splitlines()
    assert len(lines) > 5
    assert not any(line.strip().startswith("+") for line in lines)


def many(
    prefix: str, number: int, report: Callable[[], Report] = sample.report
) -> dict[str, Report]:
    return {f"{prefix}{rank}": report() for rank in range(number)}


def test_what_is_counted_agrees() -> None:
    same = many("c", 3)
    assert summary(compare_classes(same, same)) == ["Rien n'a changé pour 3 copies."]
    assert summary(compare_classes(many("a", 1), many("b", 2))) == [
        "Aucune copie n'est des deux côtés.",
        "N'y étaient pas : b0, b1.",
        "N'y est plus : a0.",
    ]
    otherwise = many("c", 3, lambda: judged(sample.report(), 1, Verdict.FAILED, 0))
    assert summary(compare_classes(same, otherwise)) == ["Copies : 3 jugées autrement."]
    (_, gone) = summary(compare_classes(many("b", 25), {}))
    assert gone.endswith("b18, b19 et 5 autres.")


def test_another_grader_is_told() -> None:
    before = {name: replace(report, grader="1.9") for name, report in BEFORE.items()}
    assert summary(compare_classes(before, AFTER))[-1] == (
        "Pour 3 copies qui ne sont plus jugées pareil, c'était le correcteur 1.9."
    )
    one = {"ada": before["ada"]}
    assert summary(compare_classes(one, AFTER))[-1].startswith("Pour 1 copie ")
    assert not any("correcteur" in one for one in summary(compare_classes(BEFORE, AFTER)))
