"""Le correcteur dans un terminal, et ce qu'il laisse quand on l'interrompt : rien."""

import re
import signal
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.command.exits import INTERRUPTED, NOT_FULL
from tests.grader.commandline import HASTY, processes, submission
from tests.support.processes import Process
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until

pytestmark = pytest.mark.proof

BOUND = 60.0  # secondes, pour une machine très chargée ; d'ordinaire, une
NOHUP = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.fixture
def folder() -> Iterator[Path]:
    """Pas un dossier de pytest : l'utilisateur d'une cellule n'y entrerait pas."""
    with tempfile.TemporaryDirectory(prefix="tp6-ligne-", dir="/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        (place / "places").mkdir()
        yield place


def endless(folder: Path) -> tuple[Path, str]:
    """Une copie qui ne finit pas, et ce qui, dans leurs commandes, désigne ses processus."""
    marker = f"marque{uuid.uuid4().hex}"
    # Il ne dort pas pour de bon, ce qui le ferait juger, et arrêter, aussitôt.
    source = "import time\nprint(1, flush=True)\nwhile True:\n    time.sleep(0.1)\n"
    return submission(folder / "copie", {f"{marker}/sleep_and_print.py": source}), marker


@pytest.mark.sandbox
def test_ctrl_c_in_the_middle(folder: Path) -> None:
    copy, marker = endless(folder)
    report, places = folder / "rapport.json", folder / "places"
    arguments = [str(copy), "--json", str(report)]
    with Terminal("-m", "grader", *arguments, TMPDIR=str(places)) as terminal:
        wait_until(lambda: processes(marker), lambda: terminal.text, BOUND)
        terminal.press("\x03")
        assert terminal.wait(BOUND) == INTERRUPTED
        assert terminal.text.endswith("Correction interrompue.")
        assert "Traceback" not in terminal.text
        assert b"Correction" in terminal.raw  # la barre
        assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")  # le curseur
    wait_until(lambda: not processes(marker), lambda: str(processes(marker)))
    assert list(places.iterdir()) == []
    assert not report.exists()


@pytest.mark.parametrize(
    ("number", "code", "sandbox"),
    [
        (signal.SIGTERM, 143, "bwrap"),
        pytest.param(
            *(signal.SIGHUP, 129, "none"), marks=pytest.mark.skipif(NOHUP, reason="sous nohup")
        ),
        (signal.SIGKILL, -9, "bwrap"),
        (signal.SIGKILL, -9, "none"),
    ],
)
def test_killed_in_the_middle(
    number: signal.Signals, code: int, sandbox: str, folder: Path
) -> None:
    copy, marker = endless(folder)
    places = folder / "places"
    arguments = [str(copy), "--sandbox", sandbox]
    with Process("-m", "grader", *arguments, TMPDIR=str(places)) as process:
        wait_until(lambda: processes(marker), lambda: process.err, BOUND)
        process.popen.send_signal(number)
        assert process.wait(BOUND) == code
        assert (process.out, process.err) == ("", "")
    # Le noyau s'en charge aussitôt ; le contrôle, lui, finirait au bout de quatorze secondes.
    wait_until(lambda: not processes(marker), lambda: str(processes(marker)), 7)
    if number != signal.SIGKILL:  # qui ne laisse le temps de rien
        assert list(places.iterdir()) == []


@pytest.mark.sandbox
def test_on_a_narrow_terminal_in_colors(tmp_path: Path) -> None:
    copy = submission(tmp_path, HASTY)
    environment = {"NO_COLOR": "", "COLUMNS": "", "LINES": ""}
    with Terminal("-m", "grader", str(copy), columns=60, lines=100, **environment) as terminal:
        assert terminal.wait(BOUND) == NOT_FULL
        assert b"Correction" in terminal.raw
        assert "Correction" not in terminal.text  # la barre s'efface
        assert "Note : 0 / 20" in terminal.text
        assert re.search(rb"\x1b\[(\d;)*3\d(;\d)*m", terminal.raw)  # du rouge, du vert…
        lines = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", terminal.raw).decode().splitlines()
        report = lines[next(n for n, line in enumerate(lines) if line.startswith("Étape")) :]
        assert max(len(line.rstrip()) for line in report) <= 60


@pytest.mark.sandbox
def test_no_color(tmp_path: Path) -> None:
    copy = submission(tmp_path, HASTY)
    with Terminal("-m", "grader", str(copy), NO_COLOR="1") as terminal:
        assert terminal.wait(BOUND) == NOT_FULL
        assert not re.search(rb"\x1b\[[0-9;]*[34][0-7][;m]", terminal.raw)


DURING_A_FORK = """
import os, signal, sys
os.register_at_fork(before=lambda: os.kill(os.getpid(), signal.SIGTERM))
from grader.command.cli import main
from grader.command.process import as_process
sys.exit(as_process(main))
"""


def test_killed_during_a_fork(folder: Path) -> None:
    """Python oublierait l'arrêt qu'on lui demande à ce moment-là."""
    copy, marker = endless(folder)
    arguments = [str(copy), "--sandbox", "none"]
    with Process("-c", DURING_A_FORK, *arguments, TMPDIR=str(folder / "places")) as process:
        assert process.wait(BOUND) == 143
    assert process.err == ""
    wait_until(lambda: not processes(marker), lambda: str(processes(marker)))
