"""La page web est le client une seconde fois : coupée aux mêmes endroits, et en étages."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support.processes import ROOT

pytestmark = pytest.mark.shape

PAGE = ROOT / "bonus/page"
TESTS = ROOT / "tests/bonus/page"
CHATROOM = ROOT / "bonus/chatroom"
LONG = 25  # lignes : au-delà, un module a le test de son nom
# Coupés exactement de même ; et, à droite, où est le client de Python.
TWINS = {"protocol": "protocol", "core": "client/core"}
# De la page, du bas vers le haut.
FLOORS = ["protocol", "common", "core", "tokens.js", "pictures.js", "network", "view", "app.js"]
# « import … from "…" », et « @import » : un type qui monte est une flèche qui monte.
IMPORT = re.compile(r'\b(?:from|import)\s*"([^"]+)"')
METHOD = re.compile(r"^(?:export (?:async )?function |  (?:get |async )?)([a-z]\w*)\(.*\{$", re.M)
WORDS = {"constructor", "if", "for", "while", "switch", "catch"}
# Ce que le protocole et le noyau n'ont pas à connaître : ni réseau, ni page, ni heure.
OUTSIDE = re.compile(
    r"WebSocket|\bawait\b|document\.|window\.|localStorage|setTimeout|Date\.|performance"
)


def modules(folder: Path) -> set[str]:
    return {file.stem for file in folder.iterdir() if file.suffix in {".js", ".py"}} - {"__init__"}


@pytest.mark.parametrize("folder", TWINS)
def test_twins_are_cut_alike(folder: str) -> None:
    assert modules(PAGE / folder) == modules(CHATROOM / TWINS[folder])


def test_what_both_have_is_at_the_same_place() -> None:
    """Le visage et la connexion diffèrent : un navigateur a son écran, et il fait TLS sans nous."""
    assert modules(PAGE / "common") <= modules(CHATROOM / "common")
    assert modules(PAGE) - {"app"} <= modules(CHATROOM / "client")
    assert modules(PAGE / "network") & modules(CHATROOM / "client/network") == {"link"}


def public(file: Path) -> set[str]:
    """Les fonctions et les méthodes d'un module de Python, nommées comme en JavaScript."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return {
        re.sub("_(.)", lambda found: found[1].upper(), name)
        for name in names
        if not name.startswith("_")
    }


@pytest.mark.parametrize("name", sorted(modules(PAGE / "core")))
def test_the_cores_know_how_to_do_the_same_things(name: str) -> None:
    found = set(METHOD.findall((PAGE / f"core/{name}.js").read_text("utf-8"))) - WORDS
    found -= {"length"}  # __len__
    assert found == public(CHATROOM / f"client/core/{name}.py")


def imports() -> Iterator[tuple[Path, Path]]:
    """Qui importe qui, dans la page."""
    for file in sorted(PAGE.rglob("*.js")):
        for name in IMPORT.findall(file.read_text("utf-8")):
            assert name.startswith("."), f"{name} : rien ne vient d'ailleurs"
            imported = (file.parent / name).resolve()
            assert imported.is_file(), (file, name)
            yield file.relative_to(PAGE), imported.relative_to(PAGE)


def test_a_floor_imports_only_what_lies_below() -> None:
    for importer, name in imports():
        above, below = (FLOORS.index(one.parts[0]) for one in (importer, name))
        assert below <= above, (importer, name)


def test_no_circle_of_files() -> None:
    graph: dict[Path, set[Path]] = {}
    for importer, name in imports():
        graph.setdefault(importer, set()).add(name)
    assert len(graph) > 30
    TopologicalSorter(graph).prepare()  # CycleError, qui montre le cercle


def test_no_import_has_a_computed_name() -> None:
    for file in PAGE.rglob("*.js"):
        assert not re.search(r"\bimport\s*\(", file.read_text("utf-8")), file


@pytest.mark.parametrize("folder", ["protocol", "common", "core"])
def test_protocol_and_core_know_no_socket_no_page_no_clock(folder: str) -> None:
    for file in (PAGE / folder).glob("*.js"):
        assert not OUTSIDE.findall(file.read_text("utf-8")), file.name


def has_code(text: str) -> bool:
    """Faux d'un module qui ne dit que des types : tout y est commentaire."""
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S).split() != ["export", "{};"]


def test_each_module_has_the_test_of_its_name() -> None:
    """Au même endroit : on le trouve sans le chercher, et le module s'éprouve sans les autres."""
    texts = {file.relative_to(PAGE): file.read_text("utf-8") for file in PAGE.rglob("*.js")}
    long = [one for one, text in texts.items() if len(text.splitlines()) > LONG and has_code(text)]
    assert len(long) > 30
    tests = {one: TESTS / one.with_name(f"test_{one.stem}.py") for one in long}
    assert [one for one, test in tests.items() if not test.exists()] == []
