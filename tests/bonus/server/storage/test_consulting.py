"""Lire une base sans rien y écrire, jusque dans un dossier où rien ne s'écrit."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.server.storage.consulting import consulting
from chatroom.server.storage.opening import FILE

from tests.bonus.server.storage.filled import fill


def messages(folder: Path) -> int:
    with consulting(folder) as base:
        (found,) = base.execute("SELECT count(*) FROM messages").fetchone()
    return int(found)


def test_it_is_read_and_never_written(tmp_path: Path) -> None:
    fill(tmp_path)
    assert messages(tmp_path) == 23
    with consulting(tmp_path) as base, pytest.raises(sqlite3.OperationalError):
        base.execute("DELETE FROM messages")


def test_a_folder_where_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Celui d'une sauvegarde, avec ce que le serveur tué n'avait pas encore rangé."""
    folder, snapshot = fill(tmp_path / "a"), tmp_path / "b"
    with sqlite3.connect(folder / FILE) as base:
        base.execute("DELETE FROM messages WHERE room=1 AND seq=1")
        base.commit()
        snapshot.mkdir()
        for name in (FILE, f"{FILE}-wal"):
            shutil.copy(folder / name, snapshot)
    base.close()
    before = {path.name: path.read_bytes() for path in snapshot.iterdir()}
    monkeypatch.setattr("os.access", lambda *_: False)
    assert messages(snapshot) == 22
    assert {path.name: path.read_bytes() for path in snapshot.iterdir()} == before


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ChatError, match="Il n'y a pas d'historique dans"), consulting(tmp_path):
        pass
