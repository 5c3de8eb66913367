"""Les journaux : complets, fidèles, et qui ne font jamais attendre."""

import fcntl
import os
import re
import resource
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest
from chatroom.common import logs
from chatroom.common.logs import Log, open_log
from chatroom.protocol import ChatError

from tests.support.processes import ENVIRONMENT, ROOT, limited
from tests.support.waiting import DEADLINE, wait_until

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d ")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Le dossier d'état ; /var/log/chat_room est impossible, même pour root."""
    (tmp_path / "fichier").touch()
    monkeypatch.setattr(logs, "SYSTEM_FOLDER", tmp_path / "fichier/chat_room")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "etat"))
    return tmp_path / "etat/chat_room"


@contextmanager
def opened(folder: Path, console: TextIO | None = None) -> Iterator[Log]:
    log = open_log("server", folder, console, pytest.fail)
    try:
        yield log
    finally:
        log.close()


def texts(path: Path) -> list[str]:
    """Les lignes d'un journal, dont chacune doit être datée."""
    lines = path.read_text().splitlines()
    for line in lines:
        assert STAMP.match(line), line
    return [STAMP.sub("", line, count=1) for line in lines]


class Screen:
    """Une console au bout d'un tube, qu'on lit quand on veut."""

    def __init__(self) -> None:
        self._end, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        self.console = os.fdopen(writing, "w", encoding="utf-8")
        self.shown = ""

    def read(self) -> str:
        """Ce qui est arrivé depuis le début, lu jusqu'ici."""
        ready, _, _ = select.select([self._end], [], [], DEADLINE)
        assert ready, f"rien de plus sur la console, après :\n{self.shown[-500:]}"
        self.shown += os.read(self._end, 65_536).decode()
        return self.shown

    def read_until(self, text: str) -> str:
        wait_until(lambda: text in self.shown or text in self.read(), lambda: self.shown)
        return self.shown

    def close(self) -> None:
        """Lit tout, pour libérer qui attendrait, et ferme."""
        self.console.close()
        while os.read(self._end, 65_536):
            pass
        os.close(self._end)


@pytest.fixture
def screen() -> Iterator[Screen]:
    screen = Screen()
    before = set(threading.enumerate())
    yield screen
    if not screen.console.closed:
        while set(threading.enumerate()) - before:  # ils écrivent encore : on les laisse finir
            os.set_blocking(screen._end, False)
            try:
                os.read(screen._end, 65_536)
            except BlockingIOError:
                time.sleep(0.005)
        screen.close()


def test_lines_are_written_with_their_date(tmp_path: Path) -> None:
    before = time.strftime("%Y-%m-%dT%H:%M:%S")
    with opened(tmp_path) as log:
        assert log.path == tmp_path / "server.log"
        log.write("une", "deux")
        log.write()
        log.write("« trois », été")
    after = time.strftime("%Y-%m-%dT%H:%M:%S")
    assert texts(tmp_path / "server.log") == ["une", "deux", "« trois », été"]
    for line in (tmp_path / "server.log").read_text().splitlines():
        assert before <= line[:19] <= after


def test_a_log_is_continued(tmp_path: Path) -> None:
    for text in ("hier", "aujourd'hui"):
        with opened(tmp_path) as log:
            log.write(text)
    assert texts(tmp_path / "server.log") == ["hier", "aujourd'hui"]


def test_the_console_shows_the_time(tmp_path: Path, screen: Screen) -> None:
    with opened(tmp_path, screen.console) as log:
        log.write("une", "deux é")
        shown = screen.read_until("deux é\n")
    assert re.fullmatch(r"\[\d\d:\d\d:\d\d\] une\n\[\d\d:\d\d:\d\d\] deux é\n", shown)


def test_a_text_cannot_forge_a_line(tmp_path: Path, screen: Screen) -> None:
    forged = "salut\n2026-01-01T00:00:00 it4 est parti\r\x1b[2J\u2028x\x85y\u202ez\ud800"
    shown = "salut�2026-01-01T00:00:00 it4 est parti��[2J�x�y�z�"
    with opened(tmp_path, screen.console) as log:
        log.write(forged)
        assert shown in screen.read_until("z�\n")
    assert texts(tmp_path / "server.log") == [shown]


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    path.touch(0o666)
    with opened(tmp_path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_files_rotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (logs.ROTATION, logs.KEPT) == (5_000_000, 5)
    monkeypatch.setattr(logs, "ROTATION", 1000)
    with opened(tmp_path) as log:
        for number in range(100):
            log.write(f"{number:03d} " + "x" * 100)
    names = {"server.log", *(f"server.log.{number}" for number in range(1, 6))}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert all(path.stat().st_size < 1000 for path in tmp_path.iterdir())
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    order = ["server.log", *(f"server.log.{number}" for number in range(1, 6))][::-1]
    kept = [int(text[:3]) for name in order for text in texts(tmp_path / name)]
    assert kept == list(range(kept[0], 100))


def test_the_usual_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Path("/var/log/chat_room") == logs.SYSTEM_FOLDER
    monkeypatch.setattr(logs, "SYSTEM_FOLDER", tmp_path / "var/log/chat_room")
    log = open_log("client", None, None, pytest.fail)
    log.close()
    assert log.path == tmp_path / "var/log/chat_room/client.log"


def test_else_the_state_folder_which_is_said(state: Path) -> None:
    said: list[str] = []
    log = open_log("client", None, None, said.append)
    log.write("bonjour")
    log.close()
    assert texts(state / "client.log") == ["bonjour"]
    assert log.path == state / "client.log"
    assert state.stat().st_mode & 0o777 == 0o700
    system = logs.SYSTEM_FOLDER
    assert said == [f"Journal : {log.path} ({system} n'est pas accessible en écriture)."]


def test_nowhere_at_all_is_said_and_the_console_remains(
    state: Path, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(state.parents[1] / "fichier"))
    said: list[str] = []
    log = open_log("client", None, screen.console, said.append)
    log.write("bonjour")
    screen.read_until("] bonjour\n")
    log.close()
    assert log.path is None
    assert len(said) == 1
    assert said[0].startswith("Pas de journal : ni dans ")


def test_a_folder_that_was_asked_for_must_do(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    for folder in (tmp_path / "fichier", tmp_path / "fichier/dessous"):
        with pytest.raises(ChatError, match="un fichier tient la place d'un dossier"):
            open_log("server", folder, None, pytest.fail)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_an_ordinary_file_will_do(tmp_path: Path, kind: str) -> None:
    """Dans un dossier ouvert à tous, un autre a pu préparer un piège sous ce nom."""
    path = tmp_path / "server.log"
    if kind == "link":
        path.symlink_to(tmp_path / "ailleurs")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(ChatError, match=r"lien|ordinaire|dossier\."):
        open_log("server", tmp_path, None, pytest.fail)
    assert not (tmp_path / "ailleurs").exists()


def test_a_pipe_somebody_reads_is_refused_too(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "server.log")
    reader = os.open(tmp_path / "server.log", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(ChatError, match="ordinaire"):
            open_log("server", tmp_path, None, pytest.fail)
    finally:
        os.close(reader)


@pytest.mark.parametrize("gesture", ["delete", "rename"])
def test_a_file_that_went_away_is_made_again(tmp_path: Path, gesture: str) -> None:
    path = tmp_path / "server.log"
    with opened(tmp_path) as log:
        log.write("avant")
        wait_until(path.read_text, "rien d'écrit")
        if gesture == "delete":
            path.unlink()
        else:
            path.rename(tmp_path / "server.log.1")
        log.write("après")
    assert texts(path) == ["après"]


def test_a_disk_that_refuses_is_said_once_and_forgiven(tmp_path: Path, screen: Screen) -> None:
    path = tmp_path / "server.log"
    with opened(tmp_path, screen.console) as log:
        log.write("avant")
        wait_until(path.read_text, "rien d'écrit")
        path.unlink()
        path.mkdir()
        log.write("perdue", "perdue aussi")
        log.write("encore")
        screen.read_until(f"Le journal {path} ne s'écrit plus : c'est un dossier.\n")
        log.write("et de quatre")
        log.write("fin")
        screen.read_until("fin\n")
        wait_until(lambda: log.lost == 5, "des lignes encore à écrire")
        path.rmdir()
        log.write("après")
    assert screen.shown.count("ne s'écrit plus") == 1
    assert texts(path) == ["… 5 lignes perdues", "après"]


def test_a_full_disk(tmp_path: Path) -> None:
    """Pas de console ici : c'est `say` qui l'entend."""
    said: list[str] = []
    path = tmp_path / "server.log"
    log = open_log("server", tmp_path, None, said.append)
    log.write("avant")
    wait_until(path.read_text, "rien d'écrit")
    with limited(resource.RLIMIT_FSIZE, path.stat().st_size):
        log.write("perdue")
        wait_until(lambda: log.lost == 1, "rien de perdu")
    log.write("après")
    log.close()
    assert texts(path) == ["avant", "… 1 ligne perdue", "après"]
    assert said == [f"Le journal {path} ne s'écrit plus : le fichier serait trop gros."]


def test_nobody_waits_for_a_console_that_nobody_reads(tmp_path: Path, screen: Screen) -> None:
    """Le tube est plein : ni l'appelant, ni le fichier, ni la fin n'attendent."""
    with opened(tmp_path, screen.console) as log:
        for number in range(1000):
            log.write(f"ligne {number} " + "x" * 100)
        wait_until(lambda: len(texts(tmp_path / "server.log")) == 1000, "le fichier attend")
        start = time.monotonic()
        log.close()
        assert time.monotonic() - start < logs.CLOSING + 0.5
        log.write("fermé")
    assert len(texts(tmp_path / "server.log")) == 1000


def test_lines_that_do_not_fit_are_counted_in_their_place(
    tmp_path: Path, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "WAITING", 4000)
    with opened(tmp_path, screen.console) as log:
        log.write("x" * 10_000)  # plus que la borne, mais rien n'attend ; le tube en est plein
        screen.read_until("x" * 1000)
        log.write("première")
        log.write(*["trop"] * 40)
        log.write(*["vraiment trop"] * 41)
        log.write("deuxième")  # assez courte pour ce qui reste
        log.write(*["encore trop"] * 40)
        screen.read_until("… 40 lignes perdues\n")
        log.write("dernière")
        screen.read_until("dernière\n")
        texts_shown = [line[11:] for line in screen.shown.splitlines()]
    assert texts_shown[1:] == [
        "première",
        "… 81 lignes perdues",
        "deuxième",
        "… 40 lignes perdues",
        "dernière",
    ]


def test_a_console_that_does_not_block_loses_nothing(tmp_path: Path, screen: Screen) -> None:
    os.set_blocking(screen.console.fileno(), False)
    with opened(tmp_path, screen.console) as log:
        log.write(*(f"ligne {number}" for number in range(2000)))
        log.write("fin")
        screen.read_until("fin\n")
    assert [line[11:] for line in screen.shown.splitlines()[:-1]] == [
        f"ligne {number}" for number in range(2000)
    ]


def test_a_console_that_is_gone_is_nobody_s_trouble(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as console, opened(tmp_path, console) as log:
        log.write("une")
        log.write("deux")
    assert texts(tmp_path / "server.log") == ["une", "deux"]


def test_threads_may_share_a_log(tmp_path: Path) -> None:
    with opened(tmp_path) as log:

        def work(name: int) -> None:
            for number in range(100):
                log.write(f"{name} {number} a", f"{name} {number} b")

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = texts(tmp_path / "server.log")
    assert [line[:-1] + "b" for line in lines[::2]] == lines[1::2]
    assert len(set(lines)) == 800


BLOCKED = """
import sys
from pathlib import Path
sys.path.insert(0, "bonus")
from chatroom.common.logs import open_log
log = open_log("server", Path(sys.argv[1]), sys.stdout, sys.exit)
for number in range(2000):
    log.write("x" * 100)
log.close()
"""


def test_a_process_whose_console_is_blocked_can_end(tmp_path: Path) -> None:
    """Ni le verrou de sys.stdout ni logging.shutdown ne doivent retenir Python à la fin."""
    reading, writing = os.pipe()
    try:
        child = subprocess.Popen(
            [sys.executable, "-c", BLOCKED, str(tmp_path)],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=writing,
            stderr=subprocess.PIPE,
        )
        _, errors = child.communicate(timeout=DEADLINE)
    finally:
        os.close(writing)
        os.close(reading)
    assert (child.returncode, errors) == (0, b"")
    assert len(texts(tmp_path / "server.log")) == 2000


def test_closed_it_keeps_no_file_open(tmp_path: Path) -> None:
    """Ni à la fin, ni quand le fichier a été renommé sous nos pieds."""
    before = set(Path("/proc/self/fd").iterdir())
    with opened(tmp_path) as log:
        log.write("un")
        wait_until(lambda: texts(tmp_path / "server.log") == ["un"], "rien n'est écrit")
        (tmp_path / "server.log").rename(tmp_path / "autre")
        log.write("deux")
    assert texts(tmp_path / "server.log") == ["deux"]
    assert set(Path("/proc/self/fd").iterdir()) == before
