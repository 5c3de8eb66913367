"""Ce que le projet promet de lui-même, et qu'un outil ordinaire ne vérifie pas."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.support.processes import ROOT

FILES = [
    path
    for path in sorted(ROOT.rglob("*"))
    if path.is_file()
    and not re.search(r"/(\.(?!ci/)|__pycache__|node_modules)", f"/{path.relative_to(ROOT)}")
]
SCRIPTS = sorted([*ROOT.glob("part1/*.py"), *ROOT.glob("part2/*.py")])
# Des copies d'étudiants, des programmes hostiles, et des gestes dont seuls comptent les appels
# système : ils ne sont pas à notre manière, exprès.
FOREIGN = tuple(
    ROOT / "tests/grader" / folder
    for folder in ("submissions", "attacks/scripts", "sandbox/ordinary")
)
OURS = [
    path
    for path in FILES
    if path.suffix == ".py" and not any(path.is_relative_to(folder) for folder in FOREIGN)
]
PAGE = [path for path in FILES if path.suffix in {".js", ".css", ".html"}]
TEXTS = [path for path in FILES if path.suffix not in (".svg", ".png", ".db")]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_are_short_and_standalone(script: Path) -> None:
    if script.name == "mesure.py":
        return
    assert 20 <= len(script.read_text().splitlines()) <= 110
    imported = set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).split(".")[0])
    assert not imported & {neighbour.stem for neighbour in SCRIPTS}
    assert "mesure_support" not in imported


@pytest.mark.parametrize("file", OURS, ids=lambda file: str(file.relative_to(ROOT)))
def test_files_and_functions_stay_small(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name


@pytest.mark.parametrize("file", PAGE, ids=lambda file: str(file.relative_to(ROOT)))
def test_files_of_the_page_stay_small(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 400
    assert max(map(len, lines)) <= 120


def test_requirements_are_the_four_of_the_assignment() -> None:
    requirements = (ROOT / "requirements.txt").read_text().split()
    assert requirements == ["requests", "aiohttp", "aiofiles", "aioconsole"]


def test_every_direct_dependency_is_pinned() -> None:
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    pinned = {name.lower().replace("_", "-") for name in pinned}
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"].values()
    wanted = {
        re.split(r"[<>=]", name)[0].replace("_", "-")
        for group in groups
        for name in group
        if name is str(name)
    }
    wanted |= set((ROOT / "requirements.txt").read_text().split())
    assert wanted <= pinned


def test_url_list_has_ten_sites() -> None:
    lines = (ROOT / "urls.txt").read_text().splitlines()
    hosts = {line.split("/")[2] for line in lines if line.startswith("https://")}
    assert len(hosts) == 10
    assert "https://www.ynov.com" in lines


def test_no_file_is_a_link() -> None:
    command = ["git", "ls-files", "--stage"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("ce dossier n'est pas un dépôt git")
    assert [line for line in tracked.stdout.splitlines() if line.startswith("120000")] == []


def test_no_file_names_a_package_index_or_one_machine() -> None:
    forbidden = re.compile(
        r"index[-_]url|find-links|pypi\.org|/root/(?!\.)|/home/(?!etudiant|prof)\w"
    )
    here = Path(__file__)
    found = [path.name for path in TEXTS if path != here and forbidden.search(path.read_text())]
    assert found == []
