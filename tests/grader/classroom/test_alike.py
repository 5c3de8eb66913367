"""Les ressemblances d'une classe : les copies retouchées se voient, ce qui est écrit à part non."""

import ast
from collections.abc import Callable, Iterable

import pytest

from grader.classroom.alike import (
    BARS,
    CEILING,
    CLASS,
    FLOOR,
    MAX_PAIRS,
    MIN_OWN,
    PROVES_NOTHING,
    SHORT,
    Likeness,
    given,
    likeness,
)
from grader.engine.catalogue import steps
from tests.grader.classroom.authors import (
    STEPS,
    disguised,
    honest,
    recommented,
    renamed,
    reordered,
)

SERVER = "II.5.server"
AUTHORS = tuple(honest(SERVER))


def look(step: str, **more: bytes) -> Likeness:
    return likeness({**honest(step), **more}, given(step))


def together(found: Likeness) -> list[set[str]]:
    return [{pair.left, pair.right} for pair in found.pairs]


@pytest.mark.parametrize("step", STEPS)
def test_scripts_written_apart_are_not_reported(step: str) -> None:
    found = look(step)
    assert len(found.compared) + len(found.aside) == 10
    assert len(found.compared) >= 7
    assert found.pairs == ()
    assert found.spread
    assert sum(found.spread.bars[BARS // 4 :]) == 0  # aucune à 25 %, loin de la limite


@pytest.mark.parametrize("step", STEPS)
def test_nor_when_nothing_is_known_of_the_course(step: str) -> None:
    assert likeness(honest(step)).pairs == ()


@pytest.mark.parametrize("step", STEPS)
def test_a_disguised_copy_is_found_and_alone(step: str) -> None:
    for author in look(step).compared:
        found = look(step, copie=disguised(honest(step)[author]))
        assert together(found) == [{author, "copie"}], author
        assert found.pairs[0].similarity > 0.6


@pytest.mark.parametrize("change", [renamed, reordered, recommented])
@pytest.mark.parametrize("author", AUTHORS)
def test_each_way_of_disguising(author: str, change: Callable[[bytes], bytes]) -> None:
    source = honest(SERVER)[author]
    changed = change(source)
    ast.parse(changed)
    assert changed != source or change is recommented
    assert together(look(SERVER, copie=changed)) == [{author, "copie"}]


def test_a_copy_inside_more_work_is_found() -> None:
    theirs = honest(SERVER)
    found = look(
        SERVER, copie=disguised(theirs[AUTHORS[1]]) + b"\n" + honest("I.1.async")[AUTHORS[9]]
    )
    assert together(found) == [{AUTHORS[1], "copie"}]


def test_common_parts_are_shown_by_their_lines() -> None:
    source = honest(SERVER)[AUTHORS[7]]
    (pair,) = look(SERVER, zoe=b"# un\n# deux\n" + renamed(source)).pairs
    assert (pair.left, pair.right) == (AUTHORS[7], "zoe")
    assert pair.similarity == 1
    assert pair.passages
    for part in pair.passages:
        assert part.right == (part.left[0] + 2, part.left[1] + 2)


def test_a_short_script_is_told_and_not_compared() -> None:
    found = look("I.1.async")
    assert found.aside[AUTHORS[0]] == SHORT == "trop court pour comparer"
    assert AUTHORS[0] not in found.compared
    same = likeness({name: honest("I.1.async")[AUTHORS[0]] for name in "ab"}, given("I.1.async"))
    assert same.aside == {"a": SHORT, "b": SHORT}
    assert (same.pairs, same.spread) == ((), None)
    assert "il faut deux copies" in same.summary


def test_what_is_given_is_nobodys() -> None:
    source = honest(SERVER)[AUTHORS[1]]
    assert likeness({"a": source, "b": source}).pairs[0].similarity == 1
    assert likeness({"a": source, "b": source}, [renamed(source)]).aside == {"a": SHORT, "b": SHORT}


def middle(sources: dict[str, bytes], known: Iterable[bytes] = ()) -> float:
    spread = likeness(sources, known).spread
    assert spread
    return spread.median


def test_what_is_given_makes_nobody_alike() -> None:
    extra = honest("II.2.server")[AUTHORS[9]]
    two = {name: extra + honest(SERVER)[name] for name in (AUTHORS[4], AUTHORS[6])}
    assert middle(two) > 0.3
    assert middle(two, [extra]) < 0.1


def test_what_most_of_the_class_shares_is_nobodys() -> None:
    """Une aide distribuée en cours, que le correcteur ne connaît pas, en tête de chaque script."""
    extra = honest("II.2.server")[AUTHORS[9]]
    helped = {name: extra + source for name, source in list(honest(SERVER).items())[:CLASS]}
    assert middle(helped) < 0.1
    few = dict(list(helped.items())[1:])
    assert middle(few) > 0.2  # « la plupart » n'y veut rien dire


def test_a_repeated_line_makes_no_script_long() -> None:
    source = b"a = [b, (c)] if d else {}\n" * MIN_OWN
    found = likeness({"a": source, "b": source * 9})
    assert found.aside == {"a": SHORT, "b": SHORT}
    assert set(found.notes) == {"b"}


def test_what_could_not_be_read_is_told() -> None:
    long = honest(SERVER)[AUTHORS[3]] * 20
    found = likeness({"nul": b"\0" * 10, "long": long, "vide": b""})
    assert "pas du texte" in found.aside["nul"]
    assert found.aside["vide"] == SHORT
    assert set(found.notes) == {"nul", "long"}
    assert found.compared == ("long",)


def test_the_spread_is_of_all_pairs() -> None:
    found = look(SERVER, copie=disguised(honest(SERVER)[AUTHORS[1]]))
    spread = found.spread
    assert spread
    assert spread.pairs == sum(spread.bars) == 11 * 10 // 2
    assert 0 <= spread.median <= spread.quartile < spread.limit == FLOOR
    assert sum(spread.bars[round(FLOOR * BARS) :]) == len(found.pairs) == 1
    assert found.summary.startswith("11 copies et 55 paires : la moitié se ressemblent à ")
    assert "à partir de 40\u00a0%" in found.summary
    assert found.summary.endswith(PROVES_NOTHING)


def test_a_class_all_alike_raises_the_limit() -> None:
    """Là où toutes les paires se ressemblent un peu, en être une ne dit rien."""
    pieces = list(honest(SERVER).values())
    mixed = {
        f"{one}{other}": pieces[one] + b"\n" + pieces[other]
        for one in range(7)
        for other in range(one + 1, 7)
    }
    found = likeness(mixed)
    assert found.spread
    assert FLOOR < found.spread.limit <= CEILING


def test_pairs_are_bounded_and_the_rest_counted() -> None:
    pieces = honest(SERVER)
    cheats = {f"c{number:02}": pieces[AUTHORS[1]] for number in range(11)}
    others = {f"d{number:02}": pieces[AUTHORS[number % 9 + 1]] for number in range(1, 19)}
    found = likeness({**cheats, **others}, given(SERVER))
    assert len(found.pairs) == MAX_PAIRS
    assert found.more > 0
    assert [pair.similarity for pair in found.pairs] == [1.0] * MAX_PAIRS


def test_the_most_alike_come_first() -> None:
    theirs = honest(SERVER)
    copies = {"à peine": disguised(theirs[AUTHORS[0]]), "telle quelle": theirs[AUTHORS[9]]}
    first, second = look(SERVER, **copies).pairs
    assert (first.right, first.similarity) == ("telle quelle", 1)
    assert FLOOR < second.similarity < 1


def test_the_order_of_copies_changes_nothing() -> None:
    sources = {**honest(SERVER), "copie": disguised(honest(SERVER)[AUTHORS[2]])}
    backwards = dict(reversed(sources.items()))
    assert likeness(sources, given(SERVER)) == likeness(backwards, given(SERVER)[::-1])


def test_every_step_has_something_given() -> None:
    assert [step.id for step in steps() if not given(step.id)] == []
    assert any(b"CLIENTS" in code for code in given("II.4.server"))
    assert not any(b"CLIENTS" in code for code in given("II.3.server"))
    assert given("inconnue") == ()
