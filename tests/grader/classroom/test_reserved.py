"""Le dossier des résultats : à une seule correction, et à nul autre compte."""

import shutil
from pathlib import Path

import pytest

from grader.classroom import kept
from grader.classroom.reserved import EXTRACTED, own_folder, reserved
from grader.model.records import RefusedError
from grader.reports.files import BESIDE


def mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o777


def test_it_is_made_for_oneself(tmp_path: Path) -> None:
    folder = tmp_path / "a/notes"
    with reserved(folder):
        assert mode(folder) == mode(folder / EXTRACTED) == 0o700
        assert (folder / kept.FOLDER).is_dir()
    assert not (folder / EXTRACTED).exists()
    with reserved(folder):  # et se reprend
        pass


def test_what_was_left_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "ajustements.toml").write_text("", encoding="utf-8")
    tmp_path.chmod(0o755)
    with reserved(tmp_path):
        assert mode(tmp_path) == 0o700
    assert (tmp_path / "ajustements.toml").exists()


def test_two_gradings_do_not_write_there(tmp_path: Path) -> None:
    with reserved(tmp_path):
        refused = pytest.raises(RefusedError, match="une autre correction y écrit déjà")
        with refused, reserved(tmp_path):
            pass
        assert (tmp_path / EXTRACTED).is_dir()  # ce que l'autre y a mis y reste


def test_what_a_killed_grader_left_is_swept(tmp_path: Path) -> None:
    with reserved(tmp_path):
        (tmp_path / EXTRACTED / "copie").mkdir()
        (tmp_path / f"{BESIDE}0123").write_text("{", encoding="utf-8")
        shutil.copytree(tmp_path / EXTRACTED, tmp_path / "x")
    shutil.move(tmp_path / "x", tmp_path / EXTRACTED)
    with reserved(tmp_path):
        assert not list((tmp_path / EXTRACTED).iterdir())
        assert not list(tmp_path.glob(f"{BESIDE}*"))


def test_the_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "lettre.odt").write_text("", encoding="utf-8")
    tmp_path.chmod(0o755)
    refused = pytest.raises(RefusedError, match="ni vide, ni celui d'une classe")
    with refused, reserved(tmp_path):
        pass
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("name", ["fichier", "fichier/notes", "x" * 300, "nul\0"])
def test_a_folder_that_cannot_be(name: str, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("", encoding="utf-8")
    with pytest.raises(RefusedError) as refusal, reserved(tmp_path / name):
        pass
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("name", [EXTRACTED, kept.FOLDER])
def test_nothing_goes_through_a_link(tmp_path: Path, name: str) -> None:
    results, other = tmp_path / "notes", tmp_path / "ailleurs"
    with reserved(results):
        pass
    other.mkdir()
    shutil.rmtree(results / name, ignore_errors=True)
    (results / name).symlink_to(other)
    with pytest.raises(RefusedError, match=rf"/{name} : c'est un lien"), reserved(results):
        pass


def test_a_folder_is_made_or_kept(tmp_path: Path) -> None:
    own_folder(tmp_path / "junit")
    own_folder(tmp_path / "junit")
    assert mode(tmp_path / "junit") == 0o700
