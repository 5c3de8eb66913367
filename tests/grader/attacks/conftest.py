"""Le terrain des attaques."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.engine import grading, preparing
from tests.grader.attacks.ground import Ground, interpreters
from tests.support.sandbox import lacking, skip


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    if reason := lacking():
        skip(reason)
    # Pas dans le dossier de pytest, où un autre utilisateur n'entre pas.
    with tempfile.TemporaryDirectory(prefix="tp6-attaque-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        place = Ground(folder)
        monkeypatch.setattr(tempfile, "tempdir", str(place.place))
        monkeypatch.setattr(preparing, "find_interpreters", interpreters)
        monkeypatch.setattr(grading, "LONGER", 1.0)
        yield place
        place.nothing_left()
