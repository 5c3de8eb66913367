"""La collection devant son propre correcteur : vingt sur vingt, sans une réserve.

Ce que chaque étape doit faire est dit et vérifié par les contrôles, et par eux seuls ;
tests/part1/ et tests/part2/ ne montrent que ce qu'ils ne demandent pas.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from web_sync_multiple import file_for

from grader.checks.expect import TOLERATED
from grader.engine.catalogue import TOTAL, select, steps
from grader.engine.doctor import usable
from grader.engine.grading import Options, grade
from grader.model.records import CheckResult, Launch, Report, Step, StepResult, Verdict
from tests.grader.variants import graders
from tests.support.processes import ROOT
from tests.support.sandbox import skip

SEED = 20
AT_MOST = 90.0  # secondes, d'autres tests à côté ; 30 quand la machine n'a rien d'autre à faire
ARGUMENTS = {"fetch": ("{url}",), "fetch_many": ("{file}",), "measure": ("{file}",)}
CHATTING = ("server", "client")
NAMED = ("II.5.client", "II.6.client")  # demandent un pseudo


def graded(wanted: tuple[Step, ...], sandbox: Literal["bwrap", "none"]) -> Report:
    with graders(1) as workers:
        if sandbox == "bwrap" and (reason := workers.submit(usable).result()):
            skip(reason)
        options = Options(ROOT, wanted, seed=SEED, sandbox=sandbox)
        return workers.submit(grade, options).result()


def reservations(report: Report) -> Iterator[str]:
    """Tout ce qu'on peut redire à cette correction."""
    for step in report.steps:
        if (step.file, step.others, step.note) != (step.step.file, [], ""):
            yield f"{step.step.id} : {step.file} {step.others} {step.note}"
        if step.launch != usual_launch(step):
            yield f"{step.step.id} : {step.launch}"
        for check in step.checks:
            if check.verdict is not Verdict.PASSED:
                said = check.failure.message if check.failure else check.error or check.cause
                yield f"{check.check.id} : {check.verdict}. {said}"
            yield from (f"{check.check.id} : {note}" for note in check.notes if TOLERATED in note)
            if step.step.kind not in CHATTING and codes(check) - {"0"}:
                yield f"{check.check.id} : code de sortie {codes(check)}"


def usual_launch(result: StepResult) -> Launch:
    """Lancé sans rien qui sorte de l'ordinaire ; en partie II, sur 127.0.0.1:8888."""
    kind, folder = result.step.kind, str(Path(result.step.file).parent)
    if kind == "script":
        return Launch()
    if kind in CHATTING:
        answers = ("pseudo",) if result.step.id in NAMED else ()
        return Launch(folder=folder, answers=answers, host="127.0.0.1", port=8888)
    return Launch(folder=folder, arguments=ARGUMENTS[kind])


def codes(check: CheckResult) -> set[str]:
    return {event.text for event in check.timeline if event.kind == "exit"}


@pytest.mark.busy
def test_full_marks() -> None:
    report = graded(steps(), "bwrap")
    print(f"Ce dépôt, corrigé en {report.seconds} s.")
    assert list(reservations(report)) == []
    assert (report.earned, report.points, report.notes) == (TOTAL, TOTAL, [])
    assert report.seconds < AT_MOST


# Sans bac à sable, le /tmp et le port 8888 sont ceux des autres tests.
@pytest.mark.proof
@pytest.mark.xdist_group("web_page")
def test_pages_without_a_sandbox() -> None:
    wanted = tuple(step for step in select("I.2") if step.kind != "measure")  # douze secondes
    report = graded(wanted, "none")
    assert list(reservations(report)) == []
    assert not [url for url in asked(report) if file_for(url).exists()]


def asked(report: Report) -> set[str]:
    """Les URL des pages que les scripts ont demandées."""
    events = [event for step in report.steps for check in step.checks for event in check.timeline]
    return {event.text.removeprefix("GET ") for event in events if event.kind == "request"}


@pytest.mark.proof
@pytest.mark.xdist_group("port-8888")
def test_chat_without_a_sandbox() -> None:
    report = graded(select("II"), "none")
    print(f"La partie II, corrigée sans bac à sable en {report.seconds} s.")
    assert list(reservations(report)) == []


@pytest.mark.shape
def test_every_script_is_graded() -> None:
    scripts = {str(path.relative_to(ROOT)) for path in ROOT.glob("part[12]/*.py")}
    tools = {"part1/local_site.py"}  # que mesure.py lance lui-même
    assert scripts - tools == {step.file for step in steps()}
