"""Chaque mutant est vu par le contrôle prévu, qui le dit comme prévu ; les autres l'épargnent."""

import unicodedata
from collections.abc import Iterator

import pytest

from grader.engine.catalogue import steps
from grader.model.records import Verdict
from tests.grader.byhand import Judged, judge_and_paste
from tests.grader.variants import (
    Edit,
    EditError,
    Gradings,
    Mutant,
    chosen,
    gradings,
    mutants,
    results,
)

AT_LEAST = 65
SPARED = (Verdict.PASSED, Verdict.SKIPPED)


def _id(mutant: Mutant) -> str:
    name = unicodedata.normalize("NFD", mutant.name).encode("ascii", "ignore").decode()
    return f"{mutant.steps[0]} {name}"


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest) -> Iterator[Gradings[Judged]]:
    with gradings(chosen(request.session.items, request.path), judge_and_paste) as started:
        yield started


@pytest.mark.xdist_group("mutants")
@pytest.mark.parametrize("mutant", mutants(), ids=_id)
def test_mutant_is_caught(mutant: Mutant, graded: Gradings[Judged]) -> None:
    found = results(graded.report(mutant).report)
    caught = found.pop(mutant.caught_by)
    assert caught.verdict is Verdict.FAILED, caught.error
    assert caught.failure
    assert mutant.message in caught.failure.message
    assert caught.earned == pytest.approx(mutant.credit * caught.check.points, abs=1e-4)
    for name in mutant.also:
        assert found.pop(name).verdict is Verdict.FAILED
    others = {
        name: (result.verdict, result.failure or result.error)
        for name, result in found.items()
        if result.verdict not in SPARED
    }
    assert not others


@pytest.mark.xdist_group("mutants")
@pytest.mark.parametrize("mutant", mutants(), ids=_id)
def test_mutant_is_seen_by_hand(mutant: Mutant, graded: Gradings[Judged]) -> None:
    """Les commandes de l'échec, collées dans de vrais terminaux, le montrent."""
    judged = graded.report(mutant)
    assert judged.seen, (
        results(judged.report)[mutant.caught_by].failure,
        judged.shown,
        judged.model,
    )


def test_every_check_has_its_mutant() -> None:
    checks = {check.id for step in steps() for check in step.checks}
    assert {mutant.caught_by for mutant in mutants()} == checks


def test_mutants_are_many_and_named_once() -> None:
    names = [_id(mutant) for mutant in mutants()]
    assert len(names) == len(set(names)) >= AT_LEAST


def test_check_belongs_to_step() -> None:
    for mutant in mutants():
        for name in (mutant.caught_by, *mutant.also):
            assert name.startswith(f"{mutant.steps[0]}.")


@pytest.mark.parametrize("edit", [Edit("b", "x"), Edit("a", "x"), Edit("a", "x", 3)])
def test_edit_that_misses_its_text_is_refused(edit: Edit) -> None:
    with pytest.raises(EditError):
        edit.apply("a a")
