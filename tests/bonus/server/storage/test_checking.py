"""Vérifier une base : ce qui y est, et chacun de ses défauts."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.server.storage import checking
from chatroom.server.storage.checking import check
from chatroom.server.storage.opening import FILE

from tests.bonus.server.storage.filled import fill


def silent() -> None:
    pass


def all_of(folder: Path, alive: Callable[[], None] = silent) -> list[str]:
    return list(check(folder, alive))


def change(folder: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(folder / FILE)) as base, base:
        for statement in statements:
            base.execute(statement)
    return folder


def test_a_sound_base(tmp_path: Path) -> None:
    first, counts, last = all_of(fill(tmp_path))
    assert first.startswith(f"{tmp_path / FILE} : format ")
    assert counts == "2 personnes, 1 salon, 23 messages, 1 image."
    assert last == "Aucun défaut."


def said(folder: Path) -> list[str]:
    """Les défauts d'une base qui en a."""
    lines: list[str] = []
    with pytest.raises(ChatError, match=r"Cette base a .*défaut.*\.recover"):
        lines.extend(iter(check(folder, silent)))
    return [line.removeprefix("Défaut : ") for line in lines if line.startswith(("Défaut", "…"))]


def test_messages_that_do_not_read(tmp_path: Path) -> None:
    folder = change(fill(tmp_path), "UPDATE messages SET document='{' WHERE room=1 AND seq>5")
    found = said(folder)
    assert found[0] == "le message n° 6 du salon n° 1 est illisible"
    assert found[-1] == "… et 6 autres."


def test_a_room_whose_number_is_behind(tmp_path: Path) -> None:
    folder = change(fill(tmp_path), "UPDATE rooms SET last=3 WHERE id=1")
    assert said(folder) == ["le salon n° 1 a perdu son dernier numéro (21)"]


def test_a_table_that_is_missing(tmp_path: Path) -> None:
    assert "il y manque la table codes" in said(change(fill(tmp_path), "DROP TABLE codes"))
    assert said(change(fill(tmp_path / "b"), "DROP TABLE messages"))
    assert "elle n'a pas de format" in said(change(fill(tmp_path / "c"), "PRAGMA user_version=0"))


def test_pages_full_of_zeros(tmp_path: Path) -> None:
    folder = fill(tmp_path, 3_000)
    data = (folder / FILE).read_bytes()
    half = len(data) // 2 // 4_096 * 4_096
    (folder / FILE).write_bytes(data[:half] + bytes(8_192) + data[half + 8_192 :])
    assert said(folder)


def test_it_shows_that_it_is_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signs: list[None] = []
    monkeypatch.setattr(checking, "OPERATIONS", 100)
    all_of(fill(tmp_path), lambda: signs.append(None))
    assert signs
