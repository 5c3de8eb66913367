"""Le correcteur installé (pipx install .) : ce que contient son paquet, et sa commande."""

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from grader.command.exits import NOT_FULL, OK
from tests.grader.commandline import submission
from tests.support.imports import imported
from tests.support.processes import ENVIRONMENT, ROOT

NAME = "correcteur_tp6"
METADATA = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
BROUGHT = {"yarl", "markupsafe"}  # par aiohttp et jinja2, qui nous en donnent
# Ne compte que si le correcteur, dans l'environnement qu'il prête, ne se voit pas.
CURIOUS = f"""
import aiohttp, glob, os, sys
places = glob.glob(sys.prefix + "/lib*/python3*/site-packages/{NAME}")
assert places and not any(map(os.listdir, places))
"""


def needed() -> set[str]:
    """Ce dont le correcteur a besoin : les paquets du sujet, et son groupe."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    return {*(ROOT / "requirements.txt").read_text("utf-8").split(), *groups["grader"]}


def test_all_it_imports_is_installed_with_it() -> None:
    files = [file for part in ("grader", "wording") for file in (ROOT / part).rglob("*.py")]
    modules = {name.split(".")[0] for file in files for name in imported(file, "grader")}
    found = packages_distributions()
    assert {one.lower() for name in modules for one in found.get(name, ())} <= needed() | BROUGHT


def done(*command: "str | Path", folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paquet")
    pip = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps")
    made = done(*pip, "-w", folder, ".", folder=ROOT)
    assert made.returncode == 0, f"make groups demande un registre de paquets :\n{made.stderr}"
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def command(wheel: Path) -> Path:
    """Ce qu'en installe pip, dans un environnement neuf."""
    place = wheel.parent / "neuf"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    pip = (place / "bin/pip", "install", "-q", "-c", "constraints.txt")
    installed = done(*pip, wheel, folder=ROOT)
    assert installed.returncode == 0, installed.stderr
    return place / "bin/correcteur"


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """Chacun de ses modules laisse une trace si le correcteur l'importe."""
    trap = f"open({str(tmp_path / 'pris')!r}, 'a').write(__name__)\n"
    names = ["rich", "pyte", "jinja2", "json", "typing", "sitecustomize", "wording/__init__"]
    names += ["grader/__init__", "grader/__main__", f"{NAME}/__init__", f"{NAME}/grader/__main__"]
    yield submission(tmp_path / "copie", {f"{name}.py": trap for name in names})
    assert not (tmp_path / "pris").exists()


@pytest.mark.registry
def test_the_package_holds_the_grader_and_only_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    ours = {"VERSION"} | {
        str(file.relative_to(ROOT))
        for part in ("grader", "wording")
        for file in (ROOT / part).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    about = f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"
    assert held == {f"{NAME}/{one}" for one in ours} | {f"{about}/{one}" for one in METADATA}


@pytest.mark.registry
def test_the_package_names_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (file,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        told = message_from_bytes(archive.read(file))
    assert set(told.get_all("Requires-Dist", ())) == needed()
    assert f"{told['Version']}\n" == (ROOT / "VERSION").read_text("ascii")


@pytest.mark.registry
def test_it_answers_from_the_folder_of_a_hostile_copy(command: Path, copy: Path) -> None:
    version = done(sys.executable, "-m", "grader", "--version", folder=ROOT)
    for arguments, begins in (
        (["--version"], version.stdout),
        (["hint", "II.5"], "II.5.client  Client : un pseudo\n"),
        (["doctor"], "✓ Linux"),
    ):
        told = done(command, *arguments, folder=copy)
        assert (told.returncode, told.stderr) == (OK, ""), arguments
        assert told.stdout.startswith(begins)


@pytest.mark.registry
@pytest.mark.sandbox
def test_it_judges_a_copy_that_does_not_see_it(command: Path, copy: Path, tmp_path: Path) -> None:
    for name in ("json.py", "typing.py"):  # la copie, elle, les importerait
        (copy / name).unlink()
    script = (ROOT / "part1/sleep_and_print.py").read_text("utf-8")
    submission(copy, {"sleep_and_print.py": f"{CURIOUS}\n{script}"})
    report = tmp_path / "rapport.json"
    graded = done(command, "step", "I.1.sync", "--json", report, folder=copy)
    assert (graded.returncode, graded.stderr) == (OK, "")
    again = done(command, "replay", report, "--step", "I.1.sync", folder=tmp_path)
    assert (again.returncode, again.stderr) == (OK, "")


@pytest.mark.registry
def test_it_says_what_a_copy_lacks(command: Path, copy: Path) -> None:
    submission(copy, {"sleep_and_print.py": "print(1)\n"})
    graded = done(command, "step", "I.1.sync", "--sandbox", "none", folder=copy)
    assert (graded.returncode, graded.stderr) == (NOT_FULL, "")
    assert "correcteur hint I.1.sync.counts" in graded.stdout
