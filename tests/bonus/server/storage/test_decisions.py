"""Ce qu'on a décidé se retrouve au prochain lancement."""

import sqlite3
from pathlib import Path

import pytest
from chatroom.server.core.bans import ADDRESS, PERSON, Ban
from chatroom.server.core.pending import Batch
from chatroom.server.core.rooms import Room
from chatroom.server.storage.decisions import bans, enforce, rule
from chatroom.server.storage.opening import FILE, open_base

from tests.bonus.server.storage.opened import FIRST, Opened, play

FOR_EVER = Ban(PERSON, "7", 0, "flood", "prof", "bob")
SHORT = Ban(ADDRESS, "192.0.2.7", 2_000, "", "prof", "bob")


@pytest.fixture
def base(tmp_path: Path) -> sqlite3.Connection:
    return open_base(tmp_path / FILE, "full", 1, lambda _: None)


def test_bans(base: sqlite3.Connection) -> None:
    enforce(base, Batch(bans=[FOR_EVER, SHORT]), 1_000)
    assert list(bans(base)) == [SHORT, FOR_EVER]
    longer = Ban(PERSON, "7", 9_000, "encore", "prof", "bob")
    enforce(base, Batch(bans=[longer], unbans=[(ADDRESS, "192.0.2.7")]), 1_000)
    assert list(bans(base)) == [longer]


def test_a_finished_ban_leaves_at_the_next_one(base: sqlite3.Connection) -> None:
    enforce(base, Batch(bans=[SHORT]), 1_000)
    enforce(base, Batch(), 2_000)
    assert list(bans(base)) == [SHORT]
    enforce(base, Batch(bans=[FOR_EVER]), 2_000)
    assert list(bans(base)) == [FOR_EVER]


def test_what_a_room_is(tmp_path: Path) -> None:
    async def decide(opened: Opened) -> None:
        await opened.commit(FIRST)
        room = Room(1, "Salon", owner=1)
        room.mode, room.topic, room.seal = 5, "contrôle", b"sel"
        room.former, room.invited = ("Avant",), frozenset({3, 4})
        assert await opened.commit(Batch(changed=[room.snapshot()])) == ""
        room.name, room.invited = "Après", frozenset({4, 5})
        assert await opened.commit(Batch(changed=[room.snapshot()])) == ""

    async def read(opened: Opened) -> None:
        _, rooms = opened.history.load()
        room = rooms.named("après")
        assert room
        assert rooms.named("avant") is room
        assert (room.mode, room.topic, room.owner, room.seal) == (5, "contrôle", 1, b"sel")
        assert (room.former, room.invited) == (("Avant",), frozenset({4, 5}))

    play(tmp_path, decide)
    play(tmp_path, read)


def test_a_new_room_has_an_owner(tmp_path: Path) -> None:
    async def create(opened: Opened) -> None:
        await opened.commit(Batch(rooms=[Room(1, "Salon", owner=7)]))

    async def read(opened: Opened) -> None:
        _, rooms = opened.history.load()
        room = rooms.named("salon")
        assert room
        assert (room.owner, room.mode, room.seal, room.invited) == (7, 0, b"", frozenset())

    play(tmp_path, create)
    play(tmp_path, read)


def test_a_damaged_room_is_said(base: sqlite3.Connection) -> None:
    base.execute("INSERT INTO rooms (id, name, last, former) VALUES (1, 'Salon', 0, '{')")
    with pytest.raises(ValueError, match="Expecting"):
        rule(base, {1: Room(1, "Salon")})
