"""Le ménage : ce qui part, ce qui est proposé, et jamais plus qu'un morceau à la fois."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.protocol.limits import Limits
from chatroom.server.core.pending import Batch, Code
from chatroom.server.core.people import Number, Person
from chatroom.server.core.rooms import Room
from chatroom.server.core.space import Tidied
from chatroom.server.storage import forgetting
from chatroom.server.storage.batches import insert
from chatroom.server.storage.codes import issue
from chatroom.server.storage.forgetting import BUDGET
from chatroom.server.storage.known import known
from chatroom.server.storage.opening import FILE, open_base
from chatroom.server.storage.persons import find
from chatroom.server.storage.tidying import MESSAGES, REST, Tidying, drop

from tests.bonus.server.storage.filled import ALICE, BOB, HIS, MINE, PICTURE, fill

LIMITS = Limits(keep=10.0, empty_room=1.0, silent=1.0)
SEEN = 3_000  # quand ont parlé ceux de `fill`, en millisecondes


class Clock:
    """Une horloge qui avance de `pace` à chaque regard."""

    def __init__(self) -> None:
        self.time, self.pace = 0.0, 0.0

    def __call__(self) -> float:
        self.time += self.pace
        return self.time


@pytest.fixture
def base(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    fill(tmp_path, 4 * MESSAGES)
    with closing(open_base(tmp_path / FILE, "normal", 0, print)) as base:
        yield base


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tidying(tmp_path: Path, clock: Clock) -> Tidying:
    return Tidying(tmp_path, clock)


def whole(
    tidying: Tidying, base: sqlite3.Connection, clock: Clock, now: int, limits: Limits = LIMITS
) -> list[Tidied]:
    """Un tour entier."""
    clock.time += REST
    found = [tidying.step(base, limits, now)]
    while found[-1].more:
        found.append(tidying.step(base, limits, now))
        assert len(found) < 1_000
    return found


def count(base: sqlite3.Connection, table: str, where: str = "1") -> int:
    (found,) = base.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
    return int(found)


def test_old_messages_go_and_numbers_stay(
    base: sqlite3.Connection, tidying: Tidying, clock: Clock
) -> None:
    found = whole(tidying, base, clock, 11_000 + 100)  # ceux d'avant 1 100 : les 99 premiers
    assert base.execute("SELECT min(seq) FROM messages WHERE room=1").fetchone() == (100,)
    assert count(base, "messages", f"room IN ({MINE}, {HIS})") == 2
    lighter: dict[int, int] = {}
    for one in found:
        for person, (size, _) in one.lighter.items():
            lighter[person] = lighter.get(person, 0) + size
    assert lighter.keys() == {ALICE.id, BOB.id}
    whole(tidying, base, clock, 100_000)
    assert count(base, "messages") == count(base, "images") == 0
    alice = find(base, Number(ALICE.id))
    assert alice
    assert (alice.pictures, alice.last) == (0, 1)
    assert known(base).rooms[0].last == 4 * MESSAGES + 1  # le suivant portera le numéro d'après


def test_for_ever(base: sqlite3.Connection, tidying: Tidying, clock: Clock) -> None:
    before = count(base, "messages")
    whole(tidying, base, clock, 10**15, Limits())
    assert count(base, "messages") == before


def test_never_more_than_a_piece_at_a_time(
    base: sqlite3.Connection, tidying: Tidying, clock: Clock
) -> None:
    clock.time = REST
    assert tidying.step(base, LIMITS, 100_000).more
    clock.pace = BUDGET * 0.4
    left = count(base, "messages")
    for _ in range(3):
        assert tidying.step(base, LIMITS, 100_000).more
        assert left - 2 * MESSAGES <= count(base, "messages") < left
        left = count(base, "messages")


def test_it_rests_between_two_rounds(
    base: sqlite3.Connection, tidying: Tidying, clock: Clock
) -> None:
    assert not tidying.step(base, LIMITS, 100_000).more
    assert tidying.step(base, LIMITS, 100_000).space.free > 0
    clock.time = REST - 1
    assert not tidying.step(base, LIMITS, 100_000).more
    assert count(base, "messages")


def test_empty_rooms_are_offered_and_dropped_if_they_still_are(
    base: sqlite3.Connection, tidying: Tidying, clock: Clock
) -> None:
    with base:
        insert(base, Batch(rooms=[Room(7, "vide"), Room(8, "récent")]), SEEN)
        base.execute("UPDATE rooms SET used=? WHERE id=8", (SEEN + 5_000,))
        insert(base, Batch(rooms=[Room(9, "fermé")]), SEEN)
        base.execute("UPDATE rooms SET mode=8 WHERE id=9")
        base.execute("INSERT INTO members VALUES (7, 1)")
    found = whole(tidying, base, clock, SEEN + 2_000)
    assert found[0].rooms == [7]
    with base:
        drop(base, [1, 7], [])
    assert [room.id for room in known(base).rooms] == [1, 8, 9]
    assert count(base, "members") == 0
    with base:
        drop(base, [8, 9], [])
    assert known(base).last_room == 9  # un numéro ne ressert pas


def test_who_never_spoke_is_offered_and_dropped(
    base: sqlite3.Connection, tidying: Tidying, clock: Clock
) -> None:
    mute = [Person(number, f"p{number}", 0, (b"%d" % number,)) for number in range(3, 8)]
    for person in mute:
        person.key = person.pseudo
    with base:
        insert(base, Batch(people=mute), 0)
        base.execute("UPDATE people SET seen=? WHERE id=4", (SEEN,))
        base.execute("UPDATE people SET role=1 WHERE id=5")
        insert(base, Batch(last={6 | 1 << 31: 1}), 0)  # on lui a écrit
    found = whole(tidying, base, clock, SEEN + 500)
    assert [number for one in found for number in one.people] == [3, 7]
    with base:
        drop(base, [], [3, ALICE.id])
    assert find(base, Number(3)) is None
    assert find(base, Number(ALICE.id))
    assert forgetting.waiting(base) == {}


def test_codes_and_bans_of_before(base: sqlite3.Connection, tidying: Tidying, clock: Clock) -> None:
    with base:
        for name, expires in ((b"a", 9), (b"b", 11)):
            issue(base, Code(name, "x", "y", expires))
        for subject, until in (("a", 9), ("b", 11), ("c", 0)):
            base.execute("INSERT INTO bans VALUES ('mute', ?, ?, '', '', '', 0)", (subject, until))
    whole(tidying, base, clock, 10)
    assert base.execute("SELECT hash FROM codes").fetchall() == [(b"b",)]
    assert base.execute("SELECT subject FROM bans").fetchall() == [("b",), ("c",)]


def test_who_is_forgotten_comes_first_and_no_byte_is_left(
    base: sqlite3.Connection, tidying: Tidying, tmp_path: Path
) -> None:
    with base:
        forgetting.begin(base, ALICE.id)
    while tidying.step(base, LIMITS, 0).more:
        assert tidying.dirty
    assert count(base, "messages", "document LIKE '%Alice%'") == 0
    assert not tidying.dirty  # le journal des écritures a été vidé
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"psst" not in files
    assert PICTURE[:60] not in files


def test_the_place_that_is_left(base: sqlite3.Connection, tidying: Tidying) -> None:
    space = tidying.step(base, LIMITS, 0).space
    assert 0 < space.used < 10_000_000
    assert space.free > 0
