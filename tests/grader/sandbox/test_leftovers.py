"""Lire ce qu'un programme a laissé : ni lien, ni tube, ni labyrinthe."""

import os
from pathlib import Path, PurePosixPath

import pytest

from grader.sandbox import leftovers
from grader.sandbox.leftovers import files_beneath, read_beneath

SEEN = PurePosixPath("/tmp")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "un").mkdir()
    (tmp_path / "un/page").write_bytes(b"contenu")
    (tmp_path / "page").write_bytes(b"autre")
    return tmp_path


def listed(*places: tuple[PurePosixPath, Path]) -> list[str]:
    return [str(path) for path in files_beneath(*places)]


def test_every_file_the_nearest_first(root: Path) -> None:
    assert listed((SEEN, root)) == ["/tmp/page", "/tmp/un/page"]


def test_several_places(root: Path) -> None:
    assert listed((SEEN, root), (PurePosixPath("/home"), root / "un"))[-1] == "/tmp/un/page"


def test_neither_links_nor_pipes_are_listed(root: Path) -> None:
    (root / "lien").symlink_to("page")
    (root / "dossier").symlink_to("un")
    os.mkfifo(root / "tube")
    assert listed((SEEN, root)) == ["/tmp/page", "/tmp/un/page"]


def test_a_folder_that_is_gone_or_closed(root: Path) -> None:
    assert listed((SEEN, root / "absent"), (SEEN, root / "un")) == ["/tmp/page"]


def test_a_crowd_is_not_read_to_its_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "MAX_LISTED", 5)
    for number in range(20):
        (root / f"fichier {number}").touch()
    assert len(listed((SEEN, root))) <= 5


def test_a_file_up_to_a_limit(root: Path) -> None:
    assert read_beneath(root, ("un", "page"), 100) == b"contenu"
    assert read_beneath(root, ("un", "page"), 3) == b"con"


@pytest.mark.parametrize("parts", [("absent",), ("un",), ("page", "x"), ("..", "x"), ("\0",)])
def test_what_is_not_a_file(root: Path, parts: tuple[str, ...]) -> None:
    assert read_beneath(root, parts, 100) is None


def test_no_link_is_followed_wherever_it_stands(root: Path) -> None:
    (root / "lien").symlink_to("page")
    (root / "dossier").symlink_to("un")
    assert read_beneath(root, ("lien",), 100) is None
    assert read_beneath(root, ("dossier", "page"), 100) is None


def test_a_pipe_does_not_hold_the_reader(root: Path) -> None:
    os.mkfifo(root / "tube")
    assert read_beneath(root, ("tube",), 100) is None


def descriptors() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def test_no_descriptor_is_left_open(root: Path) -> None:
    before = descriptors()
    for parts in (("un", "page"), ("un",), ("absent",), ("un", "absent")):
        read_beneath(root, parts, 10)
    assert descriptors() == before
