"""Copier une base qui sert : la copie est entière, d'un seul instant, et n'est lue que de soi."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.protocol.documents import document
from chatroom.protocol.messages import Said
from chatroom.server.core.pending import Batch, Record
from chatroom.server.storage import backup as module
from chatroom.server.storage.backup import backup
from chatroom.server.storage.batches import insert
from chatroom.server.storage.opening import FILE, open_base

from tests.bonus.server.storage.filled import fill


def nothing(_: float) -> None:
    pass


def numbers(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = base.execute("SELECT seq FROM messages WHERE room=1 ORDER BY seq").fetchall()
        (last,) = base.execute("SELECT last FROM rooms WHERE id=1").fetchone()
    found = [int(seq) for (seq,) in rows]
    assert found == list(range(1, last + 1))
    return found


def test_the_copy_is_whole_and_one_s_own(tmp_path: Path) -> None:
    parts: list[float] = []
    target = tmp_path / "copie.db"
    target.write_text("une copie d'avant")
    backup(fill(tmp_path / "a"), target, parts.append)
    assert len(numbers(target)) == 21
    assert target.stat().st_mode & 0o777 == 0o600
    assert parts[-1] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "copie.db"]


def test_while_the_server_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """La copie est celle de l'instant où elle a commencé, et se finit."""
    folder, target = fill(tmp_path / "a", 2_000), tmp_path / "copie.db"
    monkeypatch.setattr(module, "STEP", 5)
    before = len(numbers(folder / FILE))
    said = before
    with closing(open_base(folder / FILE, "normal", 0, print)) as base:

        def write(_: float) -> None:
            nonlocal said
            said += 1
            text = document(Said(1, said, 0, 2, 0, 0, "bob", "x" * 500))
            with base:
                insert(base, Batch(records=[Record(1, said, text)], last={1: said}), 0)

        backup(folder, target, write)
    assert said > before + 10
    assert len(numbers(target)) == before
    assert len(numbers(folder / FILE)) == said


@pytest.mark.parametrize("name", ["a", "a/chat.db", "absent/copie.db"])
def test_where_it_cannot_be(tmp_path: Path, name: str) -> None:
    fill(tmp_path / "a")
    before = (tmp_path / "a" / FILE).read_bytes()
    with pytest.raises(ChatError, match=r"dossier|elle-même|n'a pu être écrite"):
        backup(tmp_path / "a", tmp_path / name, nothing)
    assert (tmp_path / "a" / FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_damaged_base_makes_no_copy(tmp_path: Path) -> None:
    folder, target = fill(tmp_path / "a", 3_000), tmp_path / "copie.db"
    data = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(
        data[: len(data) // 2] + bytes(8_192) + data[len(data) // 2 + 8_192 :]
    )
    with pytest.raises(ChatError, match="La base est abîmée, et sa copie le serait"):
        backup(folder, target, nothing)
    assert not target.exists()
