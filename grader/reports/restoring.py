"""Un rapport en JSON, relu tout entier : ce qu'en montrent le terminal et la page y est de nouveau.

Les indices, et ce que le JSON ne dit pas des étapes, viennent du catalogue ; le reste vient du
rapport : le correcteur d'alors avait peut-être d'autres étapes, ou d'autres points.
"""

import heapq
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Literal, get_args

from grader.model.records import (
    Check,
    CheckResult,
    Event,
    EventKind,
    Failure,
    Launch,
    Match,
    Outcome,
    Report,
    Step,
    StepResult,
    Verdict,
)
from grader.reports.jsonreport import MAX_PATH, SEEDS, contents, parsed
from grader.reports.parts import Part
from wording.numbers import count

# Les bornes du schéma.
MAX_STEPS = MAX_CHECKS = MAX_SELECTED = MAX_RUNS = 100
MAX_LANES, MAX_EVENTS = 1000, 10_000
MAX_POINTS = 1000.0
MAX_SECONDS = 1e9
MAX_OMITTED = 1 << 32
MAX_PORT = 65535
CLOSE = 0.01  # point : ce que des arrondis peuvent ajouter à une somme

ID = re.compile(r"[A-Za-z0-9._-]{1,80}")
VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){1,9}")
CONTENT = re.compile(r"([0-9a-f]{64})?")
NO_HINT = "Ce correcteur n'a pas ce contrôle, et donc pas d'indice."


def restore(path: Path, steps: Sequence[Step]) -> Report:
    """Le rapport de ce fichier ; `steps`, le catalogue. ReportError s'il est abîmé."""
    return restored(contents(path), steps)


def restored(text: str, steps: Sequence[Step]) -> Report:
    """Comme `restore`, depuis son texte."""
    return _Restorer(steps).report(Part(parsed(text), ""))


class _Restorer:
    """De quoi refaire un rapport, d'après un catalogue."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = {step.id: step for step in steps}
        self.checks = {check.id: check for step in self.steps.values() for check in step.checks}

    def report(self, part: Part) -> Report:
        selection = tuple(part.texts("selection", MAX_SELECTED))
        if not all(map(ID.fullmatch, selection)):
            raise part.damaged("selection")
        report = Report(
            folder=part.text("folder", MAX_PATH),
            seed=part.integer("seed", SEEDS),
            sandbox=_sandbox(part),
            steps=[self.step(one) for one in part.parts("steps", MAX_STEPS)],
            notes=part.texts("notes"),
            selection=selection,
            # Un rapport plus ancien n'en disait rien.
            content=part.like("content", CONTENT) if "content" in part.values else "",
            seconds=part.number("seconds", MAX_SECONDS),
            grader=part.like("grader", VERSION),
            date=part.date("date"),
        )
        checks = [check.check.id for step in report.steps for check in step.checks]
        if _repeated(step.step.id for step in report.steps) or _repeated(checks):
            raise part.damaged("steps")
        _agree(part, report, report.possible)
        return report

    def step(self, part: Part) -> StepResult:
        checks = [self.check(one) for one in part.parts("checks", MAX_CHECKS)]
        name = part.like("id", ID)
        title, file = part.title("title"), part.title("expected_file")
        judged = tuple(check.check for check in checks)
        known = self.steps.get(name) or Step(name, title, "script", file, (), (), judged)
        result = StepResult(
            step=replace(known, title=title, file=file, checks=judged),
            verdict=part.choice("verdict", Verdict),
            checks=checks,
            file=part.text("file"),
            others=part.texts("others"),
            python=part.text("python"),
            launch=_launch(part.part("launch")),
            note=part.text("note"),
        )
        _agree(part, result, result.step.points)
        return result

    def check(self, part: Part) -> CheckResult:
        name = part.like("id", ID)
        title, asks = part.title("title"), part.title("asks")
        points = part.number("possible", MAX_POINTS)
        hints = (NO_HINT, NO_HINT, NO_HINT)
        known = self.checks.get(name) or Check(name, title, asks, points, 0, (), False, hints, ())
        result = CheckResult(
            check=replace(known, title=title, asks=asks, points=points),
            verdict=part.choice("verdict", Verdict),
            earned=part.number("earned", points),
            cause=part.text("cause"),
            trial=_trial(part),
            runs=part.integer("runs", range(MAX_RUNS + 1)),
            seconds=part.number("seconds", MAX_SECONDS),
        )
        if result.earned > result.points:  # non jugé, il n'apporte rien
            raise part.damaged("earned")
        _agree(part, result, points)
        return result


def _agree(part: Part, result: Report | StepResult | CheckResult, possible: float) -> None:
    """Ce que le rapport dit de ses points doit être ce qui s'en calcule."""
    sums = {"possible": possible, "points": result.points, "earned": result.earned}
    for key, value in sums.items():
        if not math.isclose(part.number(key, MAX_POINTS * MAX_STEPS), value, abs_tol=CLOSE):
            raise part.damaged(key)


def _sandbox(part: Part) -> Literal["bwrap", "none"]:
    match part.values.get("sandbox"):
        case "bwrap":
            return "bwrap"
        case "none":
            return "none"
        case _:
            raise part.damaged("sandbox")


def _repeated(names: Iterable[str]) -> bool:
    seen = list(names)
    return len(set(seen)) < len(seen)


def _launch(part: Part | None) -> Launch | None:
    if part is None:
        return None
    return Launch(
        folder=part.text("folder"),
        arguments=tuple(part.texts("arguments")),
        answers=tuple(part.texts("answers")),
        host=part.text("host"),
        port=part.integer("port", range(MAX_PORT + 1)),
        urls=tuple(part.texts("urls")),
        note=part.text("note"),
        file=part.text("file"),
        unended=part.flag("unended"),
    )


def _trial(part: Part) -> Outcome:
    notes = part.texts("notes")
    if omitted := part.integer("omitted", range(MAX_OMITTED + 1)):
        notes.append(f"Du récit, le rapport n'a pas gardé {count(omitted, 'fait')}.")
    return Outcome(
        credit=0.0,  # seuls les points en sont gardés
        failure=_failure(part.part("failure")),
        error=part.text("error"),
        notes=notes,
        timeline=_timeline(part.parts("timeline", MAX_LANES)),
    )


def _failure(part: Part | None) -> Failure | None:
    if part is None:
        return None
    return Failure(
        message=part.text("message"),
        sent=part.text("sent"),
        expected=part.text("expected"),
        received=part.text("received"),
        match=None if part.values.get("match", "") is None else part.choice("match", Match),
        output=part.text("output"),
        reproduce=tuple(part.texts("reproduce")),
    )


def _timeline(lanes: Iterable[Part]) -> list[Event]:
    """Les faits de tous les acteurs, dans l'ordre où ils sont arrivés."""
    told = [
        [_event(lane.text("actor"), one) for one in lane.parts("events", MAX_EVENTS)]
        for lane in lanes
    ]
    return list(heapq.merge(*told, key=attrgetter("at")))


def _event(actor: str, part: Part) -> Event:
    text = part.text("kind")
    kind: EventKind | None = next((one for one in get_args(EventKind) if one == text), None)
    if kind is None:
        raise part.damaged("kind")
    return Event(actor, kind, part.text("text"), part.number("at", MAX_SECONDS))
