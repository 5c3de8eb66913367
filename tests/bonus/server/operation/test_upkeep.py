"""Ce qu'on demande à la base sans servir : ce qui en est dit, et ce qui y change."""

import hashlib
import json
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.server.core.people import Key, Number
from chatroom.server.operation import upkeep as module
from chatroom.server.operation.upkeep import Alive, upkeep
from chatroom.server.storage import forgetting
from chatroom.server.storage.codes import redeem
from chatroom.server.storage.opening import FILE, LOCK, lock
from chatroom.server.storage.persons import find

from tests.bonus.server.storage.filled import ALICE, fill


def said(folder: Path, task: str, subject: str = "") -> str:
    return "".join(upkeep(folder, task, subject))


def opened(folder: Path) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(folder / FILE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "données", 6)


def test_check_and_backup(folder: Path, tmp_path: Path) -> None:
    assert said(folder, "check").endswith("9 messages, 1 image.\nAucun défaut.\n")
    copy = tmp_path / "copie.db"
    assert said(folder, "backup", str(copy)).startswith(f"La base est copiée dans {copy} (0,")
    assert copy.exists()


def test_what_is_exported_is_json(folder: Path) -> None:
    assert len(json.loads(said(folder, "export-history", "ÉTÉ"))) == 7
    assert json.loads(said(folder, "export", "ALICE"))["person"]["pseudo"] == "Alice"
    with pytest.raises(ChatError, match="Personne ne s'appelle zoé"):
        said(folder, "export", "zoé")


def test_an_operator_is_made_by_a_code_kept_by_its_proof(folder: Path) -> None:
    command = said(folder, "operator", "alice").splitlines()[-1]
    code = command.removeprefix("/operator ").encode()
    with opened(folder) as base:
        assert code.decode() not in str(base.execute("SELECT * FROM codes").fetchall())
        digest = hashlib.sha256(code).digest()
        assert redeem(base, "operator", digest, 0) == str(ALICE.id)


def test_a_pseudo_is_released(folder: Path) -> None:
    assert "s'appelle désormais Alice~1" in said(folder, "release", "alice")
    with opened(folder) as base:
        assert find(base, Key("alice")) is None
        alice = find(base, Number(1))
        assert alice
        assert (alice.pseudo, alice.key) == ("Alice~1", "alice~1")


def test_someone_is_forgotten(folder: Path) -> None:
    assert said(folder, "forget", "alice").endswith("Ses messages et ses images sont retirés.\n")
    with opened(folder) as base:
        assert find(base, Number(1)) is None
        assert "Alice" not in str(base.execute("SELECT * FROM messages").fetchall())


class Served:
    """Un dossier qu'un serveur tient : ce processus, et les signaux qu'il reçoit."""

    def __init__(self, folder: Path, heard: Callable[[], None]) -> None:
        self._lock = lock(folder / LOCK)
        self._before = signal.signal(signal.SIGUSR1, lambda *_: heard())

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGUSR1, self._before)
        os.close(self._lock)


def test_a_running_server_is_told_and_does_the_work(folder: Path) -> None:
    told = threading.Event()

    def work() -> None:
        told.wait(20)
        with opened(folder) as base:
            while place := forgetting.waiting(base).get(ALICE.id):
                with base:
                    forgetting.step(base, ALICE.id, place)

    server = threading.Thread(target=work)
    server.start()
    with Served(folder, told.set):
        assert said(folder, "forget", "alice").endswith("sont retirés.\n")
    server.join()
    assert told.is_set()


def test_a_running_server_that_takes_its_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    with Served(folder, lambda: None):
        assert said(folder, "forget", "alice").endswith("il n'a pas fini.\n")


def test_a_running_server_of_another_version_keeps_its_base(folder: Path) -> None:
    with opened(folder) as base:
        base.execute("PRAGMA user_version=1")
    with Served(folder, lambda: None), pytest.raises(ChatError, match="d'une autre version"):
        said(folder, "release", "alice")


@pytest.mark.parametrize("task", ["operator", "release", "forget", "check", "export"])
def test_without_a_base(tmp_path: Path, task: str) -> None:
    with pytest.raises(ChatError, match="Il n'y a pas d'historique dans"):
        said(tmp_path, task, "alice")


def test_long_work_says_where_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alive = Alive("Copie")
    alive(0.1)
    monkeypatch.setattr(module, "SIGN_OF_LIFE", 0.0)
    alive(0.5)
    alive()
    assert capsys.readouterr().err == "Copie… 50\u00a0%\nCopie…\n"
