"""Ce qu'une copie laisse à côté de son rapport."""

import os
from pathlib import Path, PurePosixPath

import pytest

from grader.classroom import kept
from grader.classroom.kept import Kept
from grader.discovery.files import SourceFile, Submission
from tests.grader.reports.sample import report

KEPT = Kept({"II.5.server": "é\udce9\n"}, ("un lien\nignoré",), "")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    (tmp_path / kept.FOLDER).mkdir()
    return tmp_path


def test_back_and_forth(results: Path) -> None:
    kept.write(results, "ada", KEPT)
    kept.write(results, "bob", Kept(why="Une bombe."))
    assert kept.read(results, "ada") == KEPT
    assert kept.read(results, "bob") == Kept(why="Une bombe.")
    assert kept.read(results, "cléo") == Kept()


def test_what_is_kept_is_bounded(results: Path) -> None:
    kept.write(results, "ada", Kept(notes=("x" * 10_000,) * 1000, why="y" * 10_000))
    assert (results / kept.FOLDER / "ada.json").stat().st_size < 20_000


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"scripts": 3, "notes": [], "why": ""}', "[" * 100_000, "\xff", '{"why": ""}'],
)
def test_a_damaged_file_is_as_absent(results: Path, text: str) -> None:
    (results / kept.FOLDER / "ada.json").write_text(text, encoding="latin-1")
    assert kept.read(results, "ada") == Kept()


def test_what_is_not_text_is_left_out(results: Path) -> None:
    text = '{"scripts": {"I.1": 3, "I.2": "x"}, "notes": [4, "vu"], "why": ""}'
    (results / kept.FOLDER / "ada.json").write_text(text, encoding="utf-8")
    assert kept.read(results, "ada") == Kept({"I.2": "x"}, ("vu",))


def test_the_scripts_are_those_judged() -> None:
    one = report()
    judged = next(result for result in one.steps if result.file)
    content = "é".encode("latin-1")
    others = SourceFile(PurePosixPath("autre.py"), b"pass")
    submission = Submission(
        Path("copie"), (SourceFile(PurePosixPath(judged.file), content), others)
    )
    found = kept.scripts(submission, one)
    assert found[judged.step.id].encode("utf-8", "surrogateescape") == content
    assert "pass" not in found.values()


def test_a_pipe_is_as_absent(results: Path) -> None:
    os.mkfifo(results / kept.FOLDER / "ada.json")  # l'ouvrir attendrait sans fin
    assert kept.read(results, "ada") == Kept()
