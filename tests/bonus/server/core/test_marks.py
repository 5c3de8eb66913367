"""Qui revient : ses numéros sont-ils encore ceux du salon ?"""

import pytest
from chatroom.protocol.messages import Join, Joined

from tests.bonus.server.core.ground import Ground, say


@pytest.fixture
def ground() -> Ground:
    """Un salon où deux messages ont été dits, à une seconde d'intervalle."""
    ground = Ground()
    alice, room = ground.person("alice")
    for nonce in (1, 2):
        ground.world.advance(1)
        alice.tell(say(room, nonce, f"n° {nonce}"))
    return ground


def come_back(ground: Ground, after: int, mark: int, room: str = "salon") -> tuple[bool, list[int]]:
    """Les numéros ont-ils recommencé ; et ce qui est relu."""
    bob = ground.arrive("bob")[0] if not ground.hub.people.live(2) else ground.connect()
    bob.tell(Join(room, after, mark))
    joined = bob.last(Joined)
    return bool(joined.restarted), [one["seq"] for one in bob.read()]


def date(ground: Ground, seq: int) -> int:
    dates: list[int | None] = []
    ground.disk.date_of(1, seq, dates.append)
    assert dates[0]
    return dates[0]


def test_nothing_was_seen(ground: Ground) -> None:
    assert come_back(ground, 0, 0) == (False, [1, 2])


def test_the_message_seen_last_is_the_same(ground: Ground) -> None:
    assert come_back(ground, 1, date(ground, 1)) == (False, [2])


def test_an_older_client_says_no_mark(ground: Ground) -> None:
    assert come_back(ground, 1, 0) == (False, [2])


def test_another_message_has_its_number(ground: Ground) -> None:
    assert come_back(ground, 1, date(ground, 1) + 1) == (True, [1, 2])


def test_it_is_ahead_of_the_server(ground: Ground) -> None:
    assert come_back(ground, 3, 0) == (True, [1, 2])


def test_it_knew_a_room_of_the_same_name(ground: Ground) -> None:
    room = ground.hub.rooms.named("salon")
    assert room
    assert room.epoch
    assert come_back(ground, 1, room.epoch - 1) == (True, [1, 2])


def test_the_message_seen_last_has_expired(ground: Ground) -> None:
    mark = date(ground, 1)
    del ground.disk.kept[1][1]
    assert come_back(ground, 1, mark) == (False, [2])
