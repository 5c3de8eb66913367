"""Les étages du correcteur : chacun n'importe que ceux du dessous, et sans faire de cercle."""

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from tests.support.imports import class_names_used_twice, imported
from tests.support.processes import ROOT

pytestmark = pytest.mark.shape

GRADER = ROOT / "grader"
MODULES = sorted(GRADER.rglob("*.py"))
ARROW = re.compile(r"^ +(\w+) --> (\w+)$", re.M)
MOST_ARROWS = 32


def drawn() -> set[tuple[str, str]]:
    """Les flèches du dessin de CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (graph,) = re.findall(r"```mermaid\n(graph [^`]*\bdriving\b[^`]*)```", text)
    return set(ARROW.findall(graph))


def imports() -> Iterator[tuple[str, str]]:
    """Qui importe qui, dans le correcteur, même pour vérifier les types seulement."""
    for file in MODULES:
        for name in imported(file, "grader"):
            if name.startswith("grader."):
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts), name


def room(module: str) -> str:
    return module.split(".")[1].strip("_")  # __main__ : Mermaid y verrait une mise en forme


def test_rooms_are_as_drawn() -> None:
    found = {(room(importer), room(name)) for importer, name in imports()}
    found = {(importer, name) for importer, name in found if importer != name}
    assert found == drawn()
    assert len(found) <= MOST_ARROWS


def test_no_arrow_goes_up() -> None:
    graph: dict[str, set[str]] = {}
    for importer, name in drawn():
        graph.setdefault(importer, set()).add(name)
    TopologicalSorter(graph).prepare()  # CycleError, qui montre le cercle


def test_no_circle_of_files() -> None:
    graph: dict[str, set[str]] = {}
    for importer, name in imports():
        graph.setdefault(importer, set()).add(name)
    TopologicalSorter(graph).prepare()


def test_no_two_classes_have_the_same_name() -> None:
    assert not class_names_used_twice(GRADER)


def test_no_import_has_a_computed_name() -> None:
    """Il échapperait au dessin."""
    for file in MODULES:
        assert not re.search(r"import_module|__import__", file.read_text(encoding="utf-8")), file


def test_a_module_has_a_test_file_of_its_name() -> None:
    for file in MODULES:
        if len(file.read_text(encoding="utf-8").splitlines()) > 25:
            name = file.stem.strip("_")  # __main__ : test_main.py
            test = ROOT / "tests" / file.relative_to(ROOT).with_name(f"test_{name}.py")
            assert test.exists(), f"{file} n'a pas {test}"
