"""Les rapports d'une correction passée : ce qui se lit est rendu, le reste est dit."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import past
from grader.classroom.copies import ClassError
from grader.classroom.past import read_results
from grader.model.records import Report
from grader.reports import jsonreport
from tests.grader.reports import sample

STEPS = [result.step for result in sample.report().steps]


def written(file: Path, report: Report) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(jsonreport.dump(report), encoding="utf-8")
    return file


def test_a_folder_gives_its_reports_by_name(tmp_path: Path) -> None:
    written(tmp_path / "zoe-durand.json", sample.report())
    written(tmp_path / "e\u0301lodie.json", replace(sample.report(), seed=5))
    written(tmp_path / ".copies.json", sample.report())
    written(tmp_path / ".copies/zoe-durand.json", sample.report())
    (tmp_path / "index.html").write_text("<p>")
    found = read_results(tmp_path, STEPS)
    assert {name: report.seed for name, report in found.reports.items()} == {
        "élodie": 5,
        "zoe-durand": 4217,
    }
    assert found.unread == ()
    assert found.reports["zoe-durand"].steps[3].step == STEPS[3]


def test_a_single_report_is_a_class_of_one(tmp_path: Path) -> None:
    file = written(tmp_path / "zoe.json", sample.report())
    assert list(read_results(file, STEPS).reports) == ["zoe"]
    (tmp_path / "lien.json").symlink_to(file)
    assert list(read_results(tmp_path / "lien.json", STEPS).reports) == ["lien"]


def test_what_cannot_be_read_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    written(tmp_path / "ada.json", sample.report())
    (tmp_path / "bob\x1b.json").write_text("{")
    (tmp_path / "cleo.json").write_text('{"version": 2}')
    (tmp_path / "dossier.json").mkdir()
    written(tmp_path / "ailleurs/eve.json", sample.report())
    (tmp_path / "eve.json").symlink_to(tmp_path / "ailleurs/eve.json")
    found = read_results(tmp_path, STEPS)
    assert list(found.reports) == ["ada"]
    assert found.unread == (
        "bob␛.json : ce n'est pas un rapport : JSON illisible, ligne 1, colonne 2",
        "cleo.json : ce rapport est abîmé (« selection » ne convient pas)",
    )


def test_too_many_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = written(tmp_path / "a.json", sample.report()).stat().st_size
    for name in "bcd":
        written(tmp_path / f"{name}.json", sample.report())
    monkeypatch.setattr(past, "MOST_COPIES", 2)
    found = read_results(tmp_path, STEPS)
    assert list(found.reports) == ["a", "b"]
    assert found.unread == ("2 rapports de plus, bien trop pour une classe",)
    monkeypatch.setattr(past, "MOST_BYTES", size)
    found = read_results(tmp_path, STEPS)
    assert list(found.reports) == ["a"]
    assert found.unread[0] == "b.json : il y en a trop à lire"


def test_nothing_to_compare_with(tmp_path: Path) -> None:
    empty, broken = tmp_path / "vide", tmp_path / "r\x1b.json"
    empty.mkdir()
    broken.write_text("[]")
    for place, message in (
        (empty, r"vide : ce dossier ne contient aucun rapport \(\.json\)\.$"),
        (broken, "␛.json : ce n'est pas un rapport du correcteur.$"),
        (tmp_path / "absent", "absent : fichier introuvable.$"),
        (tmp_path / "a\0b", "a␀b : fichier introuvable.$"),
        (tmp_path / ("x" * 5000), "ce nom est trop long.$"),
    ):
        with pytest.raises(ClassError, match=message):
            read_results(place, STEPS)
