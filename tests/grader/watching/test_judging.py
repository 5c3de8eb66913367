"""Une correction à part : ce qu'elle trouve arrive à mesure, et l'arrêter arrête tout."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from grader.discovery.interpreters import find_interpreters
from grader.engine import catalogue, grading, pool
from grader.model.records import Outcome, RefusedError, Report
from grader.sandbox.appetite import processes_of
from grader.watching import judging
from grader.watching.judging import Advanced, Failed, Found, Judging, Pythons, Tried
from tests.grader.commandline import HASTY, submission
from tests.grader.driving.programs import children
from tests.grader.reports import sample
from tests.grader.watching.processes import is_over
from tests.support.waiting import DEADLINE, wait_until

STEPS = catalogue.select("I.1.sync")
Grade = Callable[[grading.Options], Report]


@pytest.fixture(autouse=True)
def _leaves_nothing() -> Iterator[None]:
    yield
    assert children() == []


def options(folder: Path) -> grading.Options:
    return grading.Options(folder, STEPS, ("I.1.sync",), seed=7)


def started(folder: Path, grade: Grade) -> Judging:
    with mock.patch.object(grading, "grade", grade):
        return Judging(options(folder))


def everything(one: Judging) -> list[Found]:
    """Tout ce qu'elle dit, jusqu'à sa fin."""
    found: list[Found] = []
    while not found or not isinstance(found[-1], Report | Failed):
        assert select.select([one], [], [], DEADLINE)[0]
        found.append(one.read())
    one.stop()
    return found


def test_what_it_finds_comes_as_it_goes(tmp_path: Path) -> None:
    result = sample.joining()
    report = Report(str(tmp_path), 7, "bwrap", [])

    def grade(asked: grading.Options) -> Report:
        assert (asked.folder, asked.seed) == (tmp_path, 7)
        assert asked.heard
        assert asked.progress
        asked.heard(result, False)
        asked.progress(1, 2, "")
        asked.heard(result, True)
        return report

    told = everything(started(tmp_path, grade))
    assert told == [Tried(result, sure=False), Advanced(1, 2), Tried(result, sure=True), report]


@pytest.mark.proof
def test_the_pythons_of_the_machine_are_looked_for_once(tmp_path: Path) -> None:
    machine = find_interpreters()

    def grade(asked: grading.Options) -> Report:
        assert asked.find
        assert asked.find(()) == machine
        assert {one.path for one in asked.find(["colored"])} == {one.path for one in machine}
        return Report(str(tmp_path), 7, "bwrap", [])

    pythons, _ = everything(started(tmp_path, grade))
    assert isinstance(pythons, Pythons)
    assert pythons.found == tuple(machine)
    again = grading.with_settings(options(tmp_path), find=pythons)
    with mock.patch.object(grading, "grade", grade):
        told = everything(Judging(again))
    assert [type(one) for one in told] == [Report]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RefusedError("ce dossier ne contient rien."), "ce dossier ne contient rien."),
        (PermissionError(13, "denied"), "Le correcteur s'est trompé : permission refusée"),
        (ZeroDivisionError("x"), "Le correcteur s'est trompé : ZeroDivisionError: x"),
    ],
)
def test_what_stops_it_is_said(error: Exception, reason: str, tmp_path: Path) -> None:
    def grade(_: grading.Options) -> Report:
        raise error

    assert everything(started(tmp_path, grade)) == [Failed(reason)]


def test_a_judge_that_dies_is_said(tmp_path: Path) -> None:
    def grade(_: grading.Options) -> Report:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    (end,) = everything(started(tmp_path, grade))
    assert isinstance(end, Failed)
    assert "signal 9" in end.reason


def test_stopped_it_gives_back_what_it_took(tmp_path: Path) -> None:
    ready, given = tmp_path / "prêt", tmp_path / "rendu"

    def grade(_: grading.Options) -> Report:
        try:
            ready.touch()
            time.sleep(600)
        finally:
            given.touch()
        raise AssertionError

    one = started(tmp_path, grade)
    wait_until(ready.exists, "rien n'a commencé")
    one.stop()
    assert given.exists()


def test_deaf_it_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "prêt"

    def grade(_: grading.Options) -> Report:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ready.touch()
        time.sleep(600)
        raise AssertionError

    with mock.patch.object(judging, "GRACE", 0.2):
        one = started(tmp_path, grade)
        wait_until(ready.exists, "rien n'a commencé")
        before = time.monotonic()
        one.stop()
    assert time.monotonic() - before < 5


@pytest.mark.proof
@pytest.mark.sandbox
def test_a_real_one_and_its_trials(tmp_path: Path) -> None:
    told = everything(Judging(options(submission(tmp_path, HASTY))))
    tried = [one for one in told if isinstance(one, Tried)]
    assert {one.result.check.id for one in tried} == {check.id for check in STEPS[0].checks}
    assert {one.sure for one in tried} == {False, True}  # une preuve se rejoue
    report = told[-1]
    assert isinstance(report, Report)
    by_check = {one.result.check.id: one.result for one in tried if one.sure}
    played = [check for check in report.steps[0].checks if check.runs]
    assert played
    for check in played:
        assert by_check[check.check.id].verdict == check.verdict


@pytest.mark.proof
@pytest.mark.sandbox
def test_stopped_its_arenas_die_with_it(tmp_path: Path) -> None:
    marks = tmp_path / "essais"
    marks.mkdir()

    def run(*_: object) -> Outcome:
        process = subprocess.Popen(["sleep", "600"], start_new_session=True)
        (marks / str(process.pid)).touch()
        process.wait()
        raise AssertionError

    with mock.patch.object(pool, "run", run):
        one = Judging(options(submission(tmp_path, HASTY)))
    wait_until(lambda: list(marks.iterdir()), "aucun essai")
    below = processes_of(children()[0])
    assert len(below) > 1
    one.stop()
    wait_until(lambda: all(map(is_over, below)), "il en reste")
