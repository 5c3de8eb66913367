"""Arrivées et départs : le premier aussitôt, les autres ensemble, et pas qui ne reste pas."""

import json
from dataclasses import replace

from chatroom.protocol.messages import Announced, Gathered, Join, Leave, Presence
from chatroom.server.core.announcing import NAMED

from tests.bonus.server.core.ground import Client, Ground

WINDOW = 3.0
ARRIVED, LEFT, BACK, MOVED = Presence


def heard(client: Client) -> list[tuple[Presence, int, list[str]]]:
    """Ce que ce client a vu annoncé : quoi, combien, et qui."""
    found = []
    for one in client.got:
        if isinstance(one, Announced):
            found.append((Presence(one.event), 1, [one.pseudo]))
        elif isinstance(one, Gathered):
            found.append((Presence(one.event), one.count, json.loads(one.names)))
    client.got.clear()
    return found


def witness(**limits: float) -> tuple[Ground, Client, int]:
    """Quelqu'un, seul dans un salon calme."""
    ground = Ground(gathering=WINDOW, rate=0.0, **limits)
    client, room = ground.person("témoin")
    return ground, client, room


def test_the_first_is_told_at_once_and_the_others_together() -> None:
    ground, seen, _ = witness()
    for name in ("alice", "bob", "carole", "david", "ève"):
        ground.person(name)
    assert heard(seen) == [(ARRIVED, 1, ["alice"])]
    ground.world.advance(WINDOW)
    assert heard(seen) == [(ARRIVED, 4, ["bob", "carole", "david"])]
    assert NAMED == 3


def test_a_quiet_room_tells_again_at_once() -> None:
    ground, seen, _ = witness()
    ground.person("alice")
    ground.world.advance(WINDOW)
    heard(seen)
    ground.person("bob")
    assert heard(seen) == [(ARRIVED, 1, ["bob"])]


def test_a_busy_room_tells_once_a_window() -> None:
    ground, seen, _ = witness()
    told = []
    for number in range(60):
        ground.person(f"client {number}")
        ground.world.advance(WINDOW / 6)
        told += heard(seen)
    assert len(told) <= 11
    assert sum(count for _, count, _ in told) >= 59 - 6


def test_alone_in_a_window_one_is_told_as_before() -> None:
    ground, seen, _ = witness()
    ground.person("alice")
    bob, _ = ground.person("bob")
    ground.world.advance(WINDOW)
    assert heard(seen) == [(ARRIVED, 1, ["alice"]), (ARRIVED, 1, ["bob"])]
    bob.leave()
    ground.world.advance(WINDOW)
    assert heard(seen) == [(LEFT, 1, ["bob"])]


def test_who_comes_and_goes_ten_times_gives_one_line_at_most() -> None:
    ground, seen, room = witness()
    ground.person("alice")
    heard(seen)
    restless, _ = ground.arrive("agité")
    for _ in range(10):
        restless.tell(Join("salon", 0))
        restless.tell(Leave(room))
    ground.world.advance(WINDOW)
    assert heard(seen) == []
    ground.person("bob")
    heard(seen)
    for _ in range(10):
        restless.tell(Join("salon", 0))
        restless.tell(Leave(room))
    restless.tell(Join("salon", 0))
    ground.world.advance(WINDOW)
    assert heard(seen) == [(ARRIVED, 1, ["agité"])]


def test_who_leaves_and_comes_back_is_back() -> None:
    ground, seen, _ = witness()
    bob, welcome = ground.arrive("bob")
    bob.enter()
    bob.leave()
    back, _ = ground.arrive("", welcome.token)
    back.enter()
    ground.world.advance(WINDOW)
    assert heard(seen) == [(ARRIVED, 1, ["bob"]), (BACK, 1, ["bob"])]
    back.leave()
    again, _ = ground.arrive("", welcome.token)
    again.enter()
    again.leave()
    ground.world.advance(WINDOW)
    assert heard(seen) == [(LEFT, 1, ["bob"])]


def test_arrivals_departures_and_moves_are_told_apart() -> None:
    ground, seen, room = witness()
    people = [ground.person(f"client {number}")[0] for number in range(6)]
    ground.world.advance(WINDOW)
    ground.world.advance(WINDOW)
    ground.person("alice")
    heard(seen)
    for client in people[:2]:
        client.leave()
    for client in people[2:4]:
        client.tell(Leave(room))
    ground.person("bob")
    ground.world.advance(WINDOW)
    assert heard(seen) == [
        (ARRIVED, 1, ["bob"]),
        (LEFT, 2, ["client 0", "client 1"]),
        (MOVED, 2, ["client 2", "client 3"]),
    ]


def test_going_to_another_room_is_not_leaving_the_chat() -> None:
    ground, seen, room = witness()
    alice, _ = ground.person("alice")
    ground.world.advance(WINDOW)
    heard(seen)
    alice.tell(Leave(room))
    assert heard(seen) == [(MOVED, 1, ["alice"])]


def test_a_departure_is_told_at_once_in_a_quiet_room() -> None:
    ground, seen, _ = witness()
    alice, _ = ground.person("alice")
    ground.world.advance(WINDOW)
    ground.world.advance(WINDOW)
    heard(seen)
    alice.leave()
    assert heard(seen) == [(LEFT, 1, ["alice"])]


def test_a_crowded_room_tells_nothing() -> None:
    ground, seen, _ = witness(announced=3)
    for name in ("alice", "bob", "carole"):
        ground.person(name)
    assert heard(seen) == [(ARRIVED, 1, ["alice"])]
    ground.world.advance(WINDOW)
    assert heard(seen) == []


def test_without_a_window_each_is_told() -> None:
    ground = Ground(gathering=0.0)
    seen, _ = ground.person("témoin")
    for name in ("alice", "bob"):
        ground.person(name)
    assert heard(seen) == [(ARRIVED, 1, ["alice"]), (ARRIVED, 1, ["bob"])]


def test_nothing_is_kept_of_a_room_where_nothing_happens() -> None:
    ground = Ground(gathering=WINDOW)
    for number in range(5):
        ground.person(f"client {number}", f"salon {number}")
    announcer = ground.hub._announcer
    assert not announcer._moves
    ground.person("alice", "salon 1")
    assert len(announcer._moves) == 1
    ground.world.advance(WINDOW)
    assert not announcer._moves


def test_other_bounds_may_come_while_it_runs() -> None:
    ground, seen, _ = witness()
    ground.hub.adopt(replace(ground.limits, gathering=0.0))
    for name in ("alice", "bob"):
        ground.person(name)
    assert heard(seen) == [(ARRIVED, 1, ["alice"]), (ARRIVED, 1, ["bob"])]
