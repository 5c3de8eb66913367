"""Une classe de toutes petites copies, et de quoi en voir la fin."""

import functools
import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any
from unittest import mock

from grader.classroom.copies import Copy, Student
from grader.classroom.reserved import reserved
from grader.classroom.running import ClassOptions, News, ToGrade, grade_class
from grader.discovery.files import read_submission
from grader.discovery.interpreters import KnownInterpreters
from grader.engine import grading
from grader.engine.catalogue import select
from grader.model.records import CheckResult, Report, StepResult, Verdict
from tests.grader.commandline import HASTY, submission
from tests.grader.driving.programs import children

STEPS = select("I.1.sync")
Told = list[tuple[str, News]]
Scenario = Callable[[Path], None]
known = functools.cache(KnownInterpreters)  # les chercher prend une seconde


def options(folder: Path, **settings: Any) -> ClassOptions:
    return ClassOptions(folder / "notes", STEPS, ("I.1.sync",), find=known(), **settings)


def to_grade(name: str, folder: Path, *settings: Any, **more: Any) -> ToGrade:
    copy = Copy(name, PurePosixPath(name), (Student(name),), folder, report=name)
    return ToGrade(copy, *settings, **more)


def copies(folder: Path, *names: str, **settings: Any) -> list[ToGrade]:
    return [to_grade(name, submission(folder / name, HASTY), **settings) for name in names]


def place(copy: ToGrade) -> Path:
    assert copy.copy.folder
    return copy.copy.folder


def play(given: list[ToGrade], chosen: ClassOptions) -> Told:
    told: Told = []
    with reserved(chosen.results):
        grade_class(given, chosen, lambda copy, news: told.append((copy.name, news)))
    assert children() == []
    return told


def ends(told: Told) -> dict[str, str]:
    """Comment finit chaque copie : une fois, et rien après."""
    last = [(name, news.what) for name, news in told if news.what not in ("opened", "settled")]
    assert len(dict(last)) == len(last)
    return dict(last)


def reports(folder: Path) -> dict[str, dict[str, Any]]:
    found = (folder / "notes").glob("*.json")
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in found}


def stub(options: grading.Options, _slots: object) -> Report:
    """À la place d'une vraie correction : tout est juste, dans cette copie et à cette graine."""
    (step,) = STEPS
    checks = [CheckResult(check, Verdict.PASSED, check.points) for check in step.checks]
    script = options.chosen.get(step.id, PurePosixPath(step.file))
    return Report(
        options.shown or str(options.folder),
        options.seed,
        "bwrap",
        [StepResult(step, Verdict.PASSED, checks, file=str(script))],
        selection=options.selection,
        content=read_submission(options.folder).digest(),
    )


def played(given: list[ToGrade], chosen: ClassOptions, grade: Callable[..., Report] = stub) -> Told:
    with mock.patch.object(grading, "grade", grade):
        return play(given, chosen)
