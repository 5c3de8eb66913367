"""Le récit mis en page : qui est où, qui parle à qui, et rien de trop."""

from itertools import pairwise

import pytest
from rich.cells import cell_len

from grader.model.records import Event, EventKind
from grader.reports.timeline import (
    BRIEF_FIRST,
    BRIEF_LAST,
    LETTER,
    MAX_ACTORS,
    MAX_FIRST,
    MAX_LAST,
    OTHERS,
    ROW,
    Mark,
    diagram,
    fitting,
    folded,
)
from tests.grader.reports import sample
from tests.grader.reports.sample import event


def marks(*timeline: Event) -> list[Mark]:
    return [mark for band in diagram(timeline).bands for mark in band.marks]


def names(*timeline: Event) -> list[str]:
    return [lane.name for lane in diagram(timeline).lanes]


def test_one_lane_per_actor_programs_first_site_last() -> None:
    story = [
        event(0, "site a.fr", "note"),
        event(0, "client A", "note"),
        event(1, "serveur", "start"),
        event(2, "client B", "note"),
    ]
    assert names(*story) == ["serveur", "client A", "client B", "site a.fr"]


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
    assert len(shown) == MAX_FIRST + 1 + MAX_LAST < 40  # un récit ouvert se lit d'un regard
    assert shown[MAX_FIRST].kind == "gap"
    assert shown[MAX_FIRST].label.startswith("4\u00a0968 faits de plus")
    assert shown[MAX_FIRST - 1].label == f"remarque : n{MAX_FIRST - 1}"
    assert shown[-1].label == "remarque : n4999"
    brief = [mark for band in diagram(story, brief=True).bands for mark in band.marks]
    assert len(brief) == BRIEF_FIRST + 1 + BRIEF_LAST


def lines(quantity: int, apart: float) -> list[Event]:
    return [event(n * apart, "script", "screen", f"<p>{n}") for n in range(quantity)]


def test_a_printed_page_is_a_burst_and_a_count_is_not() -> None:
    page = [START, *lines(60, 0.001), event(1, "script", "exit", "0")]
    rows = folded(page, 99, 99)
    texts = [row if isinstance(row, int) else row.text for row in rows]
    assert texts == ["", "<p>0", "<p>1", 57, "<p>59", "0"]
    counted = lines(20, 0.5)
    assert folded(counted, 99, 99) == counted


def test_bursts_of_several_programs_stay_apart() -> None:
    mixed = [line for pair in zip(lines(9, 0), lines(9, 0), strict=True) for line in pair]
    for line in mixed[::2]:
        line.actor = "autre"
    assert folded(mixed, 99, 99) == mixed
    assert folded(lines(4, 0), 99, 99) == lines(4, 0)  # rien ne gagne à taire une ligne


def test_what_is_folded_is_counted_once() -> None:
    story = [event(9, "a", "note"), *lines(100, 0.001), *(event(9, "a", "note") for _ in range(8))]
    rows = folded(story, 2, 1)
    assert [row for row in rows if isinstance(row, int)] == [len(story) - 3]


def test_a_crowd_shares_a_lane() -> None:
    story = [event(0, f"client {i}", "note") for i in range(50)]
    assert len(names(*story)) == MAX_ACTORS
    assert names(*story)[-1] == OTHERS
    places = [mark.x for mark in marks(*story) if mark.kind != "gap"]
    assert len(set(places)) == MAX_ACTORS
    assert places[-1] == max(places)


def test_texts_are_harmless_and_fit() -> None:
    assert fitting("salut", 5) == "salut"
    assert fitting("salut à tous", 6) == "salut…"
    assert fitting("漢字漢字", 6) == "漢字…"
    assert fitting("a\nb\x1b", 9) == "a⏎b␛"
    short = marks(START, event(1, "a", "sent", "salut"))[1]
    assert (short.label, short.full) == ("salut", "")
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
                assert mark.start + cell_len(mark.label) * LETTER <= drawn.width
        for lane in drawn.lanes:
            assert cell_len(lane.name) * LETTER < lane.width
        for one, other in pairwise(drawn.lanes):
            assert one.x + one.width / 2 < other.x - other.width / 2


def test_a_page_request_is_not_cut_when_there_is_room() -> None:
    url = "GET https://www.une-adresse-assez-longue.fr/avec/un/chemin.html"
    request = marks(START, event(1, "site www.une-adresse-assez-longue.fr", "request", url))[1]
    assert request.label == url


def test_a_short_story_fits_on_a_phone() -> None:
    assert diagram(lines(3, 1)).width < 350


def test_two_actors_fit_on_a_phone() -> None:
    """390 pixels, moins les marges de la page : le dernier acteur se raconte à sa gauche."""
    story = [START, event(1, "serveur", "sent", "salut"), event(2, "serveur", "close")]
    drawn = diagram(story)
    assert drawn.width < 350
    mark = drawn.bands[0].marks[2]
    assert drawn.lanes[0].x < mark.start < mark.start + len(mark.label) * LETTER < mark.x
    long = diagram([*story, event(3, "serveur", "note", "x" * 60)]).bands[0].marks[3]
    assert long.start > long.x


def test_an_empty_story() -> None:
    assert diagram([]).bands == []
