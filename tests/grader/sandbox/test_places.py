"""Un dossier temporaire où l'utilisateur d'une cellule puisse entrer."""

import os
import tempfile
from pathlib import Path

import pytest

from grader.sandbox import places
from grader.sandbox.places import temporary_folder


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Un TMPDIR fermé aux autres, comme en donnent certaines sessions de root."""
    folder = tmp_path / "fermé/dedans"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_one_s_own_is_kept(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert temporary_folder() == private


def test_for_root_where_everyone_can_pass(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert temporary_folder() == Path("/tmp")
    monkeypatch.setattr(places, "USUAL", ())
    assert temporary_folder() is None
    for folder in private.parents:
        if folder.owner() == Path.home().owner() and folder.is_relative_to("/tmp/pytest-of-root"):
            folder.chmod(0o755)
    if os.getuid() == 0:
        assert temporary_folder() == private
