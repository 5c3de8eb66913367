"""Une classe que l'on relance : ce qui se garde, ce qui se rejuge."""

import dataclasses
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from grader.classroom import kept
from grader.classroom.copies import Copy, Student
from grader.classroom.running import ClassOptions, ToGrade
from grader.engine.catalogue import select
from tests.grader.classroom.small import (
    Scenario,
    copies,
    ends,
    options,
    place,
    played,
    reports,
    to_grade,
)
from tests.grader.commandline import HASTY, submission
from tests.grader.variants import graders

LONGEST = 60  # secondes


@pytest.fixture(scope="module")
def single() -> Iterator[ProcessPoolExecutor]:
    with graders(1) as executor:
        yield executor


def goes_on_where_it_stopped(folder: Path) -> None:
    given = copies(folder, "ada", "bob", "cléo")
    assert set(ends(played(given[:2], options(folder))).values()) == {"finished"}
    before = reports(folder)
    submission(place(given[1]), {"part1/sleep_and_print.py": "print(2)\n"})
    told = played(given, options(folder))
    assert ends(told) == {"ada": "kept", "bob": "finished", "cléo": "finished"}
    after = reports(folder)
    assert after["ada"] == before["ada"]
    assert after["bob"]["seed"] != before["bob"]["seed"]


def is_done_again(change: Callable[[Path, ToGrade], tuple[ToGrade, ClassOptions]]) -> Any:
    def scenario(folder: Path) -> None:
        (copy,) = copies(folder, "ada", seed=7)
        played([copy], options(folder))
        assert ends(played([copy], options(folder))) == {"ada": "kept"}
        copy, chosen = change(folder, copy)
        assert ends(played([copy], chosen)) == {"ada": "finished"}

    return scenario


def another_seed(folder: Path) -> None:
    is_done_again(lambda folder, copy: (to_grade("ada", place(copy), 8), options(folder)))(folder)


def the_same_seed_is_any_seed(folder: Path) -> None:
    (copy,) = copies(folder, "ada", seed=7)
    played([copy], options(folder))
    assert ends(played([to_grade("ada", place(copy))], options(folder))) == {"ada": "kept"}
    assert reports(folder)["ada"]["seed"] == 7


def on_demand(folder: Path) -> None:
    is_done_again(lambda f, copy: (to_grade("ada", place(copy), 7, again=True), options(f)))(folder)


def other_steps(folder: Path) -> None:
    is_done_again(lambda f, copy: (copy, ClassOptions(f / "notes", select("I.1"), ("I.1",))))(
        folder
    )


def another_version(folder: Path) -> None:
    def change(folder: Path, copy: ToGrade) -> tuple[ToGrade, ClassOptions]:
        file = folder / "notes/ada.json"
        file.write_text(file.read_text("utf-8").replace('"grader": "', '"grader": "0.'), "utf-8")
        return copy, options(folder)

    is_done_again(change)(folder)


def a_damaged_report(folder: Path) -> None:
    def change(folder: Path, copy: ToGrade) -> tuple[ToGrade, ClassOptions]:
        (folder / "notes/ada.json").write_text('{"version": 2, "seed"', "utf-8")
        return copy, options(folder)

    is_done_again(change)(folder)


def another_script_is_chosen(folder: Path) -> None:
    def change(folder: Path, copy: ToGrade) -> tuple[ToGrade, ClassOptions]:
        chosen = {"I.1.sync": "part1/sleep_and_print.py"}  # le même : rien ne change
        copy = dataclasses.replace(copy, chosen=chosen)
        assert ends(played([copy], options(folder))) == {"ada": "kept"}
        absent = dataclasses.replace(copy, chosen={"I.1.sync": "absent.py"})
        assert ends(played([absent], options(folder))) == {"ada": "kept"}
        (place(copy) / "essai.py").write_text("print(1)\n", encoding="utf-8")
        assert ends(played([copy], options(folder))) == {"ada": "finished"}
        return dataclasses.replace(copy, chosen={"I.1.sync": "essai.py"}), options(folder)

    is_done_again(change)(folder)


def what_was_judged_is_kept(folder: Path) -> None:
    """Et le reste même quand on ne rejuge pas ; ce qui n'a pu l'être dit pourquoi."""
    given = copies(folder, "ada")
    (script,) = HASTY.values()
    for end in ("finished", "kept"):
        assert ends(played(given, options(folder))) == {"ada": end}
        assert kept.read(folder / "notes", "ada").scripts == {"I.1.sync": script}
        (folder / "notes" / kept.FOLDER / "ada.json").unlink()


def an_archive_is_graded(folder: Path) -> None:
    archive = folder / "ada.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, text in HASTY.items():
            file.writestr(name, text)
    copy = Copy("Ada", PurePosixPath("ada.zip"), (Student("Ada"),), archives=(archive,), report="a")
    told = played([ToGrade(copy, shown="Ada")], options(folder))
    assert ends(told) == {"a": "finished"}
    assert reports(folder)["a"]["folder"] == "Ada"
    assert ends(played([ToGrade(copy, shown="Ada")], options(folder))) == {"a": "kept"}
    archive.write_bytes(b"PK")
    told = played([ToGrade(copy, shown="Ada")], options(folder))
    assert [news.text for _, news in told if news.what == "failed"]
    assert not reports(folder)


SCENARIOS = [
    goes_on_where_it_stopped,
    another_seed,
    the_same_seed_is_any_seed,
    on_demand,
    other_steps,
    another_version,
    a_damaged_report,
    another_script_is_chosen,
    what_was_judged_is_kept,
    an_archive_is_graded,
]


@pytest.mark.proof
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_class_again(scenario: Scenario, single: ProcessPoolExecutor, tmp_path: Path) -> None:
    single.submit(scenario, tmp_path).result(LONGEST)
