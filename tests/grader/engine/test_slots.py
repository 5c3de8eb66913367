"""Les places : personne n'en a trop, personne n'en perd, et qui les veut toutes les a."""

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from grader.engine.slots import OTHERS_FIRST, Desk, OwnSlots, SharedSlots, holding

COUNT = 4


class Class:
    """Qui compte les places, et des copies qui en demandent, dans ce processus-ci."""

    def __init__(self, count: int = COUNT) -> None:
        self.count = count
        self.desk = Desk(count)
        self.numbers: list[int] = []
        self.links: list[socket.socket] = []

    def copy(self) -> SharedSlots:
        number, link = self.desk.welcome()
        self.numbers.append(number)
        self.links.append(link)
        return SharedSlots(link, self.count)

    def serve(self) -> None:
        """Entend tout ce qu'ont dit les copies, dans l'ordre où elles sont venues."""
        for number in list(self.numbers):
            while number in self.numbers and select.select([number], [], [], 0)[0]:
                if not self.desk.hear(number):
                    self.numbers.remove(number)
                    self.desk.leave(number)


@pytest.fixture
def room() -> Iterator[Class]:
    room = Class()
    yield room
    for number in room.numbers:
        room.desk.leave(number)
    for link in room.links:
        link.close()


def take(room: Class, slots: SharedSlots, wanted: int) -> int:
    """Combien elle en obtient, d'autant qu'elle en voudrait."""
    taken = 0
    while taken < wanted:
        if not slots.take(wanted - taken):
            room.serve()
            if not slots.take(wanted - taken):
                return taken
        taken += 1
    return taken


def take_all(room: Class, slots: SharedSlots) -> bool:
    slots.take_all()
    room.serve()
    return slots.take_all()


def test_a_grading_has_its_own() -> None:
    slots = OwnSlots(2)
    assert [slots.take(5) for _ in range(3)] == [True, True, False]
    slots.give()
    assert slots.take(1)
    assert slots.share() == 1.0
    slots.leave()
    assert slots.take_all()
    slots.give()
    with holding(slots):
        assert [slots.take(1), slots.take(1)] == [True, False]


def test_copies_share(room: Class) -> None:
    first, second = room.copy(), room.copy()
    assert take(room, first, 3) == 3
    assert take(room, second, 3) == 1
    assert room.desk.free == 0
    first.give()
    room.serve()
    assert take(room, second, 2) == 1
    assert room.desk.free == 0


def test_a_place_that_is_free_wakes(room: Class) -> None:
    first, second = room.copy(), room.copy()
    assert take(room, first, COUNT) == COUNT
    assert not take(room, second, 1)
    assert not select.select(second.wakes, [], [], 0)[0]
    first.give()
    room.serve()
    assert select.select(second.wakes, [], [], 0)[0]


def test_the_oldest_is_served_first(room: Class) -> None:
    first, second, third = room.copy(), room.copy(), room.copy()
    assert take(room, first, COUNT) == COUNT
    assert not take(room, third, 1)
    assert not take(room, second, 1)
    first.give()
    room.serve()
    assert not third.take(1)
    assert second.take(1)


def test_what_is_asked_once_is_not_asked_twice(room: Class) -> None:
    first, second = room.copy(), room.copy()
    assert take(room, first, COUNT) == COUNT
    for _ in range(10):
        assert not take(room, second, 1)
    for _ in range(COUNT):
        first.give()
    room.serve()
    assert second.take(1)
    assert room.desk.free == COUNT - 1


def test_who_leaves_gives_everything_back(room: Class) -> None:
    first, second = room.copy(), room.copy()
    assert take(room, first, COUNT) == COUNT
    assert not take(room, second, 2)
    first.leave()
    room.serve()
    assert take(room, second, 2) == 2
    assert room.desk.free == COUNT - 2


def test_who_is_killed_gives_everything_back(room: Class) -> None:
    number, link = room.desk.welcome()
    process = os.fork()
    if process == 0:
        slots = SharedSlots(link, COUNT)
        while slots.take(COUNT) or select.select(slots.wakes, [], []):
            pass
        os._exit(1)
    link.close()
    limit = time.monotonic() + 10
    while room.desk.free and time.monotonic() < limit:
        if select.select([number], [], [], 10)[0]:
            room.desk.hear(number)
    assert room.desk.free == 0
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    while room.desk.hear(number):
        assert time.monotonic() < limit
    room.desk.leave(number)
    assert room.desk.free == COUNT


def test_alone_has_them_all(room: Class) -> None:
    first, second = room.copy(), room.copy()
    assert take_all(room, first)
    assert take(room, second, 1) == 0
    assert first.share() == 1.0
    first.give()
    room.serve()
    assert second.take(1)
    assert room.desk.free == COUNT - 1


def test_two_may_want_them_all(room: Class) -> None:
    """L'une puis l'autre, sitôt que plus rien ne joue."""
    first, second, third = room.copy(), room.copy(), room.copy()
    assert take(room, third, 1) == 1
    assert not take_all(room, first)
    assert not take_all(room, second)
    third.give()
    room.serve()
    assert (first.take_all(), second.take_all()) == (True, False)
    first.give()
    room.serve()
    assert second.take_all()
    second.give()
    room.serve()
    assert room.desk.free == COUNT


def test_alone_waits_for_others_but_not_for_ever(room: Class) -> None:
    alone, busy = room.copy(), room.copy()
    assert take(room, busy, 2) == 2
    assert not take_all(room, alone)
    served = 0
    while take(room, busy, 1):
        busy.give()
        served += 1
        assert served <= OTHERS_FIRST
    assert served == OTHERS_FIRST
    busy.give()
    busy.give()
    room.serve()
    assert alone.take_all()
    alone.give()
    room.serve()
    assert busy.take(1)


def test_those_who_want_them_all_follow_one_another(room: Class) -> None:
    """Les essais en cours n'ont à finir qu'une fois pour toutes celles qui attendent."""
    first, second, busy = room.copy(), room.copy(), room.copy()
    assert take(room, busy, 1) == 1
    assert not take_all(room, first)
    assert not take_all(room, second)
    while take(room, busy, 1):
        busy.give()
    busy.give()
    room.serve()
    assert first.take_all()
    first.give()
    room.serve()
    assert not busy.take(1)
    assert second.take_all()


@pytest.mark.parametrize(
    ("held", "wanted", "expected"), [(0, 2, 0.0), (1, 1, 0.5), (1, 9, 0.25), (2, 0, 1.0)]
)
def test_the_share_of_a_copy(room: Class, held: int, wanted: int, expected: float) -> None:
    """Seule, elle aurait eu tout ce qu'elle veut, et pas plus qu'il n'y en a."""
    slots, other = room.copy(), room.copy()
    assert take(room, slots, held) == held
    assert take(room, other, COUNT) == COUNT - held
    if wanted:
        assert not take(room, slots, wanted)
    assert slots.share() == expected


def test_a_full_house_is_all_one_could_have(room: Class) -> None:
    slots = room.copy()
    assert take(room, slots, COUNT + 2) == COUNT
    assert slots.share() == 1.0


def test_wanting_them_all_is_only_waiting(room: Class) -> None:
    slots, other = room.copy(), room.copy()
    assert take(room, other, 1) == 1
    assert not take_all(room, slots)
    assert slots.share() == 0.0


def test_holding_waits_for_a_place(room: Class) -> None:
    first, second = room.copy(), room.copy()
    assert take(room, first, COUNT) == COUNT

    def free_one() -> None:
        while not room.desk._guests[room.numbers[1]].asked:
            room.serve()
        first.give()
        room.serve()

    with_place = threading.Thread(target=free_one)
    with_place.start()
    with holding(second):
        with_place.join()
        assert room.desk.free == 0
    room.serve()
    assert room.desk.free == 1


def test_nobody_left_to_count(room: Class) -> None:
    slots = room.copy()
    room.desk.leave(room.numbers.pop())
    with pytest.raises(ConnectionError):
        slots.take(1)
