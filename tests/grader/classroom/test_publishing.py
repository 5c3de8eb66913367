"""Ce qui s'écrit d'une classe, et ce qui ne va pas à un étudiant."""

import json
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from grader.classroom.alike import PROVES_NOTHING
from grader.classroom.copies import Copy, Student
from grader.classroom.marks import Adjusted, Change
from grader.classroom.publishing import (
    GRADESCOPE,
    INDEX,
    JUNIT,
    NOTES,
    Exports,
    fill_worksheet,
    heading,
    publish,
)
from grader.classroom.results import ClassResults, Entry
from grader.model.records import RefusedError, Verdict
from grader.reports import files
from grader.reports.files import UnwritableError
from tests.grader.reports import sample

SHEET = (
    'Identifiant,Nom complet,Note,Note maximale,"Dernière modification (note)"\r\n'
    "Participant 1,Ada,,{most},-\r\n"
)


def entry(name: str, result: Adjusted | None, why: str = "") -> Entry:
    copy = Copy(name, PurePosixPath(name), (Student(name),), Path(name), report=name.lower())
    return Entry(copy, result, why)


def classroom(*entries: Entry) -> ClassResults:
    return ClassResults("tp6", entries, [one.step for one in sample.report().steps])


def decided() -> Adjusted:
    change = Change(-0.5, "Le serveur vient d'un camarade.", "II.5.server")
    return Adjusted(sample.report(), (change,), private=("à voir à l'oral : un secret",))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_each_copy_has_its_page(tmp_path: Path) -> None:
    both = classroom(entry("Ada", decided()), entry("Bob", None, "Une bombe."))
    assert publish(both, tmp_path, Exports()) == []
    assert names(tmp_path) == {INDEX, NOTES, "ada.html"}
    assert "Une bombe." in (tmp_path / INDEX).read_text("utf-8")
    text = (tmp_path / "ada.html").read_text("utf-8")
    assert "Le serveur vient d&#39;un camarade." in text
    for other in ("Bob", "un secret", PROVES_NOTHING):
        assert other not in text


def test_what_others_read_is_written_on_demand(tmp_path: Path) -> None:
    ada = entry("Ada", decided())
    assert publish(classroom(ada), tmp_path, Exports(junit=True, gradescope=True)) == []
    assert "<testsuites" in (tmp_path / JUNIT / "ada.xml").read_text("utf-8")
    assert "score" in json.loads((tmp_path / GRADESCOPE / "ada.json").read_text("utf-8"))


def test_what_no_longer_says_anything_is_removed(tmp_path: Path) -> None:
    every = Exports(junit=True, gradescope=True)
    publish(classroom(entry("Ada", decided())), tmp_path, every)
    publish(classroom(entry("Ada", None, "Une bombe.")), tmp_path, Exports())
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {INDEX, NOTES}


def test_a_mark_that_cannot_be_given_is_told(tmp_path: Path) -> None:
    empty = sample.report()
    empty.steps = []
    told = publish(classroom(entry("Ada", Adjusted(empty))), tmp_path, Exports(gradescope=True))
    assert told == ["Ada : rien n'a pu être jugé : il n'y a pas de note à donner à Gradescope."]


def test_the_heading_of_a_page() -> None:
    told = heading(entry("Ada", decided()))
    assert told.title == "Ada"
    assert told.mark
    assert told.decisions == ("II.5.server : -0,5, Le serveur vient d'un camarade.",)
    assert not heading(entry("Ada", Adjusted(sample.report()))).mark


def test_the_worksheet_of_moodle(tmp_path: Path) -> None:
    sheet = tmp_path / "feuille.csv"
    judged = [one for one in sample.report().steps if one.verdict is Verdict.PASSED]
    ada = classroom(entry("Ada", Adjusted(replace(sample.report(), steps=judged))))
    assert ada.entries[0].result
    most = f"{ada.entries[0].result.points:g}"
    sheet.write_text(SHEET.format(most=most), encoding="utf-8", newline="")
    before = sheet.read_bytes()
    fill_worksheet(sheet, [])
    assert sheet.read_bytes() == before
    told, *_ = fill_worksheet(sheet, list(ada.recipients()))
    assert told == "feuille.csv : 1 note."
    assert sheet.read_bytes() != before


@pytest.mark.parametrize("name", ["absente.csv", "pas une feuille.csv", "x" * 300, "nul\0", "."])
def test_what_is_not_a_worksheet(tmp_path: Path, name: str) -> None:
    (tmp_path / "pas une feuille.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RefusedError) as refusal:
        fill_worksheet(tmp_path / name, [])
    assert str(refusal.value).isprintable()
    assert str(refusal.value).endswith(".")


def test_a_pipe_is_no_worksheet(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "feuille.csv")  # l'ouvrir attendrait sans fin
    with pytest.raises(RefusedError, match="ce n'est pas un fichier ordinaire"):
        fill_worksheet(tmp_path / "feuille.csv", [])


@pytest.mark.parametrize("place", [INDEX, NOTES, "ada.html", JUNIT + "/ada.xml"])
@pytest.mark.parametrize("given", [True, False])
def test_what_takes_the_place_of_a_file_is_named(tmp_path: Path, place: str, given: bool) -> None:
    (tmp_path / place).mkdir(parents=True)
    every = Exports(junit=True, gradescope=True)
    with pytest.raises(UnwritableError, match=rf"c'est un dossier \({Path(place).name}\)"):
        publish(classroom(entry("Ada", decided() if given else None)), tmp_path, every)


@pytest.mark.parametrize("place", [JUNIT, GRADESCOPE])
def test_nothing_is_written_nor_removed_elsewhere(tmp_path: Path, place: str) -> None:
    results, other = tmp_path / "notes", tmp_path / "ailleurs"
    other.mkdir()
    results.mkdir()
    (results / place).symlink_to(other)
    every = Exports(junit=True, gradescope=True)
    with pytest.raises(UnwritableError, match=rf"c'est un lien \({place}\)"):
        publish(classroom(entry("Ada", decided())), results, every)
    assert not names(other)
    for name in ("ada.xml", "ada.json"):
        (other / name).write_text("", encoding="utf-8")
    publish(classroom(entry("Ada", None)), results, Exports())
    assert names(other) == {"ada.xml", "ada.json"}


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / JUNIT).touch()
    with pytest.raises(UnwritableError, match="un fichier tient la place d'un dossier"):
        publish(classroom(entry("Ada", decided())), tmp_path, Exports(junit=True))


def test_a_worksheet_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Les résultats, eux, sont déjà écrits."""

    def refuse(*_: object) -> None:
        raise UnwritableError("permission refusée")

    judged = [one for one in sample.report().steps if one.verdict is Verdict.PASSED]
    ada = Adjusted(replace(sample.report(), steps=judged))
    sheet = tmp_path / "feuille.csv"
    sheet.write_text(SHEET.format(most=f"{ada.points:g}"), encoding="utf-8", newline="")
    monkeypatch.setattr(files, "write", refuse)
    with pytest.raises(RefusedError, match=r"^feuille\.csv : permission refusée\. La feuille"):
        fill_worksheet(sheet, list(classroom(entry("Ada", ada)).recipients()))
