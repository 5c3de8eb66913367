"""Une personne, lue de la base."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from chatroom.server.core.pending import Batch
from chatroom.server.core.people import DEVICES, Alike, Key, Number, Person, Proof
from chatroom.server.core.rooms import PRIVATE_BIT
from chatroom.server.storage.batches import insert
from chatroom.server.storage.persons import SELECT, TOKENS, WHERE, find
from chatroom.server.storage.schema import migrate

ALICE = Person(1, "Alice", 7, (b"un",), key="alice", skeletons=("alice", "Alice"))


@pytest.fixture
def base() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as base:
        migrate(base, 0, pytest.fail)
        insert(base, Batch(people=[ALICE], last={1 | PRIVATE_BIT: 12}), 10)
        yield base


def test_whatever_is_known_of_her(base: sqlite3.Connection) -> None:
    for lookup in (Number(1), Key("alice"), Proof(b"un"), Alike(("x", "Alice"))):
        found = find(base, lookup)
        assert found
        assert (found.id, found.pseudo, found.key, found.colour) == (1, "Alice", "alice", 7)
        assert (found.proofs, found.last, found.seen) == ((b"un",), 12, 10)
    for lookup in (Number(2), Key("bob"), Proof(b"x"), Alike(("x",)), Alike(())):
        assert find(base, lookup) is None


def test_her_last_tokens_only(base: sqlite3.Connection) -> None:
    for made in range(100, 100 + TOKENS):
        insert(base, Batch(tokens=[(1, b"%d" % made)]), made)
    found = find(base, Number(1))
    assert found
    assert len(found.proofs) == TOKENS
    assert b"un" not in found.proofs


def test_no_more_devices_than_said(base: sqlite3.Connection) -> None:
    base.execute(
        "UPDATE people SET nonces=?",
        (
            '{"0": 1, '
            + ", ".join(f'"{device}": {device << 32 | 1}' for device in range(1, DEVICES + 1))
            + "}",
        ),
    )
    found = find(base, Number(1))
    assert found
    assert set(found.nonces) == set(range(1, DEVICES + 1))


@pytest.mark.parametrize("nonces", ["", "[", "[1]", '{"a": 1}', '{"1": "x"}'])
def test_what_has_no_meaning_is_said(base: sqlite3.Connection, nonces: str) -> None:
    base.execute("UPDATE people SET nonces=?", (nonces,))
    with pytest.raises((ValueError, TypeError, AttributeError)):
        find(base, Number(1))


def test_no_search_reads_everyone(base: sqlite3.Connection) -> None:
    for where in WHERE.values():
        for plan in base.execute("EXPLAIN QUERY PLAN " + SELECT + where, ("1",)).fetchall():
            assert not plan[3].startswith("SCAN people"), plan
