"""Le récit mis en page : qui est où, qui parle à qui, et rien de trop."""

import pytest

from grader.model import Event, EventKind
from grader.reports.timeline import (
    MAX_ACTORS,
    MAX_FIRST,
    MAX_LAST,
    OTHERS,
    ROW,
    Mark,
    diagram,
    fitting,
)
from tests.grader.reports import sample
from tests.grader.reports.sample import event


def marks(*timeline: Event) -> list[Mark]:
    return [mark for band in diagram(timeline).bands for mark in band.marks]


def names(*timeline: Event) -> list[str]:
    return [lane.name for lane in diagram(timeline).lanes]


def test_one_lane_per_actor_programs_first_site_last() -> None:
    story = [
        event(0, "site", "note"),
        event(0, "client A", "note"),
        event(1, "serveur", "start"),
        event(2, "client B", "note"),
    ]
    assert names(*story) == ["serveur", "client A", "client B", "site"]


def test_time_goes_down_and_is_told_when_it_changes() -> None:
    first, second, third = marks(*(event(at, "a", "note") for at in (0.1, 0.1, 0.25)))
    assert (first.at, second.at, third.at) == ("0,10 s", "", "0,25 s")
    assert second.y - first.y == third.y - second.y == ROW


START = event(0, "programme", "start")


@pytest.mark.parametrize(
    ("actor", "kind", "outgoing"),
    [
        ("client A", "sent", True),
        ("client A", "connect", True),
        ("client A", "received", False),
        ("site", "request", False),
        ("site", "response", True),
    ],
)
def test_an_exchange_is_an_arrow_with_the_program(
    actor: str, kind: EventKind, outgoing: bool
) -> None:
    start, mark = marks(START, event(1, actor, kind, "salut"))
    assert mark.target is not None
    assert mark.x != mark.target
    assert (mark.target if outgoing else mark.x) == start.x
    assert mark.label == "salut"


def test_a_program_asks_the_site_for_pages() -> None:
    asked = event(1, "programme", "request", "GET /")
    given = event(2, "site", "response", "200")
    start, request, response = marks(START, asked, given)
    assert (request.x, request.target) == (start.x, response.x)
    assert (response.x, response.target) == (request.target, start.x)


@pytest.mark.parametrize("kind", ["close", "reset", "note", "typed", "screen", "exit"])
def test_the_rest_stays_on_its_lane(kind: EventKind) -> None:
    mark = marks(START, event(1, "client A", kind, "quoi"))[1]
    assert mark.target is None
    assert mark.label.endswith(" : quoi")


def test_between_several_programs_no_arrow_is_guessed() -> None:
    other = event(0, "autre", "start")
    mark = marks(START, other, event(1, "client A", "sent", "salut"))[2]
    assert mark.target is None
    assert mark.label == "envoie : salut"


def test_a_program_lives_from_start_to_exit() -> None:
    story = [event(0, "a", "note"), START, event(1, "a", "note"), event(2, "programme", "exit")]
    (band,) = diagram(story).bands
    (life,) = band.alive
    assert life == (band.marks[1].x, band.marks[1].y, band.marks[3].y)


def test_a_program_without_exit_lives_to_the_end_of_each_band() -> None:
    bands = diagram([START, *(event(1, "a", "note") for _ in range(14))]).bands
    assert [band.head for band in bands] == [True, False]
    assert bands[0].alive[0][2] == bands[0].height
    assert bands[1].alive[0][1:] == (0, bands[1].height)


def test_of_a_long_story_the_start_and_the_end() -> None:
    story = [event(i, "a", "note", f"n{i}") for i in range(5000)]
    shown = marks(*story)
    assert len(shown) == MAX_FIRST + 1 + MAX_LAST
    assert shown[MAX_FIRST].kind == "gap"
    assert shown[MAX_FIRST].label.startswith("4\u00a0936 faits de plus")
    assert shown[MAX_FIRST - 1].label == f"remarque : n{MAX_FIRST - 1}"
    assert shown[-1].label == "remarque : n4999"


def test_a_crowd_shares_a_lane() -> None:
    story = [event(0, f"client {i}", "note") for i in range(50)]
    assert len(names(*story)) == MAX_ACTORS
    assert names(*story)[-1] == OTHERS
    places = [mark.x for mark in marks(*story)]
    assert len(set(places)) == MAX_ACTORS
    assert places[-1] == max(places)


def test_texts_are_harmless_and_fit() -> None:
    assert fitting("salut", 5) == "salut"
    assert fitting("salut à tous", 6) == "salut…"
    assert fitting("漢字漢字", 6) == "漢字…"
    assert fitting("a\nb\x1b", 9) == "a⏎b␛"
    mark = marks(START, event(1, "a\x1b" * 1000, "sent", "\u202e" * 100_000))[1]
    assert "\x1b" not in mark.full
    assert mark.label.startswith("\\u202e")
    assert mark.label.endswith("…")
    assert len(mark.full) < 4000


def test_everything_is_inside() -> None:
    for result in (check for step in sample.hostile().steps for check in step.checks):
        drawn = diagram(result.timeline)
        for band in drawn.bands:
            for mark in band.marks:
                assert 0 <= mark.y <= band.height
                assert 0 <= mark.x <= drawn.width
                assert 0 <= (mark.target or 0) <= drawn.width


def test_an_empty_story() -> None:
    assert diagram([]).bands == []
