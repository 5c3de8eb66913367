"""Un lot, en lignes de la base."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from chatroom.server.core.pending import Altered, Batch, Record, Removal, Speech
from chatroom.server.core.people import DEVICES, Number, Person
from chatroom.server.core.rooms import Room
from chatroom.server.storage.batches import insert
from chatroom.server.storage.persons import find
from chatroom.server.storage.schema import migrate

ALICE = Person(1, "alice", 7, (b"un",), key="alice", skeletons=("alice", "alice"))


@pytest.fixture
def base() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as base:
        migrate(base, 0, pytest.fail)
        insert(base, Batch(people=[ALICE], rooms=[Room(1, "Été")]), 10)
        yield base


def rows(base: sqlite3.Connection, query: str) -> list[Any]:
    return base.execute(query).fetchall()


def test_newcomers(base: sqlite3.Connection) -> None:
    assert rows(base, "SELECT * FROM tokens") == [(b"un", 1, 10)]
    assert rows(base, "SELECT * FROM skeletons") == [("alice", 1)]
    assert rows(base, "SELECT id, name, last, epoch, used FROM rooms") == [(1, "Été", 0, 10, 10)]
    insert(base, Batch(tokens=[(1, b"deux")], seen={1: 11}), 12)
    assert rows(base, "SELECT * FROM tokens WHERE proof=x'64657578'") == [(b"deux", 1, 12)]
    assert rows(base, "SELECT seen FROM people") == [(11,)]


def test_what_a_person_becomes(base: sqlite3.Connection) -> None:
    query = "SELECT pseudo, key, role, muted, skeleton FROM people JOIN skeletons ON person=id"
    insert(base, Batch(altered=[Altered(1, "alice", "alice", 1, 40)]), 12)
    assert rows(base, query) == [("alice", "alice", 1, 40, "alice")]
    insert(base, Batch(altered=[Altered(1, "Zoé", "zoé", 1, 0, ("zoe", "Zoe"))]), 12)
    renamed = ("Zoé", "zoé", 1, 0)
    assert sorted(rows(base, query)) == [(*renamed, "Zoe"), (*renamed, "zoe")]


def test_a_message_is_removed(base: sqlite3.Connection) -> None:
    insert(base, Batch(records=[Record(1, 1, "{}")], last={1: 1}), 20)
    insert(base, Batch(removed=[Removal(1, 1, "bob")]), 20)
    ((text,),) = rows(base, "SELECT document FROM messages")
    assert json.loads(text)["kind"] == "removed"


def test_messages_pictures_and_the_numbers_of_their_rooms(base: sqlite3.Connection) -> None:
    insert(base, Batch(records=[Record(1, 1, "{}"), Record(1, 2, "{}", b"png")], last={1: 2}), 20)
    assert rows(base, "SELECT * FROM messages") == [(1, 1, "{}"), (1, 2, "{}")]
    assert rows(base, "SELECT * FROM images") == [(1, 2, b"png")]
    assert rows(base, "SELECT name, last, epoch, used FROM rooms") == [("Été", 2, 10, 20)]


def test_what_someone_says_is_counted_device_by_device(base: sqlite3.Connection) -> None:
    for device in range(DEVICES):
        insert(base, Batch(said={1: Speech(30 + device, {device: device + 1}, 5, 2)}), 0)
    insert(base, Batch(said={1: Speech(90, {0: None, 99: 400})}), 0)
    alice = find(base, Number(1))
    assert alice
    assert (alice.seen, alice.bytes, alice.pictures) == (90, 5 * DEVICES, 2 * DEVICES)
    assert alice.nonces == {device: device + 1 for device in range(1, DEVICES)} | {99: 400}
