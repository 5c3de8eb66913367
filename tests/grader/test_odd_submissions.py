"""Des copies justes, mais faites autrement : tous les points de leurs étapes, sans exception."""

from collections.abc import Iterator

import pytest

from grader.discovery.interpreters import find_interpreters
from grader.model.records import Report, Verdict
from tests.grader.variants import (
    Gradings,
    Odd,
    Variant,
    chosen,
    grade_variant,
    gradings,
    odd,
    results,
    textbook,
)

AT_LEAST = 14


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest) -> Iterator[Gradings[Report]]:
    with gradings(chosen(request.session.items, request.path), grade_variant) as started:
        yield started


def _wrong(report: Report) -> dict[str, object]:
    """Ce que la copie n'a pas réussi, et pourquoi."""
    return {
        name: (result.verdict, result.failure or result.error or result.cause)
        for name, result in results(report).items()
        if result.verdict is not Verdict.PASSED
    }


def _readable(variant: Variant) -> bool:
    """Un Python de cette machine comprend-il la copie ?"""
    needed = variant.python if isinstance(variant, Odd) else ()
    return not needed or any(one.version >= needed for one in find_interpreters())


@pytest.mark.xdist_group("odd")
@pytest.mark.parametrize("variant", [textbook(), *odd()], ids=lambda variant: variant.name)
def test_odd_but_right_gets_every_point(variant: Variant, graded: Gradings[Report]) -> None:
    report = graded.report(variant)
    if _readable(variant):
        assert not _wrong(report)
        assert report.earned == pytest.approx(report.points)
        advice = variant.advice if isinstance(variant, Odd) else ""
        notes = [note for result in results(report).values() for note in result.notes]
        assert any(advice in note for note in notes) or not advice
    else:
        first = report.steps[0].checks[0]
        assert first.verdict is Verdict.NOT_JUDGED
        assert "ou plus récent" in first.cause


@pytest.mark.xdist_group("odd")  # jugée une fois pour les deux tests
def test_textbook_is_worth_twenty(graded: Gradings[Report]) -> None:
    report = graded.report(textbook())
    assert not _wrong(report)
    assert report.points == pytest.approx(20)
    assert report.earned == pytest.approx(20)


def test_odd_submissions_are_many_and_named_once() -> None:
    names = [variant.name for variant in odd()]
    assert len(names) == len(set(names)) >= AT_LEAST
