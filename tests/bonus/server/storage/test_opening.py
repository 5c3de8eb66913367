"""Ouvrir la base : ce qui convient, ce qui ne convient pas, et pour qui."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.server.storage.opening import FILE, LOCK, Durability, lock, rewrite, server_of
from chatroom.server.storage.schema import FORMAT

from tests.bonus.server.storage.opened import FIRST, Opened, batch, nothing, play, record


def test_one_server_by_folder(tmp_path: Path) -> None:
    async def scenario(_: Opened) -> None:
        with pytest.raises(ChatError, match="Un autre serveur se sert déjà du dossier"):
            Opened(tmp_path)

    play(tmp_path, scenario)
    play(tmp_path, nothing)


def test_what_is_not_a_history(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"ceci n'est pas une base" * 100)
    with pytest.raises(ChatError, match="ce n'est pas une base SQLite"):
        play(tmp_path, nothing)
    (tmp_path / FILE).unlink()
    with sqlite3.connect(tmp_path / FILE) as base:
        base.execute("PRAGMA user_version=99")
    base.close()
    with pytest.raises(ChatError, match="au format 99"):
        play(tmp_path, nothing)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(ChatError, match="c'est un dossier"):
        play(tmp_path, nothing)
    (tmp_path / "fichier").write_text("")
    with pytest.raises(ChatError, match="ne convient pas"):
        play(tmp_path / "fichier", nothing)


def test_a_damaged_base(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        await opened.commit(batch(*map(record, range(1, 2_000))))

    play(tmp_path, scenario)
    data = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(ChatError, match="abîmée"):
        play(tmp_path, nothing)


def test_it_is_its_owner_s_alone(tmp_path: Path) -> None:
    play(tmp_path / "données", nothing)
    assert (tmp_path / "données").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "données" / FILE).stat().st_mode & 0o777 == 0o600


def test_each_durability_asks_the_disk_what_it_says(tmp_path: Path) -> None:
    async def synchronous(durability: Durability) -> int:
        opened = Opened(tmp_path / durability, durability)
        found: list[int] = []
        opened.history._writer.submit(
            lambda base: found.extend(base.execute("PRAGMA synchronous").fetchone())
        )
        opened.history.close()
        return found[0]

    levels = [asyncio.run(synchronous(name)) for name in ("full", "normal", "off")]
    assert levels == [2, 1, 1]


def test_writing_to_see(tmp_path: Path) -> None:
    play(tmp_path, nothing)
    with closing(sqlite3.connect(tmp_path / FILE)) as base:
        wal = tmp_path / f"{FILE}-wal"
        rewrite(base)
        assert wal.stat().st_size > 4_000
        assert base.execute("PRAGMA user_version").fetchone() == (FORMAT,)
        base.execute("PRAGMA query_only=ON")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            rewrite(base)


def test_which_process_serves_a_folder(tmp_path: Path) -> None:
    assert server_of(tmp_path) is None
    descriptor = lock(tmp_path / LOCK)
    assert server_of(tmp_path) == os.getpid()
    os.close(descriptor)
    assert server_of(tmp_path) is None
