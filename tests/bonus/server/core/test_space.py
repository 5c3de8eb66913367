"""La place : celle de chacun, celle du disque, et ce qui est refusé d'abord."""

import pytest
from chatroom.protocol.limits import MEGABYTE, Limits
from chatroom.server.core.people import Person
from chatroom.server.core.space import UNKNOWN, Space, Tidied, room_for

LIMITS = Limits(
    messages_per_person=1_000,
    pictures_per_person=500,
    base=10,
    spare=100,
    spare_for_pictures=200,
)
PLENTY = Space(10_000, 0)


def person(size: int = 0, pictures: int = 0) -> Person:
    return Person(1, "alice", 0, (), bytes=size, pictures=pictures)


@pytest.mark.parametrize("space", [None, UNKNOWN, PLENTY])
def test_there_is_room(space: Space | None) -> None:
    assert room_for(LIMITS, space, person(999, 400), 100) == ""


def test_each_one_has_a_share() -> None:
    assert "trop dit" in room_for(LIMITS, PLENTY, person(1_000), 0)
    assert "images" in room_for(LIMITS, PLENTY, person(0, 401), 100)
    assert room_for(LIMITS, PLENTY, person(0, 500), 0) == ""


def test_pictures_are_refused_first_and_all_at_the_last() -> None:
    whole = 10 * MEGABYTE
    for space in (Space(199, 0), Space(10_000, whole * 95 // 100)):
        assert room_for(LIMITS, space, person(), 0) == ""
        assert "presque plus de place" in room_for(LIMITS, space, person(), 1)
    for space in (Space(99, 0), Space(10_000, whole)):
        assert room_for(LIMITS, space, person(), 0) == "Le serveur n'a plus de place."


def test_nothing_was_tidied_by_default() -> None:
    assert Tidied(PLENTY).lighter == {}
