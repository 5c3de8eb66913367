"""Lancer le correcteur de n'importe où, et jusque dans une copie qui se prend pour lui."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.command.exits import NOT_FULL, OK
from tests.grader.commandline import HASTY, submission
from tests.support.processes import ENVIRONMENT, ROOT

FROM_ANYWHERE = [str(ROOT / "grader")]
AS_A_MODULE = ["-m", "grader"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Chacun de ses modules laisse une trace si on l'importe."""
    for name in (
        "rich",
        "json",
        "argparse",
        "asyncio",
        "sitecustomize",
        "pyte",
        "yaml",
        "model",
        "wording",
    ):
        trap = f"open({str(tmp_path / 'pris')!r}, 'a').write({name!r})\n"
        (tmp_path / f"{name}.py").write_text(trap, encoding="utf-8")
    return tmp_path


def launched(command: list[str], folder: Path, **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, *command, "hint", "II.2.client"],
        cwd=folder,
        env=ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (result.returncode, result.stderr) == (OK, "")
    return result.stdout


def test_a_copy_that_takes_itself_for_the_grader(copy: Path) -> None:
    trap = (copy / "rich.py").read_text(encoding="utf-8")
    (copy / "grader").mkdir()
    for name in ("grader.py", "grader/__init__.py", "grader/__main__.py"):
        (copy / name).write_text(trap, encoding="utf-8")
    assert launched(FROM_ANYWHERE, copy).startswith("II.2.client")
    assert not (copy / "pris").exists()


@pytest.mark.proof
def test_its_modules_are_not_ours(copy: Path) -> None:
    (copy / "sitecustomize.py").unlink()  # PYTHONPATH le donne à Python, bien avant nous
    assert launched(AS_A_MODULE, copy, PYTHONPATH=str(ROOT)).startswith("II.2.client")
    assert launched(AS_A_MODULE, copy, PYTHONPATH=f"{ROOT}:.:").startswith("II.2.client")
    assert not (copy / "pris").exists()


def test_from_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "parti"
    gone.mkdir()
    command = f'cd "{gone}" && rmdir "{gone}" && exec "$0" "{ROOT}/grader" hint II.2.client'
    result = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (OK, "")


@pytest.mark.proof
@pytest.mark.sandbox
def test_judges_in_utf8_and_writes_as_the_terminal_reads(tmp_path: Path) -> None:
    """L'analyse des scripts, un dossier accentué : rien ne dépend de la langue de la machine."""
    folder = submission(tmp_path / "élève", HASTY)
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    result = subprocess.run(
        [sys.executable, *AS_A_MODULE, "step", "I.1.sync", folder],
        cwd=ROOT,
        env=ENVIRONMENT | ascii_only,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert (result.returncode, result.stderr) == (NOT_FULL, b"")
    assert result.stdout.decode("ascii").startswith("?l?ve ")
