"""La durée d'une classe : ce qu'on y compare, et ce qu'on en affiche."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import classroom
from tests.support.processes import run

FAKE = """
import json, pathlib, sys, time

_, what, *rest = sys.argv
options = dict(zip(rest, rest[1:]))
step = {"checks": [{"id": "I.1", "verdict": "passed", "earned": 1.0}]}
if what == "class":
    out = pathlib.Path(options["--out"])
    out.mkdir(exist_ok=True)
    for name in ("ada", "bob"):
        (out / f"{name}.json").write_text(json.dumps({"seed": 7, "steps": [step]}))
    time.sleep(2.0 if out.name == "longue" else 0.0)
else:
    assert options["--seed"] == "7", options
    step["checks"][0]["earned"] = 0.5 if "Bob" in what else 1.0
    pathlib.Path(options["--json"]).write_text(json.dumps({"steps": [step]}))
"""


@pytest.fixture
def fake_grader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader/__main__.py").write_text(FAKE, encoding="utf-8")
    monkeypatch.setattr(classroom, "ROOT", tmp_path)
    for name in ("Ada", "Bob"):
        (tmp_path / "copies" / name).mkdir(parents=True)
        (tmp_path / "copies" / name / "x.py").write_text("print(1)\n", encoding="utf-8")
    return tmp_path


def report(**earned: float) -> dict[str, Any]:
    checks = [{"id": name, "verdict": "passed", "earned": value} for name, value in earned.items()]
    return {"steps": [{"checks": checks}]}


def test_marks_are_compared_check_by_check() -> None:
    assert not list(classroom.differences(report(a=1, b=2), report(b=2, a=1)))
    assert list(classroom.differences(report(a=1, b=2), report(a=1, b=1))) == [
        "b : ('passed', 2), puis ('passed', 1)"
    ]
    assert len(list(classroom.differences(report(a=1), report(b=1)))) == 2


def test_a_class_is_timed_and_read(fake_grader: Path) -> None:
    assert classroom.classed(fake_grader / "copies", fake_grader / "notes") > 0
    assert set(classroom.reports(fake_grader / "notes")) == {"ada", "bob"}


def test_a_class_is_cut_short(fake_grader: Path) -> None:
    classroom.cut_short(fake_grader / "copies", fake_grader / "longue", 1)
    assert (fake_grader / "longue/ada.json").exists()


def test_copies_alone_have_the_seed_of_the_class(
    fake_grader: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.classed(fake_grader / "copies", fake_grader / "notes")
    known = classroom.reports(fake_grader / "notes")
    lasted, wrong = classroom.alone(fake_grader / "copies", known, fake_grader, 1)
    assert (lasted > 0, wrong) == (True, 1)
    assert capsys.readouterr().out.startswith("  Bob, seule : I.1 : ")
    assert classroom.alone(fake_grader / "copies", known, fake_grader, 2)[1] == 0


@pytest.mark.parametrize("wrong", [0, 2])
def test_what_is_shown(
    wrong: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["classroom.py", "--copies", "4", "--every", "2"])
    monkeypatch.setattr(classroom, "make_class", lambda folder, _: folder.mkdir() or folder)
    monkeypatch.setattr(classroom, "slowness", lambda: 1.5)
    monkeypatch.setattr(classroom, "classed", lambda *_: 40.0)
    monkeypatch.setattr(classroom, "cut_short", lambda *_: None)
    monkeypatch.setattr(classroom, "reports", lambda _: {"ada": report(a=1)})
    monkeypatch.setattr(classroom, "alone", lambda *_: (50.0, wrong))
    assert classroom.main() == bool(wrong)
    out = capsys.readouterr().out
    assert "4 copies : 40 s, 10,0 s par copie (visé : 15), 1 rapports" in out
    assert "la classe en prend 0,40 (visé : 0,6)" in out
    assert f"{wrong} contrôles notés autrement" in out


def test_a_report_is_json(tmp_path: Path) -> None:
    (tmp_path / "ada.json").write_text(json.dumps(report(a=1)), encoding="utf-8")
    assert classroom.verdicts(classroom.reports(tmp_path)["ada"]) == {"a": ("passed", 1)}


def test_explains_itself() -> None:
    assert "combien de temps prend une classe" in run("benchmarks/classroom.py", "--help").stdout
    assert run("benchmarks/classroom.py", "--quoi").returncode == 2
