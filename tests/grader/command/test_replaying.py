"""Rejouer un rapport : quoi, avec quels mots, et ce qui a changé depuis."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from grader.command.exits import BAD_INPUT, OK
from grader.engine import grading
from grader.engine.catalogue import select
from grader.model.records import Verdict
from grader.model.version import VERSION
from grader.reports import jsonreport
from tests.grader.command.asking import Asked, reported
from tests.grader.commandline import said

pytestmark = pytest.mark.usefixtures("capable")
FAILED = {
    "II.3.client.sends": Verdict.FAILED,
    "II.4.server.relay": Verdict.UNSTABLE,
    "II.4.server.silent": Verdict.SKIPPED,
    "II.5.client.hello": Verdict.ERROR,
    "II.5.server.joins": Verdict.SKIPPED,
    "II.6.server.chat": Verdict.NOT_SUBMITTED,
}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Écrit un rapport où ces contrôles ont ces verdicts."""

    def write(verdicts: dict[str, Verdict], sandbox: Literal["bwrap", "none"] = "bwrap") -> Path:
        options = grading.Options(tmp_path, select("II"), seed=99)
        report = replace(reported(options), sandbox=sandbox)
        for step in report.steps:
            for check in step.checks:
                check.verdict = verdicts.get(check.check.id, Verdict.PASSED)
        file = tmp_path / "rapport.json"
        file.write_text(jsonreport.dump(report), encoding="utf-8")
        return file

    return write


def test_only_what_failed_with_the_same_seed(
    written: Callable[..., Path], asked: Asked, tmp_path: Path
) -> None:
    assert said("replay", str(written(FAILED))).code == OK
    (options,) = asked
    wanted = ["II.3.client", "II.4.server", "II.5.client"]
    assert [step.id for step in options.steps] == wanted
    assert (options.folder, options.seed) == (tmp_path, 99)
    assert options.selection == tuple(wanted)


def test_what_one_asks_for(written: Callable[..., Path], asked: Asked) -> None:
    report = str(written(FAILED))
    assert said("replay", report, "--step", "ii.2", "--seed", "7", "--jobs", "3").code == OK
    (options,) = asked
    assert [step.id for step in options.steps] == ["II.2.server", "II.2.client"]
    assert (options.seed, options.jobs) == (7, 3)


def test_nothing_failed(written: Callable[..., Path], asked: Asked) -> None:
    answer = said("replay", str(written({})))
    assert (answer.code, answer.err, asked) == (OK, "", [])
    assert answer.out == "Rien à rejouer : aucun contrôle de ce rapport n'a échoué.\n"


def test_only_what_this_grader_does_not_have_failed(
    written: Callable[..., Path], asked: Asked
) -> None:
    file = written({"II.3.client.sends": Verdict.FAILED})
    text = file.read_text(encoding="utf-8").replace("II.3.client.sends", "II.3.client.shouts")
    file.write_text(text, encoding="utf-8")
    answer = said("replay", str(file))
    assert (answer.code, asked) == (OK, [])
    assert "ce correcteur n'a aucun des contrôles qui ont échoué" in answer.out


def test_what_changed_since_is_said_of_what_is_replayed(
    written: Callable[..., Path], asked: Asked
) -> None:
    answer = said("replay", str(written(FAILED)))
    assert (answer.code, len(asked)) == (OK, 1)
    _, changes = answer.out.split("Depuis le ")
    told = [" ".join(line.split()) for line in changes.splitlines()]
    assert "✗ échec → ✓ juste Envoie ce qu'on tape" in told
    assert "≈ instable → ✓ juste Relaie à tous les autres" in told
    assert "Contrôles : 4 jugés autrement, 15 inchangés." in told
    assert not any("II.5.server" in line or "II.6.server" in line for line in told)


def test_nothing_changed(written: Callable[..., Path], asked: Asked) -> None:
    answer = said("replay", str(written({})), "--step", "II.2")
    assert (answer.code, len(asked)) == (OK, 1)
    assert answer.out.endswith("\n\n  Rien n'a changé.\n")


def test_a_damaged_report_is_refused(written: Callable[..., Path], asked: Asked) -> None:
    file = written(FAILED)
    facts = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(facts | {"grader": "1.9\x1b"}), encoding="utf-8")
    answer = said("replay", str(file))
    assert (answer.code, answer.out, asked) == (BAD_INPUT, "", [])
    assert answer.err == f"{file} : ce rapport est abîmé (« grader » ne convient pas).\n"


def test_another_grader_may_judge_otherwise(written: Callable[..., Path], asked: Asked) -> None:
    file = written(FAILED)
    facts = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(facts | {"grader": "1.9"}), encoding="utf-8")
    answer = said("replay", str(file))
    assert (answer.code, len(asked)) == (OK, 1)
    assert answer.err == (
        f"Ce rapport est du correcteur 1.9, et celui-ci est le {VERSION} : les verdicts "
        "peuvent changer.\n"
    )


@pytest.mark.parametrize("wanted", ["", "X"])
def test_an_unknown_step(wanted: str, written: Callable[..., Path], asked: Asked) -> None:
    answer = said("replay", str(written(FAILED)), "--step", wanted)
    assert answer.err.startswith(f"Étape inconnue : {wanted}.")
    assert asked == []


def test_the_sandbox_is_not_the_report_s_to_choose(
    written: Callable[..., Path], asked: Asked
) -> None:
    assert said("replay", str(written(FAILED, sandbox="none"))).code == OK
    assert [one.sandbox for one in asked] == ["bwrap"]


def test_the_folder_is_gone(written: Callable[..., Path], tmp_path: Path) -> None:
    file = written(FAILED)
    facts = json.loads(file.read_text(encoding="utf-8"))
    facts["folder"] = str(tmp_path / "parti\x1b[31m")
    file.write_text(json.dumps(facts), encoding="utf-8")
    answer = said("replay", str(file))
    assert answer.code == 2
    assert "ce dossier n'existe pas" in answer.err
    assert "\x1b" not in answer.err
