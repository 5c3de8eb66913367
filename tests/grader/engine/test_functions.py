"""À chaque contrôle de steps.toml, sa fonction, et rien de plus que les ententes."""

import pkgutil

import grader.checks
from grader.catalogue import steps
from grader.engine.functions import MODULES, functions
from grader.engine.pairing import PARTNERS

HELPERS = {"connecting", "expect", "registry", "serving"}  # n'enregistrent aucun contrôle


def test_every_check_has_its_function() -> None:
    wanted = {check.id for step in steps() for check in step.checks}
    assert set(functions()) == wanted | {f"{group}.pair" for group in PARTNERS}


def test_no_module_of_checks_is_forgotten() -> None:
    there = {module.name for module in pkgutil.iter_modules(grader.checks.__path__)}
    assert {module.__name__.rpartition(".")[2] for module in MODULES} == there - HELPERS
