"""Le récit d'un contrôle : borné, et le même quel que soit le découpage des lectures."""

import pytest

from grader.driving.timeline import CUT, MAX_ACTORS, MAX_EVENTS, MAX_TEXT, MORE, Timeline


def facts(timeline: Timeline) -> list[tuple[str, str, str]]:
    return [(event.actor, event.kind, event.text) for event in timeline.events]


def test_tells_who_what_and_when() -> None:
    timeline = Timeline()
    timeline.add("serveur", "start", "python x.py")
    timeline.add("client A", "connect")
    assert facts(timeline) == [("serveur", "start", "python x.py"), ("client A", "connect", "")]
    first, second = timeline.events
    assert 0 <= first.at <= second.at <= timeline.now + 0.001


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_the_chunks_of_what_arrives_do_not_show(size: int) -> None:
    timeline = Timeline()
    text = "Annonce : it4 a rejoint la chatroom"
    for start in range(0, len(text), size):
        timeline.add("A", "received", text[start : start + size])
        timeline.add("B", "sent", "x")  # ce qui arrive à un autre n'y change rien
    timeline.cut("A")
    timeline.add("A", "received", "suite")
    mine = [fact for fact in facts(timeline) if fact[0] == "A"]
    assert mine == [("A", "received", text), ("A", "received", "suite")]


def test_another_event_of_the_actor_ends_what_it_receives() -> None:
    timeline = Timeline()
    for kind in ("received", "sent", "received"):
        timeline.add("A", kind, kind)
    assert [event.kind for event in timeline.events] == ["received", "sent", "received"]


def test_nothing_to_cut() -> None:
    timeline = Timeline()
    timeline.cut("A")
    assert timeline.events == []


def test_so_many_events_for_an_actor() -> None:
    timeline = Timeline()
    for number in range(MAX_EVENTS + 50):
        timeline.add("A", "screen", str(number))
    timeline.add("B", "screen", "x")
    mine = [fact for fact in facts(timeline) if fact[0] == "A"]
    assert mine[:-1] == [("A", "screen", str(number)) for number in range(MAX_EVENTS)]
    assert mine[-1] == ("A", "note", MORE)
    assert facts(timeline)[-1] == ("B", "screen", "x")


def test_what_arrives_after_the_last_event_kept_is_bounded_too() -> None:
    timeline = Timeline()
    for _ in range(MAX_EVENTS):
        timeline.add("A", "sent", "x")
    for _ in range(50):
        timeline.add("A", "received", "y")
    assert [event.kind for event in timeline.events[MAX_EVENTS:]] == ["note"]


def test_so_many_actors() -> None:
    timeline = Timeline()
    for number in range(MAX_ACTORS + 50):
        timeline.add(f"client {number}", "connect")
    timeline.add("client 0", "close")
    assert len({event.actor for event in timeline.events}) == MAX_ACTORS
    assert facts(timeline)[-1] == ("client 0", "close", "")


def test_so_much_text() -> None:
    timeline = Timeline()
    timeline.add("A", "screen", "x" * 1_000_000)
    for _ in range(3):
        timeline.add("A", "received", "y" * 3000)
    shown, received = (event.text for event in timeline.events)
    assert shown == "x" * MAX_TEXT + CUT
    assert received == "y" * MAX_TEXT + CUT
    timeline.add("B", "screen", "z" * MAX_TEXT)
    assert timeline.events[-1].text == "z" * MAX_TEXT


def test_the_end_we_give_is_not_told() -> None:
    timeline = Timeline()
    timeline.add("A", "start")
    timeline.closed = True
    timeline.add("A", "exit", "-9")
    assert [event.kind for event in timeline.events] == ["start"]
