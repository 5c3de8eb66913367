"""Ce que le projet promet de lui-même, et qu'un outil ordinaire ne vérifie pas."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.support.imports import imported
from tests.support.processes import ROOT

pytestmark = pytest.mark.shape

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


def names(files: Iterable[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def test_scripts_are_short() -> None:
    short = [file for file in SCRIPTS if file.name != "mesure.py"]
    assert names(file for file in short if not 20 <= len(lines(file)) <= 110) == []


def test_scripts_are_standalone() -> None:
    neighbours = {script.stem for script in SCRIPTS} | {"mesure_support"}
    alone = [file for file in SCRIPTS if file.name != "mesure.py"]
    assert names(file for file in alone if imported(file, "part1") & neighbours) == []


def test_files_stay_small() -> None:
    assert names(file for file in [*OURS, *PAGE] if len(lines(file)) > 400) == []
    assert names(file for file in PAGE if max(map(len, lines(file))) > 120) == []


def test_modules_have_a_test_file_of_their_name() -> None:
    folders = ("benchmarks/**/*.py", "wording/*.py", "bonus/*.py")
    modules = [path for folder in folders for path in ROOT.glob(folder) if len(lines(path)) > 25]
    mirrored = {path: path.relative_to(ROOT).with_name(f"test_{path.name}") for path in modules}
    assert modules
    assert names(path for path in modules if not (ROOT / "tests" / mirrored[path]).is_file()) == []


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_stay_small() -> None:
    long = [
        f"{file.relative_to(ROOT)} : {node.name}"
        for file in OURS
        for node in functions(file)
        if (node.end_lineno or 0) - node.lineno >= 50
    ]
    assert long == []


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
    urls = lines(ROOT / "urls.txt")
    hosts = {url.split("/")[2] for url in urls if url.startswith("https://")}
    assert len(hosts) == 10
    assert "https://www.ynov.com" in urls


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
    found = [path for path in TEXTS if path != here and forbidden.search(path.read_text("utf-8"))]
    assert names(found) == []
