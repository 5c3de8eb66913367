"""À chaque contrôle de steps.toml, sa fonction, et rien de plus que les ententes."""

from pathlib import Path

import grader.checks
from grader.engine.catalogue import steps
from grader.engine.functions import MODULES, functions
from grader.engine.pairing import PARTNERS


def test_every_check_has_its_function() -> None:
    wanted = {check.id for step in steps() for check in step.checks}
    assert set(functions()) == wanted | {f"{group}.pair" for group in PARTNERS}


def test_no_module_of_checks_is_forgotten() -> None:
    (folder,) = map(Path, grader.checks.__path__)
    registering = {
        file.stem
        for file in folder.glob("*.py")
        if "from grader.checks.registry import" in file.read_text("utf-8")
    }
    assert {module.__name__.rpartition(".")[2] for module in MODULES} == registering
