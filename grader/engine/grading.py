"""Corriger une copie : les contrôles prêts partent ensemble, les attentes vaines se rejouent."""

import dataclasses
import os
import random
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from grader.discovery.names import Chosen
from grader.driving.setting import Job, Script, Setting
from grader.engine import budget, catalogue
from grader.engine.budget import Budget
from grader.engine.pairing import PARTNERS, pairs, share
from grader.engine.pool import Pool
from grader.engine.preparing import Find, Prepared, prepare
from grader.engine.results import CUT, assemble, overall
from grader.engine.slots import OwnSlots, Slots, holding
from grader.engine.verdicts import LONGER, Next, following, judge
from grader.model.records import Check, CheckResult, Kind, Launch, Outcome, Report, Step, StepResult
from grader.sandbox.bare import room
from grader.sandbox.cell import PLACE
from grader.sandbox.limits import CellLimits

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings", bound="DataclassInstance")
Progress = Callable[[int, int, str], None]  # contrôles finis, contrôles en tout, le dernier
Heard = Callable[[CheckResult, bool], None]  # ce que vaut un contrôle jusque-là ; s'il est jugé
Item = tuple[Step, Check]
# Les comptes de I.1 ne font que dormir : ils ne prennent la place de personne.
SLEEPER: Kind = "script"
LONGEST_FIRST: dict[Kind, int] = {SLEEPER: 0, "measure": 1}


@dataclass(frozen=True)
class Options:
    folder: Path
    steps: Sequence[Step]
    selection: tuple[str, ...] = ()
    seed: int = field(default_factory=lambda: random.SystemRandom().randrange(1 << 63))
    sandbox: Literal["bwrap", "none"] = "bwrap"
    jobs: int = field(default_factory=lambda: 2 * (os.cpu_count() or 1))
    budget: float = budget.DEFAULT  # secondes
    limits: CellLimits = field(default_factory=CellLimits)
    progress: Progress | None = None
    chosen: Chosen = field(default_factory=dict)  # par étape, le fichier que quelqu'un a choisi
    find: Find | None = None  # où chercher les Python de la machine
    shown: str = ""  # le dossier dont parle le rapport ; vide : `folder`
    heard: Heard | None = None  # à chaque essai joué


def with_settings(options: Settings, **settings: object) -> Settings:
    """Les mêmes options, sauf celles-ci ; None laisse la valeur par défaut."""
    chosen: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
    return dataclasses.replace(options, **chosen)


def grade(options: Options, slots: Slots | None = None) -> Report:
    """Juge la copie. SubmissionError ou NoInterpreterError si ce n'en est pas une ; BareError si,
    sans bac à sable, la machine n'a pas la place de la juger.

    `slots` : les places qu'elle partage avec d'autres copies ; sinon, `options.jobs` à elle seule.
    """
    slots = slots or OwnSlots(options.jobs if options.sandbox == "bwrap" else 1)
    with holding(slots):  # lire une copie prend aussi un processeur
        started = time.monotonic()
        allowed = Budget(options.budget)
        prepared = prepare(
            options.folder, options.steps, options.sandbox, options.chosen, options.find
        )
    kinds = {step.kind for step in options.steps if step.id in prepared.found}
    allowed.spend()
    with place(options.sandbox, kinds) as folder:
        allowed.resume()  # sans bac à sable, une autre correction a pu la faire attendre
        setting = Setting(
            sandbox=options.sandbox,
            place=folder,
            submission=prepared.submission,
            limits=options.limits,
        )
        results = _Grading(options, setting, prepared, allowed, slots).results()
    return Report(
        folder=options.shown or str(options.folder.resolve()),
        seed=options.seed,
        sandbox=options.sandbox,
        steps=results,
        notes=list(prepared.submission.notes),
        content=prepared.submission.digest(),
        selection=options.selection,
        seconds=round(time.monotonic() - started, 3),
    )


@contextmanager
def place(sandbox: str, kinds: Collection[Kind] = ()) -> Iterator[Path]:
    """Là où chaque arène range ce qu'elle prépare : chez elle, ou sans arène dans /tmp."""
    if sandbox == "bwrap":
        yield PLACE
        return
    with room(kinds), tempfile.TemporaryDirectory(prefix="tp6-correcteur-") as folder:
        yield Path(folder)


def _both(pair: Item) -> tuple[str, str]:
    """Les deux étapes que réunit une conversation."""
    return PARTNERS[pair[1].id.removesuffix(".pair")]


class _Grading:
    """L'état d'une correction : ce qui reste à jouer, et les essais déjà joués."""

    def __init__(
        self,
        options: Options,
        setting: Setting,
        prepared: Prepared,
        allowed: Budget,
        slots: Slots,
    ) -> None:
        self.options, self.prepared, self.slots = options, prepared, slots
        self.pool: Pool[Item] = Pool(setting, slots.wakes)
        self.budget = allowed
        self.outcomes: dict[str, list[Outcome]] = {}
        self.scripts: dict[str, Script] = dict(prepared.scripts)
        self.ready: list[Item] = []
        self.alone: list[Item] = []
        self.longer: list[Item] = []
        self.running: list[Item] = []
        self.settled: set[str] = set()  # les contrôles dont plus aucun essai n'est à jouer
        self.total = 0

    def results(self) -> list[StepResult]:
        try:
            for step in self._launched():
                self.total += len(step.checks)
                self._open(step)
            finished = self._play()
            if not finished:
                self._cut()
            results = assemble(self.options.steps, self.prepared, self.scripts, self.outcomes)
            if finished:
                self._play_pairs(results)
        finally:
            self.pool.close()
            self.slots.leave()
        return results

    def _launched(self) -> Iterator[Step]:
        for step in self.options.steps:
            unfit = self.prepared.broken | self.prepared.unavailable
            if step.id in self.scripts and step.id not in unfit:
                yield step

    def _play_pairs(self, results: list[StepResult]) -> None:
        """Là où rien ne répond au correcteur, voir si la copie se comprend elle-même."""
        by_step = {result.step.id: result.checks for result in results}
        unfit = self.prepared.broken | self.prepared.unavailable
        waiting = list(pairs(by_step, self.scripts.keys() - unfit.keys()))
        self._meet(waiting, by_step)
        # Si l'on ne sait pas où l'un écoute, ni l'autre se connecte, ils ne se joindront pas.
        waiting = [item for item in waiting if all(self._reached(name) for name in _both(item))]
        self.total += len(waiting)
        self.ready += waiting
        self._play()
        for _, check in waiting:
            if check.id in self.settled:
                share(check.id.removesuffix(".pair"), self.outcomes[check.id][-1], by_step)
        for result in results:
            result.verdict = overall(result.checks)

    def _meet(self, waiting: list[Item], judged: Iterable[str]) -> None:
        """Apprend comment lancer les scripts qu'on ne juge pas, et qui ont leur part ici."""
        others = {name for item in waiting for name in _both(item)} - set(judged)
        openers = [(step, step.checks[0]) for step in catalogue.steps() if step.id in others]
        self.total += len(openers)
        self.ready += openers
        self._play()

    def _reached(self, name: str) -> bool:
        return bool(self.scripts[name].launch.port)

    def _open(self, step: Step) -> None:
        """Les contrôles d'une étape attendent le premier, qui apprend comment lancer le script.

        Ceux qui ne lancent rien n'attendent personne.
        """
        first = step.checks[0]
        self.ready += [
            (step, check)
            for check in step.checks
            if step.kind == "script" or check is first or check.static
        ]

    def _play(self) -> bool:
        """Joue tout ce qui attend ; faux si le temps a manqué."""
        while self.ready or self.alone or self.longer:
            if not self._play_together(self.ready, 1.0):
                return False
            if self.alone:
                if not self._play_alone(self.alone.pop(0)):
                    return False
            elif not self._play_together(self.longer, LONGER):
                return False
        return True

    def _play_together(self, waiting: list[Item], patience: float) -> bool:
        while waiting or self.running:
            waiting.sort(key=lambda item: LONGEST_FIRST.get(item[0].kind, 2))
            while waiting and self._may_start(waiting):
                self._start(waiting.pop(0), patience)
            if not self._collect():
                return False
        return True

    def _may_start(self, waiting: list[Item]) -> bool:
        """Vrai si le premier peut partir : il ne fait que dormir, ou il a maintenant une place."""
        awake = sum(step.kind != SLEEPER for step, _ in waiting)
        return waiting[0][0].kind == SLEEPER or self.slots.take(awake)

    def _play_alone(self, item: Item) -> bool:
        while not self.slots.take_all():
            if not self._collect():
                return False
        self._start(item, 1.0)
        while self.running:
            if not self._collect():
                return False
        return True

    def _start(self, item: Item, patience: float) -> None:
        step, check = item
        self.running.append(item)
        self.pool.start(item, Job(step, check, self.scripts, self.options.seed, patience))

    def _collect(self) -> bool:
        """Attend qu'un essai finisse, ou qu'une place se libère, et décide de la suite ; faux si
        le temps a manqué."""
        pace = self.slots.share()  # jusqu'à la fin de cette attente
        enough = self.budget.left / pace if pace else budget.EVERY
        ended = self.pool.next(min(budget.EVERY, enough))
        if not ended:
            return self.budget.spend(pace)
        item, outcome = ended
        self.running.remove(item)
        step, check = item
        if step.kind != SLEEPER:
            self.slots.give()
        outcomes = self.outcomes.setdefault(check.id, [])
        outcomes.append(outcome)
        ahead = following(check, outcomes)
        if self.options.heard:
            self.options.heard(judge(check, outcomes), ahead is Next.NOTHING)
        match ahead:
            case Next.AGAIN:
                self.ready.append(item)
            case Next.ALONE:
                # Seul, ce qui ne fait que dormir n'irait pas mieux : il n'attend aucun processeur.
                (self.ready if step.kind == "script" else self.alone).append(item)
            case Next.LONGER:
                self.longer.append(item)
            case Next.NOTHING:
                self._settle(step, check, outcome)
        return self.budget.spend(pace)

    def _settle(self, step: Step, check: Check, outcome: Outcome) -> None:
        """Le contrôle est jugé : s'il ouvrait l'étape, les autres peuvent partir."""
        self.settled.add(check.id)
        if check is step.checks[0] and step.kind != "script":
            wanted = step in self.options.steps  # sinon, on voulait seulement savoir le lancer
            others = [other for other in step.checks[1:] if wanted and not other.static]
            if outcome.launch:
                self._learn(step, outcome.launch)
                self.ready += [(step, other) for other in others]
            else:
                self.settled.update(other.id for other in others)
        if self.options.progress:
            self.options.progress(len(self.settled), self.total, check.id)

    def _learn(self, step: Step, launch: Launch) -> None:
        self.scripts[step.id] = dataclasses.replace(self.scripts[step.id], launch=launch)

    def _cut(self) -> None:
        """Le temps a manqué : ce qu'aucune preuve n'a jugé ne le sera pas."""
        for step in self._launched():
            for check in step.checks:
                outcomes = self.outcomes.setdefault(check.id, [])
                proved = outcomes and judge(check, outcomes).failure and not outcomes[-1].timed_out
                if check.id not in self.settled and not proved:
                    outcomes.append(Outcome(0.0, unjudged=CUT))
