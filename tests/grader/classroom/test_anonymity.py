"""Une classe sans ses noms."""

import csv
import os
from pathlib import Path, PurePosixPath

import pytest

from grader.classroom.anonymity import FILE, anonymous
from grader.classroom.copies import ClassSource, Copy, Student

NAMES = ("Zoé Durand", "=1+1;x", "Ali Ben")


def source(*names: str) -> ClassSource:
    copies = tuple(
        Copy(
            name,
            PurePosixPath(name),
            (Student(name, "x", "x@y"),),
            Path(name),
            group="g3",
            participant="12",
            note="vu",
        )
        for name in names
    )
    return ClassSource(Path("tp6"), copies, (Student("Absente"),), ("Durand : un lien",))


def correspondence(folder: Path) -> dict[str, str]:
    text = (folder / FILE).read_text("utf-8-sig")
    _, *rows = csv.reader(text.splitlines(), delimiter=";")
    return {old: new for new, old in rows}


def test_no_name_is_left(tmp_path: Path) -> None:
    hidden = anonymous(source(*NAMES), tmp_path)
    facts = repr([(one.name, one.report, one.students, one.group) for one in hidden.copies])
    for name in (*NAMES, "x@y", "g3"):
        assert name not in facts
    assert not hidden.absent
    assert not hidden.ignored
    assert sorted(correspondence(tmp_path).values()) == [one.name for one in hidden.copies]
    assert all(one.report == one.name.lower().replace(" ", "-") for one in hidden.copies)


def test_a_copy_keeps_its_new_name(tmp_path: Path) -> None:
    anonymous(source(*NAMES), tmp_path)
    before = correspondence(tmp_path)
    anonymous(source("Nouvelle", *NAMES), tmp_path)
    after = correspondence(tmp_path)
    assert before.items() < after.items()


def test_copies_stay_with_their_folder(tmp_path: Path) -> None:
    hidden = anonymous(source(*NAMES), tmp_path)
    known = correspondence(tmp_path)
    assert {one.name: str(one.folder) for one in hidden.copies} == {
        known["Zoé Durand"]: "Zoé Durand",
        known["Ali Ben"]: "Ali Ben",
        known["'=1+1;x"]: "=1+1;x",
    }


@pytest.mark.parametrize("text", ["", "\0", "copie;nom\nx;Zoé Durand;y\n", "copie;nom\n../x;Ali\n"])
def test_a_damaged_list_is_made_again(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    hidden = anonymous(source(*NAMES), tmp_path)
    assert len({one.report for one in hidden.copies}) == 3
    assert all(one.report.startswith("copie-") for one in hidden.copies)


def test_a_pipe_is_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)  # l'ouvrir attendrait sans fin
    anonymous(source("Ada"), tmp_path)
    assert (tmp_path / FILE).is_file()
