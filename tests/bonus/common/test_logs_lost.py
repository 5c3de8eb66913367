"""Un journal dont le disque ne suit plus compte ce qu'il perd."""

import threading
from pathlib import Path

import pytest
from chatroom.common import logs
from chatroom.common.logs import open_log

from tests.support.waiting import DEADLINE


def test_what_the_file_has_no_time_for_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Un disque qui ne répond plus : la file se remplit, et ce qui n'y entre pas est perdu."""
    monkeypatch.setattr(logs, "WAITING", 4000)
    writing, answering = threading.Event(), threading.Event()

    def append(*_: object) -> None:
        writing.set()
        answering.wait(DEADLINE)

    monkeypatch.setattr(logs._File, "_append", append)
    log = open_log("server", tmp_path, None, print)
    log.write("première")
    assert writing.wait(DEADLINE)
    log.write("x" * 10_000)
    assert log.lost == 0
    log.write("trop", "vraiment trop")
    assert log.lost == 2
    answering.set()
    log.close()
