"""Lancer le correcteur de n'importe où, et jusque dans une copie qui se prend pour lui."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.command.cli import PARSERS
from grader.command.exits import GRADER_ERROR, INTERRUPTED, NO_SANDBOX, NOT_FULL, OK
from tests.grader.commandline import HASTY, installed, submission
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


def said(
    command: list[str], folder: Path, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def launched(command: list[str], folder: Path, **environment: str) -> str:
    result = said([*command, "hint", "II.2.client"], folder, **environment)
    assert (result.returncode, result.stderr) == (OK, "")
    return result.stdout


@pytest.mark.proof
def test_a_copy_that_takes_itself_for_the_grader(copy: Path) -> None:
    trap = (copy / "rich.py").read_text(encoding="utf-8")
    (copy / "grader").mkdir()
    for name in ("grader.py", "grader/__init__.py", "grader/__main__.py"):
        (copy / name).write_text(trap, encoding="utf-8")
    assert launched(FROM_ANYWHERE, copy).startswith("II.2.client")
    assert not (copy / "pris").exists()


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(installed(tmp_path_factory.mktemp("installe")))


@pytest.mark.proof
def test_a_copy_that_takes_itself_for_the_installed_grader(copy: Path, command: str) -> None:
    trap = (copy / "rich.py").read_text(encoding="utf-8")
    for name in ("grader", "correcteur_tp6", "correcteur_tp6/grader"):
        (copy / name).mkdir()
        for file in ("__init__.py", "__main__.py"):
            (copy / name / file).write_text(trap, encoding="utf-8")
    assert launched([command], copy).startswith("II.2.client")
    assert not (copy / "pris").exists()


@pytest.mark.parametrize("name", ["", *PARSERS])
def test_installed_it_goes_by_its_own_name(name: str, command: str, tmp_path: Path) -> None:
    shown = said([command, *filter(None, [name, "--help"])], tmp_path)
    assert shown.stdout.startswith(f"Usage : correcteur {name}".rstrip())
    assert "python -m grader" not in shown.stdout
    assert (shown.returncode, shown.stderr) == (OK, "")


def test_installed_it_says_how_to_install_it_again(command: str, tmp_path: Path) -> None:
    shown = said(["-S", command, "hint", "II"], tmp_path)
    assert re.fullmatch(
        r"Il manque le module \w+ : l'installation du correcteur est incomplète ; "
        r"pipx reinstall correcteur-tp6 la refait\.\n",
        shown.stderr,
    )
    assert shown.returncode == GRADER_ERROR


@pytest.mark.proof
def test_installed_it_judges_the_folder_one_is_in(command: str, tmp_path: Path) -> None:
    """Il n'a pas de dépôt à juger, ni rien qui soit à lui."""
    folder = submission(tmp_path / "copie", HASTY)
    shown = said([command, "step", "I.1.sync", "--sandbox", "none", "--seed", "5"], folder)
    assert (shown.returncode, shown.stderr) == (NOT_FULL, "")
    assert shown.stdout.startswith("copie ")
    assert "indice     correcteur hint I.1.sync.counts\n" in shown.stdout
    refused = said([command, "step", "I.1.sync"], folder, PATH="/absent")
    assert refused.returncode == NO_SANDBOX
    assert "`correcteur doctor` dit comment y remédier" in refused.stderr


def test_only_one_file_names_the_command_to_type() -> None:
    """Installé, ce n'est plus la même."""
    texts = [path for path in (ROOT / "grader").rglob("*") if path.suffix != ".pyc"]
    naming = [path for path in texts if path.is_file() and b"python -m grader" in path.read_bytes()]
    assert {path.name for path in naming} == {"origin.py", "__main__.py"}


@pytest.mark.proof
def test_its_modules_are_not_ours(copy: Path) -> None:
    (copy / "sitecustomize.py").unlink()  # PYTHONPATH le donne à Python, bien avant nous
    assert launched(AS_A_MODULE, copy, PYTHONPATH=str(ROOT)).startswith("II.2.client")
    assert launched(AS_A_MODULE, copy, PYTHONPATH=f"{ROOT}:.:").startswith("II.2.client")
    assert not (copy / "pris").exists()


@pytest.mark.proof
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


def test_stopped_before_it_can_say_anything(tmp_path: Path) -> None:
    """Ctrl-C, pendant que s'importe de quoi répondre."""
    early = (
        "import sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'grader.command.cli': raise KeyboardInterrupt\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "sys.meta_path.insert(0, Stop())\n"
        "from grader.__main__ import main\n"
        "sys.exit(main())\n"
    )
    answer = said(["-c", early], tmp_path)
    assert (answer.returncode, answer.stderr) == (INTERRUPTED, "")
