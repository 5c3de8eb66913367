"""Les étages du correcteur : chacun n'importe que ceux du dessous."""

import re
from pathlib import Path

import pytest

from tests.support.imports import imported
from tests.support.processes import ROOT

GRADER = ROOT / "grader"
# Du bas vers le haut.
FLOORS = [
    "version",
    "exits",
    "model",
    "catalogue",
    "world",
    "sandbox",
    "discovery",
    "driving",
    "doctor",
    "checks",
    "engine",
    "reports",
    "commands",
    "process",
    "cli",
    "__main__",
]
MODULES = sorted(GRADER.rglob("*.py"))


def floor_of(module: str) -> int:
    return FLOORS.index(module.split(".")[1])


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(GRADER)))
def test_a_floor_imports_only_what_lies_below(file: Path) -> None:
    if file == GRADER / "__init__.py":
        return
    own = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for name in imported(file, "grader"):
        if name.startswith("grader."):
            assert floor_of(name) <= floor_of(own), f"{own} importe {name}"


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(GRADER)))
def test_no_import_has_a_computed_name(file: Path) -> None:
    """Il échapperait aux étages."""
    assert not re.search(r"import_module|__import__", file.read_text(encoding="utf-8"))


def test_every_module_is_on_a_floor() -> None:
    found = {file.relative_to(GRADER).parts[0].removesuffix(".py") for file in MODULES}
    assert found - {"__init__"} == set(FLOORS)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(GRADER)))
def test_a_module_has_a_test_file_of_its_name(file: Path) -> None:
    if len(file.read_text(encoding="utf-8").splitlines()) > 25:
        name = file.stem.strip("_")  # __main__ : test_main.py
        assert (ROOT / "tests" / file.relative_to(ROOT).with_name(f"test_{name}.py")).exists()
