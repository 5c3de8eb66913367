"""La durée d'une correction : les copies qu'on y mesure, et ce qu'on en affiche."""

import sys
from pathlib import Path

import pytest

from benchmarks import grading
from grader.engine.budget import DEFAULT
from grader.engine.catalogue import steps
from tests.grader.variants import Variant, mutants, textbook
from tests.support.processes import run

FAKE = """
import pathlib, sys

files = sorted(path.name for path in pathlib.Path(sys.argv[1]).rglob("*.py"))
print("Corrigé.")
print("  Note :", *files, *sys.argv[2:])
"""


@pytest.fixture
def fake_grader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Un correcteur qui ne fait que nommer ce qu'on lui donne à corriger."""
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader/__main__.py").write_text(FAKE)
    monkeypatch.setattr(grading, "ROOT", tmp_path)
    return tmp_path


def texts(variant: Variant) -> dict[str, str]:
    return {file.path: file.text() for file in variant.files}


def test_the_usual_copy_has_one_mutant_out_of_two_scripts() -> None:
    right, found = texts(textbook()), texts(grading.usual(3))
    wrong = {step.id: step.file for step in steps()[1::2]}
    assert {path for path, text in found.items() if text != right.get(path)} == set(wrong.values())
    for step, path in wrong.items():
        mutated = [one.files[0].text() for one in mutants() if one.steps == (step,)]
        assert found[path] in mutated
    assert grading.usual(3) == grading.usual(3)
    assert texts(grading.usual(5)) != found


def test_the_unfinished_copy_has_three_servers_that_never_read() -> None:
    right, found = texts(textbook()), texts(grading.unfinished())
    changed = {path for path, text in found.items() if text != right[path]}
    assert changed == {step.file for step in steps() if step.id in grading.UNFINISHED}
    assert {found[path] for path in changed} == {grading.NEVER_READS}
    assert len(changed) == 3


def test_the_hostile_copy_never_rests() -> None:
    found = texts(grading.hostile())
    assert set(found) == {step.file for step in steps()}
    assert set(found.values()) == {grading.BUSY}


def test_a_grading_is_timed_to_its_end(fake_grader: Path) -> None:
    lasted, mark = grading.seconds(fake_grader)
    assert lasted > 0
    assert mark == "Note : __main__.py --seed 1"


def test_a_grading_without_a_mark(fake_grader: Path) -> None:
    (fake_grader / "grader/__main__.py").write_text("print('Rien à corriger.')")
    assert grading.seconds(fake_grader)[1] == "?"


def test_a_copy_is_written_then_removed(fake_grader: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(fake_grader))
    names = sorted(Path(file.path).name for file in grading.hostile().files)
    assert grading.written(grading.hostile())[1] == f"Note : {' '.join(names)} --seed 1"
    assert [path.name for path in fake_grader.iterdir()] == ["grader"]


def test_every_copy_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "seconds", lambda folder: (1.0, str(folder)))
    monkeypatch.setattr(grading, "written", lambda variant: (2.0, variant.name))
    found = {name: (wanted, measure()) for name, wanted, measure in grading.cases()}
    assert found.pop("ce dépôt") == (20.0, (1.0, str(grading.ROOT)))
    assert found.pop("hostile") == (DEFAULT, (2.0, "hostile"))
    assert found.pop("inachevée") == (90.0, (2.0, "inachevée"))
    assert list(found) == [f"ordinaire, tirage {seed}" for seed in range(grading.DRAWS)]
    assert all(found[name] == (30.0, (2.0, name)) for name in found)


def test_shows_the_time_beside_the_aim(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["grading.py"])
    monkeypatch.setattr(grading, "slowness", lambda: 1.5)
    monkeypatch.setattr(grading, "cases", lambda: [("copie", 20.0, lambda: (15.0, "Note : 12"))])
    assert grading.main() == 0
    title, line = capsys.readouterr().out.splitlines()
    assert title.split() == ["copie", "durée", "visée", "rapport", "machine", "note"]
    assert line.split() == ["copie", "15,0", "s", "20", "s", "0,75", "1,5x", "Note", ":", "12"]


def test_explains_itself() -> None:
    assert "combien de temps prend une correction" in run("benchmarks/grading.py", "--help").stdout
    assert run("benchmarks/grading.py", "--quoi").returncode == 2
