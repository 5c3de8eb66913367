"""Une classe de toutes petites copies : chacune son rapport, quoi qu'il arrive aux autres."""

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from grader.classroom.reserved import reserved
from grader.classroom.running import ClassOptions, News, ToGrade, grade_class
from grader.driving.setting import Job, Setting
from grader.engine import grading, pool
from grader.engine.catalogue import select
from grader.engine.slots import holding
from grader.model.records import (
    Failure,
    Launch,
    Outcome,
    RefusedError,
    Report,
)
from grader.reports import jsonreport
from tests.grader.classroom.small import (
    STEPS,
    Scenario,
    copies,
    ends,
    options,
    place,
    play,
    played,
    reports,
    stub,
    to_grade,
)
from tests.grader.commandline import submission
from tests.grader.driving.programs import children
from tests.grader.variants import graders

FOREVER = 60  # secondes ; personne ne les attend


@pytest.fixture(scope="module")
def single() -> Iterator[ProcessPoolExecutor]:
    with graders(1) as executor:
        yield executor


def is_graded(folder: Path) -> None:
    given = copies(folder, "ada", "bob", "cléo", shown="la classe")
    told = play(given, options(folder, opened=2))
    assert ends(told) == dict.fromkeys(("ada", "bob", "cléo"), "finished")
    written = reports(folder)
    assert written.keys() == {"ada", "bob", "cléo"}
    assert {report["steps"][0]["verdict"] for report in written.values()} == {"failed"}
    assert {report["folder"] for report in written.values()} == {"la classe"}
    assert len({report["seed"] for report in written.values()}) == 3
    assert min(report["seed"] for report in written.values()) > 1 << 32
    settled = [(news.done, news.total) for name, news in told if (name, news.what)[1] == "settled"]
    assert sorted(settled) == [(1, 2)] * 3 + [(2, 2)] * 3
    names = [name for name, _ in told]
    first_end = next(i for i, (_, news) in enumerate(told) if news.what == "finished")
    assert names.index("cléo") > first_end  # deux à la fois


def is_graded_as_if_alone(folder: Path) -> None:
    (copy,) = copies(folder, "ada", seed=7)
    alone = grading.grade(grading.Options(place(copy), STEPS, ("I.1.sync",), seed=7))
    play([copy, *copies(folder, "bob")], options(folder))
    beside = reports(folder)["ada"]
    alone_json = json.loads(jsonreport.dump(alone))
    assert jsonreport.unvarying(beside) == jsonreport.unvarying(alone_json)


def replays_alone(folder: Path) -> None:
    """Chaque contrôle tarde d'abord : trois copies veulent toutes les places, à tour de rôle."""
    (step,) = select("II.4.server")
    log = folder / "essais"

    def run(_: Setting, job: Job) -> Outcome:
        started = time.monotonic()
        met = folder / f"{job.seed}-{job.check.id}"
        first = not met.exists()
        met.touch()
        time.sleep(0.05)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{int(first)} {started} {time.monotonic()}\n")
        late = first and not job.check.static
        failure = Failure("Rien.") if late else None
        return Outcome(float(not late), failure, timed_out=late, launch=Launch(port=9000))

    script = {step.file: "import asyncio\nasyncio.start_server\n"}
    given = [
        to_grade(str(seed), submission(folder / f"copie {seed}", script), seed)
        for seed in (1, 2, 3)
    ]
    with mock.patch.object(pool, "run", run):
        told = play(given, ClassOptions(folder / "notes", (step,), ("II.4.server",), jobs=2))
    assert ends(told) == dict.fromkeys("123", "finished")
    for report in reports(folder).values():
        assert report["earned"] == step.points
    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    trials = [(first == "1", float(start), float(end)) for first, start, end in lines]
    replayed = [(start, end) for first, start, end in trials if not first]
    assert len(replayed) == 3 * sum(not check.static for check in step.checks)
    for began, finished in replayed:
        assert sum(start < finished and began < end for _, start, end in trials) == 1  # lui-même
    firsts = [(start, end) for first, start, end in trials if first]
    assert any(a[0] < b[0] < a[1] for a in firsts for b in firsts)  # les autres, côte à côte


def what_cannot_be_graded_is_told(folder: Path) -> None:
    given = copies(folder, "ada", "bob")
    played(given, options(folder))
    (place(given[0]) / "part1/sleep_and_print.py").unlink()
    told = played(given, options(folder))
    assert ends(told) == {"ada": "failed", "bob": "kept"}
    (text,) = [news.text for _, news in told if news.what == "failed"]
    assert text.endswith("ce dossier ne contient aucun fichier Python.")
    assert reports(folder).keys() == {"bob"}  # celui d'ada ne disait plus rien d'elle


def a_death_changes_nothing_for_others(folder: Path) -> None:
    """Tué d'un coup, en panne, ou qui ne peut rien écrire : on le dit, et les autres finissent."""

    def grade(options: grading.Options, slots: Any) -> Report:
        assert slots.take(4) or True
        match options.folder.name:
            case "tué":
                os.kill(os.getpid(), signal.SIGKILL)
            case "panne":
                raise LookupError("perdu")
            case "plein":
                raise OSError(28, "No space left on device")
        return stub(options, slots)

    given = copies(folder, "tué", "panne", "plein", "ada", "bob")
    told = played(given, options(folder, jobs=1), grade)
    assert ends(told) == {
        **dict.fromkeys(("tué", "panne", "plein"), "failed"),
        **dict.fromkeys(("ada", "bob"), "finished"),
    }
    texts = {name: news.text for name, news in told if news.what == "failed"}
    assert texts["tué"] == "Le correcteur de cette copie s'est arrêté avant la fin (signal 9)."
    assert texts["panne"] == "Le correcteur s'est trompé : LookupError: perdu"
    assert "No space" not in texts["plein"]
    assert reports(folder).keys() == {"ada", "bob"}


def the_places_of_the_dead_come_back(folder: Path) -> None:
    """Une seule place, que le premier emporte avec lui."""

    def grade(options: grading.Options, slots: Any) -> Report:
        with holding(slots):
            if options.folder.name == "tué":
                os.kill(os.getpid(), signal.SIGKILL)
            return stub(options, slots)

    told = played(copies(folder, "tué", "ada", "bob"), options(folder, jobs=1), grade)
    assert ends(told) == {"tué": "failed", "ada": "finished", "bob": "finished"}


def what_the_caller_raises_stops_everything(folder: Path) -> None:
    def refuse(_copy: ToGrade, news: News) -> None:
        if news.what == "finished":
            raise KeyboardInterrupt

    def grade(options: grading.Options, slots: Any) -> Report:
        if options.folder.name != "ada":
            time.sleep(FOREVER)
        return stub(options, slots)

    with (
        mock.patch.object(grading, "grade", grade),
        pytest.raises(KeyboardInterrupt),
        reserved(folder / "notes"),
    ):
        grade_class(copies(folder, "ada", "bob", "cléo"), options(folder), refuse)
    assert children() == []
    assert reports(folder).keys() == {"ada"}


def leaves_no_file_open(folder: Path) -> None:
    before = sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208
    played(copies(folder, "ada", "bob"), options(folder))
    assert sorted(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def inherits_nothing(folder: Path) -> None:
    """Ni les sockets des autres copies, ni le dossier réservé, qui le resterait après nous."""

    def grade(options: grading.Options, slots: Any) -> Report:
        opened = [name for name in os.listdir("/proc/self/fd") if int(name) > 2]  # noqa: PTH208
        assert len(opened) == 3, opened  # ses places, ses nouvelles, et celui qui les liste
        return stub(options, slots)

    assert set(ends(played(copies(folder, *"abcd"), options(folder), grade)).values()) == {
        "finished"
    }


REAL = [is_graded, is_graded_as_if_alone, replays_alone]
SCENARIOS = [
    what_cannot_be_graded_is_told,
    a_death_changes_nothing_for_others,
    the_places_of_the_dead_come_back,
    what_the_caller_raises_stops_everything,
    leaves_no_file_open,
    inherits_nothing,
]


@pytest.mark.proof
@pytest.mark.parametrize("scenario", REAL, ids=lambda scenario: scenario.__name__)
@pytest.mark.sandbox
def test_a_class(scenario: Scenario, single: ProcessPoolExecutor, tmp_path: Path) -> None:
    single.submit(scenario, tmp_path).result(FOREVER)


@pytest.mark.proof
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_class_goes_on(scenario: Scenario, single: ProcessPoolExecutor, tmp_path: Path) -> None:
    single.submit(scenario, tmp_path).result(FOREVER)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", ".caché", "a\nb", "a\x1b[2J", "é" * 101])
def test_a_name_that_cannot_be_a_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="ne peut être celui d'un rapport") as refusal:
        grade_class([to_grade(name, tmp_path)], options(tmp_path), lambda *_: None)
    assert str(refusal.value).isprintable()


def test_two_copies_with_one_report(tmp_path: Path) -> None:
    given = [to_grade("Ada", tmp_path), to_grade("ada", tmp_path)]
    with pytest.raises(RefusedError, match="le même rapport : Ada et ada"):
        grade_class(given, options(tmp_path), lambda *_: None)
