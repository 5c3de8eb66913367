"""Ce que décident les commandes : avec ou sans bac à sable, quel code rendre."""

import errno
import io
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.command import commands
from grader.command.exits import GRADER_ERROR, NO_SANDBOX, NOT_FULL, NOT_JUDGED, OK
from grader.engine import doctor as machine
from grader.engine import grading
from grader.engine.catalogue import select
from grader.engine.doctor import Finding
from grader.engine.preparing import NoInterpreterError
from grader.model.records import Report, Verdict
from grader.reports import jsonreport
from tests.grader.command.asking import REASON, Asked, reported
from tests.grader.commandline import HASTY, Screen, grader, said, submission
from tests.grader.reports import sample
from tests.support.processes import ROOT

APART = ("passed", "error", "not_judged")


@pytest.mark.usefixtures("capable")
@pytest.mark.parametrize(
    ("chosen", "used"), [(None, "bwrap"), ("bwrap", "bwrap"), ("none", "none")]
)
def test_a_machine_that_has_a_sandbox(chosen: str | None, used: str, asked: Asked) -> None:
    options = ["--sandbox", chosen] if chosen else []
    answer = said("/ailleurs", *options)
    assert (answer.code, answer.err) == (OK, "")
    assert [one.sandbox for one in asked] == [used]


@pytest.mark.usefixtures("bare")
class TestWithoutNamespaces:
    def test_the_code_of_a_stranger_does_not_run(self, asked: Asked, tmp_path: Path) -> None:
        answer = said(str(tmp_path))
        assert (answer.code, answer.out, asked) == (NO_SANDBOX, "", [])
        assert f"Pas de bac à sable : {REASON}." in answer.err
        assert "python -m grader doctor" in answer.err
        assert answer.err.count("\n") == 2

    def test_nor_ours_if_a_sandbox_is_asked_for(self, asked: Asked) -> None:
        assert said("--sandbox", "bwrap").code == NO_SANDBOX
        assert asked == []

    @pytest.mark.parametrize("folder", [[], ["."], [str(ROOT)], [f"{ROOT}/grader/.."]])
    def test_ours_runs_and_it_is_said_in_a_line(
        self, folder: list[str], asked: Asked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(ROOT)
        answer = said("step", "II", *folder)
        assert answer.code == OK
        assert answer.err == f"Sans bac à sable ({REASON}) : c'est notre propre code.\n"
        assert [one.sandbox for one in asked] == ["none"]

    def test_a_part_of_ours_or_a_copy_is_a_stranger(self, asked: Asked, tmp_path: Path) -> None:
        (tmp_path / "copie").symlink_to(ROOT / "part1")
        for folder in (ROOT / "part1", tmp_path / "copie", tmp_path, tmp_path / "absent"):
            assert said(str(folder)).code == NO_SANDBOX
        assert asked == []

    def test_installed_nothing_is_ours(self, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands, "INSTALLED", True)
        monkeypatch.chdir(ROOT)
        assert [said().code, said(str(ROOT)).code] == [NO_SANDBOX, NO_SANDBOX]
        assert asked == []

    def test_one_can_do_without_for_one_s_own_code(self, asked: Asked, tmp_path: Path) -> None:
        answer = said(str(tmp_path), "--sandbox", "none")
        assert (answer.code, answer.err) == (OK, "")
        assert [one.sandbox for one in asked] == ["none"]

    def test_a_report_cannot_do_without_for_someone(self, asked: Asked, tmp_path: Path) -> None:
        """Un rapport vient peut-être de la copie : il ne décide pas du bac à sable."""
        report = sample.report()
        report.sandbox, report.folder = "none", str(tmp_path)
        file = tmp_path / "rapport.json"
        file.write_text(jsonreport.dump(report), encoding="utf-8")
        assert said("replay", str(file), "--step", "II.4").code == NO_SANDBOX
        report.folder = "a\0b"
        file.write_text(jsonreport.dump(report), encoding="utf-8")
        assert said("replay", str(file), "--step", "II.4").code == NO_SANDBOX
        assert asked == []


@pytest.mark.proof
def test_a_real_machine_without_bubblewrap(tmp_path: Path) -> None:
    """Du PATH de la machine, tout sauf bwrap."""
    tools = tmp_path / "outils"
    tools.mkdir()
    for name in ("env", "prlimit", "setsid", "sh"):
        (tools / name).symlink_to(str(shutil.which(name)))
    copy = submission(tmp_path / "copie", HASTY)
    refused = grader(str(copy), PATH=str(tools))
    assert (refused.returncode, refused.stdout) == (NO_SANDBOX, "")
    assert "bwrap" in refused.stderr
    accepted = grader(str(copy), "--sandbox", "none", "--seed", "5", PATH=str(tools))
    assert (accepted.returncode, accepted.stderr) == (NOT_FULL, "")
    assert "sans bac à sable" in accepted.stdout
    assert "Le script n'affiche pas deux fois" in accepted.stdout


@pytest.mark.usefixtures("capable")
@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([Verdict.PASSED, Verdict.PASSED], OK),
        ([], OK),
        *(([Verdict.PASSED, one], NOT_FULL) for one in Verdict if one not in APART),
        ([Verdict.PASSED, Verdict.NOT_JUDGED], NOT_JUDGED),
        ([Verdict.FAILED, Verdict.NOT_JUDGED, Verdict.PASSED], NOT_JUDGED),
        ([Verdict.NOT_JUDGED, Verdict.ERROR, Verdict.PASSED], GRADER_ERROR),
        ([Verdict.FAILED, Verdict.ERROR, Verdict.PASSED], GRADER_ERROR),
    ],
)
def test_exit_codes(verdicts: list[Verdict], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def grade(options: grading.Options) -> Report:
        report = reported(options)
        for step in report.steps:
            step.checks = [
                replace(check, verdict=verdict)
                for check, verdict in zip(step.checks, verdicts, strict=False)
            ]
        return report

    monkeypatch.setattr(grading, "grade", grade)
    assert said("step", "II.4").code == code


@pytest.mark.usefixtures("capable")
def test_no_python_to_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def grade(_: grading.Options) -> Report:
        raise NoInterpreterError("Aucun Python 3.11 ou plus récent sur cette machine.")

    monkeypatch.setattr(grading, "grade", grade)
    answer = said()
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "Aucun Python 3.11 ou plus récent sur cette machine.\n"


@pytest.mark.usefixtures("capable", "asked")
def test_a_report_that_can_no_longer_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = tmp_path / "rapport.json"
    kept.write_text("déjà là", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", full)
    answer = said("--json", str(kept))
    assert answer.code == 2
    assert answer.err.endswith("rapport.json : le disque est plein.\n")
    assert "Note" in answer.out  # la correction, elle, a bien eu lieu
    assert kept.read_text(encoding="utf-8") == "déjà là"
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.usefixtures("capable")
@pytest.mark.parametrize(("errors", "bar"), [(Screen, ["0/7 début", "3/7 fin"]), (io.StringIO, [])])
def test_a_bar_advances_on_a_terminal_only(
    errors: type[io.StringIO], bar: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def grade(options: grading.Options) -> Report:
        assert options.progress is not None
        options.progress(0, 7, "début")
        options.progress(3, 7, "fin")
        return reported(options)

    monkeypatch.setattr(grading, "grade", grade)
    monkeypatch.setenv("TERM", "xterm")
    shown = said("step", "II", errors=errors).err
    shown = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)
    assert list(dict.fromkeys(re.findall(r"\d/7 (?:début|fin)", shown))) == bar


@pytest.mark.parametrize("ok", [True, False])
def test_doctor(ok: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [
        Finding("Linux", True, "6.1[bold]"),
        Finding("bwrap", ok, *([] if ok else ["absent", "sudo apt install bubblewrap"])),
        Finding("Copies", True, "sans aiohttp", "make doctor VENV=.venv-3.12"),
    ]
    monkeypatch.setattr(machine, "diagnose", lambda: findings)
    answer = said("doctor")
    assert (answer.code, answer.err) == (OK if ok else NOT_FULL, "")
    assert "✓ Linux : 6.1[bold]" in answer.out  # aucun balisage n'agit
    assert ("✓ bwrap\n" if ok else "✗ bwrap : absent\n") in answer.out
    assert "~ Copies : sans aiohttp\n    make doctor VENV=.venv-3.12\n" in answer.out
    assert ("sudo apt install bubblewrap" in answer.out) is not ok
    assert ("Tout est prêt pour corriger." in answer.out) is ok


def test_too_small_a_machine_is_said_first(monkeypatch: pytest.MonkeyPatch, asked: Asked) -> None:
    monkeypatch.setattr(machine, "cramped", lambda: "Processus : 12 au plus")
    answer = said("--sandbox", "none")
    assert (answer.code, answer.out, asked) == (2, "", [])
    assert answer.err == "Processus : 12 au plus.\n"


@pytest.mark.usefixtures("capable")
def test_one_file_for_two_reports(asked: Asked, tmp_path: Path) -> None:
    (tmp_path / "ici").symlink_to(tmp_path)
    others = {"--json": "y", "--html": "z", "--junit": "t"}
    for first, second in (("--json", "--html"), ("--html", "--junit"), ("--junit", "--json")):
        wanted = others | {first: "x", second: "ici/x"}
        answer = said(
            *(word for kind, name in wanted.items() for word in (kind, str(tmp_path / name)))
        )
        assert (answer.code, answer.out, asked) == (2, "", [])
        assert answer.err.endswith("x : un seul fichier pour deux rapports.\n")
    assert list(tmp_path.iterdir()) == [tmp_path / "ici"]


@pytest.mark.usefixtures("capable", "asked")
def test_the_report_a_forge_reads(tmp_path: Path) -> None:
    wanted = tmp_path / "rapport.xml"
    answer = said("step", "II.4", "/copies/durand", "--junit", str(wanted))
    assert (answer.code, answer.err) == (OK, "")
    root = ElementTree.fromstring(wanted.read_text("utf-8"))
    checks = sum(len(step.checks) for step in select("II.4"))
    assert (root.get("name"), root.get("tests")) == ("durand", str(checks))


@pytest.mark.usefixtures("capable")
def test_the_budget_is_handed_over(asked: Asked) -> None:
    assert said("--budget", "7").code == said().code == OK
    assert [one.budget for one in asked] == [7, 180]


@pytest.mark.usefixtures("capable", "asked")
@pytest.mark.parametrize("columns", ["0", "1", "2", "40", "1000000000", "", "x"])
def test_any_width(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sous trois colonnes, rich ne finissait pas."""
    monkeypatch.setenv("COLUMNS", columns)
    for arguments in (["step", "II"], ["hint", "II", "--level", "3"], ["--help"]):
        answer = said(*arguments)
        assert (answer.code, answer.err) == (OK, "")
        assert "II.2.server" in answer.out or "--help" in answer.out
        assert len(answer.out) < 1_000_000


@pytest.mark.usefixtures("capable", "asked")
def test_outside_a_terminal_lines_are_not_filled_with_spaces() -> None:
    lines = said("step", "II").out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("step", ["II.5.server", "I.1"])
def test_the_code_of_a_hint_is_python_at_any_width(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = said("hint", step, "--level", "3").out
    hints = [check.hints[2].splitlines() for one in select(step) for check in one.checks]
    assert any(len(line) > 40 for hint in hints for line in hint)
    for hint in hints:
        assert "\n".join(f"    {line}" if line else "" for line in hint) in shown
