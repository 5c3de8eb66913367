"""Oublier une personne : elle d'abord, ce qu'elle a dit ensuite, et rien ne s'en perd en route."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from chatroom.server.core.pending import Code
from chatroom.server.core.people import Key, Number
from chatroom.server.storage.codes import issue
from chatroom.server.storage.forgetting import BUDGET, SLICE, begin, step, waiting
from chatroom.server.storage.known import known
from chatroom.server.storage.opening import FILE, open_base
from chatroom.server.storage.persons import find

from tests.bonus.server.storage.filled import ALICE, BOB, HIS, MINE, fill


@pytest.fixture
def base(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    fill(tmp_path, 3 * SLICE)
    with closing(open_base(tmp_path / FILE, "normal", 0, print)) as base, base:
        yield base


def documents(base: sqlite3.Connection, room: int) -> list[dict[str, Any]]:
    rows = base.execute("SELECT document FROM messages WHERE room=? ORDER BY seq", (room,))
    return [json.loads(text) for (text,) in rows]


def forget(base: sqlite3.Connection, person: int) -> None:
    assert begin(base, person)
    while place := waiting(base).get(person):
        step(base, person, place)


def test_she_is_gone_at_once_and_her_pseudo_is_free(base: sqlite3.Connection) -> None:
    issue(base, Code(b"c", "operator", "2", 9))
    base.execute("UPDATE rooms SET owner=2 WHERE id=1")
    base.execute("INSERT INTO members VALUES (1, 2)")
    base.execute("INSERT INTO bans VALUES ('mute', '2', 0, '', '', '', 0)")
    assert begin(base, BOB.id)
    assert not begin(base, BOB.id)
    assert find(base, Number(BOB.id)) is find(base, Key("bob")) is None
    for table in ("tokens", "codes", "members", "bans"):
        (left,) = base.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert left == (1 if table == "tokens" else 0), table
    assert base.execute("SELECT owner FROM rooms WHERE id=1").fetchone() == (0,)
    assert known(base).last_person == BOB.id  # son numéro ne resservira pas
    assert find(base, Key("alice"))


def test_her_messages_keep_their_numbers_and_say_nothing(base: sqlite3.Connection) -> None:
    forget(base, ALICE.id)
    there = documents(base, 1)
    assert [one["seq"] for one in there] == list(range(1, 3 * SLICE + 2))
    assert [one["kind"] for one in there[:4]] == ["removed", "text"] * 2
    assert "Alice" not in str(there)
    assert (there[0]["person"], there[0]["time"]) == (0, 1_001)
    assert base.execute("SELECT count(*) FROM images").fetchone() == (0,)
    assert [one["kind"] for one in documents(base, HIS)] == ["removed"]
    assert documents(base, MINE) == []
    assert base.execute("SELECT count(*) FROM rooms").fetchone() == (2,)
    assert waiting(base) == {}


def test_it_goes_little_by_little_and_starts_again_where_it_was(base: sqlite3.Connection) -> None:
    assert begin(base, ALICE.id)
    ticks = count()
    gone = step(base, ALICE.id, waiting(base)[ALICE.id], lambda: next(ticks) * BUDGET)
    assert gone == []  # pas même le temps d'un morceau
    ticks = count()
    gone = step(base, ALICE.id, waiting(base)[ALICE.id], lambda: next(ticks) * BUDGET * 0.6)
    assert [one.seq for one in gone] == list(range(1, SLICE + 1, 2))
    assert waiting(base) == {ALICE.id: (1, SLICE)}


def test_who_never_spoke_leaves_nothing_to_search(base: sqlite3.Connection) -> None:
    assert begin(base, BOB.id, spoke=False)
    assert waiting(base) == {}
