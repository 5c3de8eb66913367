"""Une machine qui a de quoi corriger, ou qui ne l'a pas ; des corrections que rien ne mène."""

import pytest

from grader.engine import doctor as machine
from grader.engine import grading
from grader.model.records import Report
from tests.grader.command.asking import REASON, Asked, reported


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Les corrections demandées, et non menées : toutes justes."""
    found: Asked = []

    def grade(options: grading.Options) -> Report:
        found.append(options)
        return reported(options)

    monkeypatch.setattr(grading, "grade", grade)
    return found


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une machine sans espaces de noms."""
    monkeypatch.setattr(machine, "usable", lambda: REASON)


@pytest.fixture
def capable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "usable", lambda: "")
