"""Ce qu'un serveur lit en s'ouvrant, et rien de plus."""

import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing

import pytest
from chatroom.server.core.pending import Batch
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import PRIVATE_BIT, Room
from chatroom.server.storage.batches import insert
from chatroom.server.storage.causes import DamagedError
from chatroom.server.storage.known import ROOMS, known
from chatroom.server.storage.schema import migrate


@pytest.fixture
def base() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as base:
        migrate(base, 0, pytest.fail)
        yield base


def test_rooms_are_known_and_people_counted(base: sqlite3.Connection) -> None:
    assert (known(base).people, known(base).last_person, known(base).last_room) == (0, 0, 0)
    alice = Person(5, "alice", 0, (b"a",), key="alice")
    insert(base, Batch(people=[alice], rooms=[Room(3, "Été")], last={3: 2, 5 | PRIVATE_BIT: 1}), 0)
    found = known(base)
    assert (found.people, found.last_person, found.last_room) == (1, 5, 3)
    assert [(room.id, room.name, room.last) for room in found.rooms] == [(3, "Été", 2)]
    assert found.identity == known(base).identity
    base.execute("UPDATE meta SET value=9 WHERE key='person'")
    base.execute("UPDATE meta SET value=8 WHERE key='room'")
    assert (known(base).last_person, known(base).last_room) == (9, 8)


def test_many_people_take_no_memory(base: sqlite3.Connection) -> None:
    many = range(1, 20_001)
    add = "INSERT INTO people (id, pseudo, key, colour, seen) VALUES (?1, ?1, ?1, 0, 0)"
    base.executemany(add, ((number,) for number in many))
    private = ((number | PRIVATE_BIT,) for number in many)
    base.executemany("INSERT INTO rooms (id, name, last) VALUES (?, '', 1)", private)
    tracemalloc.start()
    try:
        found = known(base)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (found.people, found.last_person, found.rooms) == (20_000, 20_000, [])
    assert peak < 50_000
    (plan,) = base.execute(f"EXPLAIN QUERY PLAN {ROOMS}", (PRIVATE_BIT,)).fetchall()
    assert plan[3].startswith("SEARCH rooms")  # et non tous les salons privés


@pytest.mark.parametrize("change", ["DELETE FROM meta", "UPDATE meta SET value='x'"])
def test_without_identity_it_is_damaged(base: sqlite3.Connection, change: str) -> None:
    base.execute(change)
    with pytest.raises(DamagedError, match="l'identité du serveur"):
        known(base)
