"""Retirer un message : ce qui en reste, et ce qui n'est plus dans aucun octet du fichier."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from chatroom.server.core.pending import Batch, Record, Removal, Speech
from chatroom.server.core.people import Number, Person
from chatroom.server.storage.batches import insert
from chatroom.server.storage.erasing import NOBODY, remove, twin, understood
from chatroom.server.storage.opening import FILE, open_base
from chatroom.server.storage.persons import find

SECRET, PICTURE = "le mot de passe est été", b"image secrete" * 5_000
SAID = {"time": 12, "person": 1, "nonce": 4, "colour": "#112233", "pseudo": "alice"}


def document(seq: int = 1, **fields: Any) -> str:
    whole = {"kind": "text", "seq": seq} | SAID | {"text": SECRET} | fields
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


@pytest.fixture
def base(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Alice y a dit un secret, et montré une image."""
    with closing(open_base(tmp_path / FILE, "normal", 0, pytest.fail)) as base:
        text = document()
        said = {1: Speech(12, {0: 4}, len(text.encode()), len(PICTURE))}
        alice = Person(1, "alice", 0x112233, (b"un",), key="alice")
        with base:
            record = Record(1, 1, text, PICTURE)
            insert(base, Batch(people=[alice], records=[record], last={1: 1}, said=said), 0)
        yield base


def only(base: sqlite3.Connection) -> dict[str, Any]:
    ((text,),) = base.execute("SELECT document FROM messages").fetchall()
    fields: dict[str, Any] = json.loads(text)
    return fields


def test_its_place_stays_and_says_who_removed_it(base: sqlite3.Connection) -> None:
    remove(base, [Removal(1, 1, "bob"), Removal(1, 99, "bob")])
    assert only(base) == {"kind": "removed", "seq": 1} | SAID | {"by": "bob"}
    assert base.execute("SELECT count(*) FROM images").fetchone() == (0,)
    alice = find(base, Number(1))
    assert alice
    ((text,),) = base.execute("SELECT document FROM messages").fetchall()
    assert (alice.bytes, alice.pictures) == (len(text.encode()), 0)


def test_who_is_forgotten_is_not_named(base: sqlite3.Connection) -> None:
    remove(base, [Removal(1, 1, "", forget=True)])
    assert only(base) == {"kind": "removed", "seq": 1} | NOBODY | {"time": 12, "by": ""}


def test_what_was_unreadable_is_removed_too(base: sqlite3.Connection) -> None:
    base.execute("UPDATE messages SET document='{'")
    remove(base, [Removal(1, 1, "bob")])
    assert only(base) == {"kind": "removed", "seq": 1} | NOBODY | {"by": "bob"}


def test_no_byte_of_it_is_left_in_the_file(base: sqlite3.Connection, tmp_path: Path) -> None:
    def written(what: bytes) -> bool:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return any(what in one.read_bytes() for one in tmp_path.iterdir())

    assert written(SECRET.encode())
    assert written(PICTURE[:100])
    with base:
        remove(base, [Removal(1, 1, "bob")])
    assert not written(SECRET.encode())
    assert not written(PICTURE[:100])


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", document(time="12"), document(pseudo=3), None]
)
def test_nobody_said_what_has_no_meaning(text: object) -> None:
    assert understood(text) == NOBODY


def test_what_is_understood() -> None:
    assert understood(document()) == SAID


def test_the_other_copy_of_a_private_message(base: sqlite3.Connection) -> None:
    assert twin(base, 1, 1, 4) == 1
    assert twin(base, 1, 1, 5) is twin(base, 1, 2, 4) is twin(base, 2, 1, 4) is None
    text = document(2, text='"person":1,"nonce":9,')  # un texte n'y fait pas croire
    base.execute("INSERT INTO messages VALUES (1, 2, ?)", (text,))
    assert twin(base, 1, 1, 9) is None
