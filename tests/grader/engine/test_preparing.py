"""Ce qu'on sait d'une copie avant de la lancer : chaque script, et le Python qu'il lui faut."""

import sys
from pathlib import Path

import pytest

from grader.catalogue import steps
from grader.discovery.interpreters import Interpreter
from grader.engine import preparing
from grader.engine.preparing import NoInterpreterError, prepare

FETCHER = "import requests, sys\nprint(requests.get(sys.argv[1]))\n"
MEASURE = """
import subprocess, sys, time
start = time.time()
subprocess.run([sys.executable, "web_sync_multiple.py", sys.argv[1]])
print(time.time() - start)
"""


def interpreter(minor: int, *modules: str) -> Interpreter:
    path = Path(sys.executable)
    return Interpreter(path, (3, minor, 0), Path(sys.prefix), frozenset(modules), (path.parent,))


BARE, FURNISHED = interpreter(13), interpreter(11, "requests")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "sleep_and_print.py").write_text("import time\nprint(1)\ntime.sleep(0.5)\n")
    (tmp_path / "web_sync_multiple.py").write_text(FETCHER)
    (tmp_path / "mesure.py").write_text(MEASURE)
    return tmp_path


def test_the_newest_python_that_has_the_modules(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "find_interpreters", lambda: [BARE, FURNISHED])
    scripts = prepare(copy, steps()).scripts
    assert scripts["I.1.sync"].version == BARE.label
    assert scripts["I.2.sync_multiple"].version == FURNISHED.label


def test_a_script_that_launches_others_needs_their_modules(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Il les lance avec sys.executable ; lui-même n'importe rien."""
    monkeypatch.setattr(preparing, "find_interpreters", lambda: [BARE, FURNISHED])
    assert prepare(copy, steps()).scripts["I.2.mesure"].version == FURNISHED.label


def test_no_python_at_all(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "find_interpreters", list)
    with pytest.raises(NoInterpreterError, match=r"Python 3\.11"):
        prepare(copy, steps())
