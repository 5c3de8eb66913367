"""La maison du chat : deux programmes et une page, ce qu'ils partagent, et des étages."""

import ast
import builtins
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from tests.support.imports import class_names_used_twice, classes, imported
from tests.support.processes import ROOT

pytestmark = pytest.mark.shape

BONUS = ROOT / "bonus"
CHATROOM = BONUS / "chatroom"
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
COMMON = 1_200  # lignes : au-delà, c'est un troisième programme
ARROW = re.compile(r"^ +(\w+) --> (\w+)$", re.M)
# Dans chaque aile, du bas vers le haut.
FLOORS = {
    "server": ["core", "storage", "transports", "operation"],
    "client": [
        "core",
        "settings",
        "tokens",
        "choices",
        "drawing",
        "pictures",
        "network",
        "faces",
        "start",
    ],
}
# Ce que le protocole et les noyaux n'ont pas à connaître : ni réseau, ni disque, ni heure.
PURE = ["protocol", "server/core", "client/core"]
OUTSIDE = {"asyncio", "os", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "sys"}
OUTSIDE |= {"tempfile", "threading", "time", "datetime", "uvloop"}


def drawn() -> set[tuple[str, str]]:
    """Les flèches du dessin de CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (graph,) = re.findall(r"```mermaid\n(graph [^`]*\bprotocol\b[^`]*)```", text)
    return set(ARROW.findall(graph))


def place(name: str) -> list[str]:
    """Où est un module, dans le chat : l'aile, l'étage…"""
    return name.split(".")[1:]


def imports() -> Iterator[tuple[list[str], list[str]]]:
    """Qui importe qui, dans le chat, même pour vérifier les types seulement."""
    for file in sorted(CHATROOM.rglob("*.py")):
        parts = list(file.relative_to(CHATROOM).with_suffix("").parts)
        for name in imported(file, "chatroom"):
            if name.startswith("chatroom."):
                yield parts, place(name)


def test_wings_are_as_drawn() -> None:
    found = {(importer[0], name[0]) for importer, name in imports() if importer[0] != name[0]}
    assert found == drawn()
    assert len(found) == 5


@pytest.mark.parametrize("wing", FLOORS)
def test_a_floor_imports_only_what_lies_below(wing: str) -> None:
    floors = FLOORS[wing]
    for importer, name in imports():
        if importer[0] == name[0] == wing:
            assert floors.index(name[1]) <= floors.index(importer[1]), (importer, name)


def test_no_circle_of_files() -> None:
    graph: dict[str, set[str]] = {}
    for importer, name in imports():
        graph.setdefault(".".join(importer), set()).add(".".join(name))
    TopologicalSorter(graph).prepare()  # CycleError, qui montre le cercle


def test_no_import_has_a_computed_name() -> None:
    for file in BONUS.rglob("*.py"):
        assert not re.search(r"\b(import_module|__import__)\b", file.read_text("utf-8")), file


def test_the_page_and_the_chat_do_not_import_each_other() -> None:
    assert not list((BONUS / "page").rglob("*.py"))
    assert not list(CHATROOM.rglob("*.js"))


def reached(entrance: str) -> set[str]:
    """Tout ce dont est fait l'un des deux programmes."""
    graph: dict[str, set[str]] = {}
    for importer, name in imports():
        graph.setdefault(".".join(["chatroom", *importer]), set()).add(
            ".".join(["chatroom", *name])
        )
    found: set[str] = set()
    waiting = imported(BONUS / f"{entrance}.py", "chatroom")
    while waiting:
        found |= waiting
        waiting = {name for one in waiting for name in graph.get(one, ())} - found
    return found


def test_what_is_common_is_used_by_both() -> None:
    modules = {f"chatroom.common.{file.stem}" for file in (CHATROOM / "common").glob("[!_]*.py")}
    assert modules <= reached("server") & reached("client")


def test_what_is_common_is_small() -> None:
    files = (CHATROOM / "common").glob("*.py")
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) <= COMMON


@pytest.mark.parametrize("folder", PURE)
def test_protocol_and_cores_know_no_socket_no_file_no_clock(folder: str) -> None:
    for file in (CHATROOM / folder).glob("*.py"):
        used = {name.split(".")[0] for name in imported(file, "chatroom")}
        assert not used & OUTSIDE, file.name
        assert not re.search(r"\b(open|print|input)\(", file.read_text("utf-8")), file.name


def test_every_error_of_the_chat_is_one_family() -> None:
    """Et ce que l'on tape n'en attrape qu'une : aucune ne lui échappe."""
    errors = [name for name, one in vars(builtins).items() if isinstance(one, type)]
    errors = [name for name in errors if issubclass(getattr(builtins, name), BaseException)]
    roots = [
        cls.name
        for cls in classes(CHATROOM)
        if {ast.unparse(base) for base in cls.bases} & set(errors)
    ]
    assert roots == ["ChatError"]


def test_no_two_classes_have_the_same_name() -> None:
    assert not class_names_used_twice(CHATROOM)


def test_each_module_has_a_test_of_its_name() -> None:
    """Dès qu'il a plus de 25 lignes, et quelque chose à faire."""
    missing = []
    for file in sorted(CHATROOM.rglob("*.py")):
        text = file.read_text("utf-8")
        acts = any(isinstance(node, FUNCTIONS) for node in ast.walk(ast.parse(text)))
        place = file.relative_to(CHATROOM)
        test = ROOT / "tests/bonus" / place.with_name(f"test_{file.name}")
        if len(text.splitlines()) > 25 and acts and not test.exists():
            missing.append(str(place))
    assert not missing


def test_what_one_types_is_thin() -> None:
    for name in ("server.py", "client.py"):
        assert len((BONUS / name).read_text("utf-8").splitlines()) <= 60


def test_the_chat_does_without_aioconsole() -> None:
    """Elle est sous GPL, que seule la partie II accepte, parce que le sujet la demande."""
    used = {name for file in BONUS.rglob("*.py") for name in imported(file, "chatroom")}
    assert not [name for name in used if name.startswith("aioconsole")]
