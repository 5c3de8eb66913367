"""Ce qu'on sait d'une copie avant de la lancer : chaque script, et le Python qu'il lui faut."""

import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from grader.discovery.confined import Sandbox
from grader.discovery.interpreters import Interpreter
from grader.engine import preparing
from grader.engine.catalogue import steps
from grader.engine.preparing import NoInterpreterError, prepare
from tests.grader.discovery.copies import OURS

# Lire la copie, c'est un fork ; pytest-xdist a un fil à lui, ce dont Python 3.12 s'inquiète.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
FETCHER = "import requests, sys\nprint(requests.get(sys.argv[1]))\n"
MEASURE = """
import subprocess, sys, time
start = time.time()
subprocess.run([sys.executable, "web_sync_multiple.py", sys.argv[1]])
print(time.time() - start)
"""


def interpreter(minor: int, *modules: str) -> Interpreter:
    """Le Python de ces tests, qui se dirait d'une autre version."""
    standard = frozenset(sys.stdlib_module_names)
    return replace(OURS, version=(3, minor, 0), modules=frozenset(modules), standard=standard)


BARE, FURNISHED = interpreter(13), interpreter(11, "requests")


def machine(monkeypatch: pytest.MonkeyPatch, *interpreters: Interpreter) -> None:
    monkeypatch.setattr(preparing, "find_interpreters", lambda _modules: list(interpreters))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "sleep_and_print.py").write_text("import time\nprint(1)\ntime.sleep(0.5)\n")
    (tmp_path / "web_sync_multiple.py").write_text(FETCHER)
    (tmp_path / "mesure.py").write_text(MEASURE)
    return tmp_path


@pytest.mark.sandbox
def test_the_newest_python_that_has_the_modules(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, BARE, FURNISHED)
    scripts = prepare(copy, steps()).scripts
    assert scripts["I.1.sync"].version == BARE.label
    assert scripts["I.2.sync_multiple"].version == FURNISHED.label


@pytest.mark.sandbox
def test_a_script_that_launches_others_needs_their_modules(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Il les lance avec sys.executable ; lui-même n'importe rien."""
    machine(monkeypatch, BARE, FURNISHED)
    assert prepare(copy, steps()).scripts["I.2.mesure"].version == FURNISHED.label


def test_no_python_at_all(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    with pytest.raises(NoInterpreterError, match=r"Python 3\.11"):
        prepare(copy, steps())


@pytest.mark.sandbox
def test_a_module_that_the_machine_lacks_is_told(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, BARE)
    prepared = prepare(copy, steps())
    said = "Python 3.13.0 n'a pas le module requests sur cette machine"
    assert prepared.unavailable == dict.fromkeys(("I.2.sync_multiple", "I.2.mesure"), said)
    assert prepared.broken == {}


@pytest.mark.sandbox
def test_the_requirements_of_the_copy_count(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copy / "sleep_and_print.py").write_text("import numpy\n")
    machine(monkeypatch, BARE, FURNISHED)
    assert prepare(copy, steps()).unavailable == {}  # son ImportError sera la sienne
    (copy / "requirements.txt").write_text("numpy==2.0\n")
    said = "Python 3.13.0 n'a pas le module numpy sur cette machine"
    assert prepare(copy, steps()).unavailable == {"I.1.sync": said}


@pytest.mark.parametrize("sandbox", ["bwrap", "none"])
def test_what_python_cannot_read_is_told(
    copy: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    (copy / "sleep_and_print.py").write_bytes("# début\nprint(1)\n".encode("cp1252"))
    (copy / "mesure.py").write_bytes(b"# -*- coding: cp1252 -*-\nprint('\xe9')\n")
    machine(monkeypatch, FURNISHED)
    prepared = prepare(copy, steps(), sandbox)
    said = "illisible : enregistré en Windows-1252 (ou latin-1), alors que Python attend de l'UTF-8"
    assert prepared.broken == {"I.1.sync": said}
    assert prepared.scripts["I.2.mesure"].sources[0].strings == ("é",)


def test_a_python_that_does_not_start_in_the_sandbox(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, replace(FURNISHED, path=Path("/absent")))
    with pytest.raises(NoInterpreterError, match="ne démarre dans le bac à sable"):
        prepare(copy, steps())


@pytest.mark.sandbox
def test_two_scripts_stand_in_for_a_missing_measure(copy: Path) -> None:
    (copy / "mesure.py").unlink()
    assert "I.2.mesure" not in prepare(copy, steps()).found
    (copy / "web_async_multiple.py").write_text("import asyncio\n")
    prepared = prepare(copy, steps())
    assert prepared.found["I.2.mesure"].note == preparing.NO_MEASURE
    assert prepared.scripts["I.2.mesure"].path == prepared.scripts["I.2.sync_multiple"].path


@pytest.mark.sandbox
def test_a_person_chooses_a_script(copy: Path) -> None:
    (copy / "brouillon.py").write_text(FETCHER)
    chosen = {"I.2.sync": PurePosixPath("brouillon.py"), "I.2.async": PurePosixPath("absent.py")}
    prepared = prepare(copy, steps(), chosen=chosen)
    assert prepared.scripts["I.2.sync"].path == chosen["I.2.sync"]
    assert prepared.submission.notes == [
        "I.2.async : le fichier choisi, absent.py, n'est pas un script de la copie"
    ]
