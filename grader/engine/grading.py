"""Corriger une copie : les contrôles prêts partent ensemble, les manqués se rejouent seuls."""

import dataclasses
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from grader.checks.registry import functions
from grader.driving.setting import Job, Script, Setting
from grader.engine.pairing import pairs, share
from grader.engine.pool import Pool
from grader.engine.preparing import Prepared, prepare
from grader.engine.results import assemble
from grader.engine.verdicts import LONGER, needs_alone, needs_longer
from grader.model import Check, Launch, Outcome, Report, Step, StepResult
from grader.sandbox.limits import Limits, Measures
from grader.world.authority import Authority

Progress = Callable[[int, int, str], None]  # contrôles finis, contrôles en tout, le dernier


@dataclass(frozen=True)
class Options:
    folder: Path
    steps: Sequence[Step]
    selection: tuple[str, ...] = ()
    seed: int = field(default_factory=lambda: random.randrange(1 << 32))
    sandbox: Literal["bwrap", "none"] = "bwrap"
    jobs: int = field(default_factory=lambda: 2 * (os.cpu_count() or 1))
    limits: Limits = field(default_factory=Limits)
    measures: Measures = field(default_factory=Measures)
    progress: Progress | None = None


def with_settings(options: Options, **settings: object) -> Options:
    """Les mêmes options, sauf celles-ci ; None laisse la valeur par défaut."""
    chosen: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
    return dataclasses.replace(options, **chosen)


def grade(options: Options) -> Report:
    """Juge la copie ; SubmissionError ou NoInterpreterError si ce n'en est pas une."""
    started = time.monotonic()
    prepared = prepare(options.folder, options.steps)
    functions()  # tout importer avant les forks
    with _place() as place:
        setting = Setting(
            sandbox=options.sandbox,
            place=place,
            authority=Authority(),
            submission=prepared.submission,
            limits=options.limits,
            measures=options.measures,
        )
        results = _Grading(options, setting, prepared).results()
    return Report(
        folder=str(options.folder.resolve()),
        seed=options.seed,
        sandbox=options.sandbox,
        steps=results,
        notes=list(prepared.submission.notes),
        selection=options.selection,
        seconds=round(time.monotonic() - started, 3),
    )


@contextmanager
def _place() -> Iterator[Path]:
    """Un dossier vide où chaque arène, dans ses montages à elle, range ce qu'elle prépare."""
    with tempfile.TemporaryDirectory(prefix="tp6-correcteur-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class _Grading:
    """L'état d'une correction : ce qui reste à jouer, et les essais déjà joués."""

    def __init__(self, options: Options, setting: Setting, prepared: Prepared) -> None:
        self.options, self.prepared = options, prepared
        self.pool: Pool[tuple[Step, Check]] = Pool(setting)
        self.outcomes: dict[str, list[Outcome]] = {}
        self.scripts: dict[str, Script] = dict(prepared.scripts)
        self.ready: list[tuple[Step, Check]] = []
        self.alone: list[tuple[Step, Check]] = []
        self.longer: list[tuple[Step, Check]] = []
        self.done = 0
        self.total = 0

    def results(self) -> list[StepResult]:
        try:
            for step in self.options.steps:
                if step.id in self.scripts and step.id not in self.prepared.broken:
                    self.total += len(step.checks)
                    self._open(step)
            self._play()
            results = assemble(self.options.steps, self.prepared, self.scripts, self.outcomes)
            self._play_pairs(results)
        finally:
            self.pool.close()
        return results

    def _play_pairs(self, results: list[StepResult]) -> None:
        """Là où rien ne répond au correcteur, voir si la copie se comprend elle-même."""
        by_step = {result.step.id: result.checks for result in results}
        launched = [step for step in self.options.steps if step.id in self.scripts]
        for step, check in pairs(launched, by_step):
            if self.scripts[step.id].launch.port:  # sans quoi le client ne va nulle part
                self.ready.append((step, check))
                self.total += 1
                self._play()
                share(check.id.removesuffix(".pair"), self.outcomes[check.id][-1], by_step)

    def _open(self, step: Step) -> None:
        """Les contrôles d'une étape attendent le premier, qui apprend comment lancer le script."""
        if step.kind == "script":
            self.ready += [(step, check) for check in step.checks]
        else:
            self.ready.append((step, step.checks[0]))

    def _play(self) -> None:
        while self.ready or self.alone or self.longer:
            self._play_together(self.ready, 1.0)
            if self.alone:
                self._start(self.alone.pop(0), 1.0)
                self._collect()
            elif self.longer:
                self._play_together(self.longer, LONGER)

    def _play_together(self, waiting: list[tuple[Step, Check]], patience: float) -> None:
        slots = self.options.jobs if self.options.sandbox == "bwrap" else 1
        while waiting or len(self.pool):
            # Les comptes de l'étape I.1 ne font que dormir : ils ne prennent la place de personne.
            waiting.sort(key=lambda item: item[0].kind != "script")
            while waiting and (len(self.pool) < slots or waiting[0][0].kind == "script"):
                self._start(waiting.pop(0), patience)
            self._collect()

    def _start(self, item: tuple[Step, Check], patience: float) -> None:
        step, check = item
        scripts = {
            name: dataclasses.replace(script, launch=dataclasses.replace(script.launch))
            for name, script in self.scripts.items()
        }
        self.pool.start(item, Job(step, check, scripts, self.options.seed, patience))

    def _collect(self) -> None:
        item, outcome = self.pool.next()
        step, check = item
        outcomes = self.outcomes.setdefault(check.id, [])
        outcomes.append(outcome)
        if needs_alone(outcomes):
            self.alone.append(item)
        elif needs_longer(outcomes):
            self.longer.append(item)
        else:
            self._settle(step, check, outcome)

    def _settle(self, step: Step, check: Check, outcome: Outcome) -> None:
        """Le contrôle est jugé : s'il ouvrait l'étape, les autres peuvent partir."""
        self.done += 1
        if check is step.checks[0] and step.kind != "script":
            if outcome.launch:
                self._learn(step, outcome.launch)
                self.ready += [(step, other) for other in step.checks[1:]]
            else:
                self.done += len(step.checks) - 1
        if self.options.progress:
            self.options.progress(self.done, self.total, check.id)

    def _learn(self, step: Step, launch: Launch) -> None:
        self.scripts[step.id] = dataclasses.replace(self.scripts[step.id], launch=launch)
