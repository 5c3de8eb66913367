"""Les étages du correcteur : chacun n'importe que ceux du dessous."""

import ast
from pathlib import Path

import pytest

from tests.support.processes import ROOT

GRADER = ROOT / "grader"
# Du bas vers le haut.
FLOORS = [
    "model",
    "catalogue",
    "world",
    "sandbox",
    "discovery",
    "driving",
    "checks",
    "engine",
    "reports",
    "cli",
    "commands",
    "__main__",
]
MODULES = sorted(GRADER.rglob("*.py"))


def floor_of(module: str) -> int:
    return FLOORS.index(module.split(".")[1])


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "un import relatif cache l'étage"
            # « from grader import catalogue » nomme un étage ; « from grader.model import X », non.
            inside = node.module == "grader"
            names |= {f"grader.{a.name}" for a in node.names} if inside else {str(node.module)}
    return {name for name in names if name.startswith("grader.")}


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(GRADER)))
def test_a_floor_imports_only_what_lies_below(file: Path) -> None:
    if file == GRADER / "__init__.py":
        return
    own = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for name in imported(file):
        assert floor_of(name) <= floor_of(own), f"{own} importe {name}"


def test_every_module_is_on_a_floor() -> None:
    found = {file.relative_to(GRADER).parts[0].removesuffix(".py") for file in MODULES}
    assert found - {"__init__"} == set(FLOORS)
