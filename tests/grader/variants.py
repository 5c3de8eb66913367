"""Les copies de submissions/ : la copie modèle, ses mutants, les copies justes mais inhabituelles.

Un mutant est la copie modèle à une faute près ; mutants.toml et odd.toml disent lesquelles.
"""

import contextlib
import functools
import multiprocessing
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar

from grader.engine import preparing
from grader.engine.catalogue import select
from grader.engine.grading import Options, grade
from grader.model.records import CheckResult, Report

SUBMISSIONS = Path(__file__).parent / "submissions"
TEXTBOOK = SUBMISSIONS / "textbook"
SEED = 6
SIDE_BY_SIDE = 4  # corrections : l'une attend pendant que les autres calculent
SLEEPERS = 8  # corrections des étapes qui ne font que dormir


Answer = TypeVar("Answer")


class EditError(Exception):
    """Un texte à remplacer ne se trouve pas autant de fois que dit."""


@dataclass(frozen=True)
class Edit:
    old: str
    new: str
    count: int = 1

    def apply(self, text: str) -> str:
        if text.count(self.old) != self.count:
            raise EditError(f"{text.count(self.old)} fois et non {self.count} : {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class File:
    """Un fichier d'une copie : un script de textbook/ ou de odd/, ou un texte, retouché."""

    path: str
    source: str = ""
    content: str = ""
    edits: tuple[Edit, ...] = ()

    def text(self) -> str:
        text = self.content
        if self.source:
            places = [TEXTBOOK / self.source, SUBMISSIONS / "odd" / self.source]
            text = next(place for place in places if place.is_file()).read_text("utf-8")
        return functools.reduce(lambda before, edit: edit.apply(before), self.edits, text)


@dataclass(frozen=True)
class Variant:
    """Une copie, et les étapes à y juger."""

    name: str
    steps: tuple[str, ...]
    files: tuple[File, ...]

    @property
    def sleeps(self) -> bool:
        return all(step.startswith("I.1") for step in self.steps)

    def write(self, folder: Path) -> None:
        for file in self.files:
            path = PurePosixPath(file.path)
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(file.path)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(file.text(), encoding="utf-8", newline="")


@dataclass(frozen=True)
class Mutant(Variant):
    """Une copie fausse exprès, le contrôle qui doit la voir et ce qu'il doit en dire."""

    caught_by: str
    message: str
    credit: float  # la part des points que laisse ce contrôle
    also: tuple[str, ...]  # les contrôles qui la voient aussi, à bon droit


@dataclass(frozen=True)
class Odd(Variant):
    """Une copie juste mais inhabituelle."""

    python: tuple[int, ...]  # la version sans laquelle ses scripts ne se lisent pas
    advice: str  # ce qu'un conseil, qui ne coûte rien, doit en dire


def _entries(name: str) -> list[dict[str, Any]]:
    text = (SUBMISSIONS / f"{name}.toml").read_text("utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)[name]
    return entries


def _edits(entry: dict[str, Any]) -> tuple[Edit, ...]:
    return tuple(Edit(*edit) for edit in entry.get("replace", ()))


def _mutant(entry: dict[str, Any]) -> Mutant:
    (step,) = select(entry["step"])
    around = [other.file for name in step.needs for other in select(name)]
    return Mutant(
        name=entry["name"],
        steps=(step.id,),
        files=(
            File(step.file, entry.get("source", step.file), edits=_edits(entry)),
            *(File(**file) for file in entry.get("files", ())),
            *(File(path, path) for path in around),
        ),
        caught_by=entry["caught_by"],
        message=entry["message"],
        credit=entry.get("credit", 0.0),
        also=tuple(entry.get("also", ())),
    )


def _odd(entry: dict[str, Any]) -> Odd:
    files = (
        File(file["path"], file.get("source", ""), file.get("content", ""), _edits(file))
        for file in entry["files"]
    )
    python, advice = tuple(entry.get("python", ())), entry.get("advice", "")
    return Odd(entry["name"], tuple(entry["steps"]), tuple(files), python, advice)


@functools.cache
def mutants() -> tuple[Mutant, ...]:
    return tuple(map(_mutant, _entries("mutants")))


@functools.cache
def odd() -> tuple[Odd, ...]:
    return tuple(map(_odd, _entries("odd")))


@functools.cache
def textbook() -> Variant:
    """La copie modèle : juste, comme l'écrirait un bon étudiant."""
    paths = [str(path.relative_to(TEXTBOOK)) for path in sorted(TEXTBOOK.rglob("*.py"))]
    return Variant("la copie modèle", ("I", "II"), tuple(File(path, path) for path in paths))


def grade_variant(variant: Variant, seed: int = SEED) -> Report:
    """Écrit la copie quelque part, et n'en juge que les étapes qu'elle demande."""
    steps = [step for name in variant.steps for step in select(name)]
    with tempfile.TemporaryDirectory(prefix="tp6-copie-") as folder:
        variant.write(Path(folder))
        return grade(Options(Path(folder), steps, seed=seed))


def results(report: Report) -> dict[str, CheckResult]:
    return {result.check.id: result for step in report.steps for result in step.checks}


def _find_interpreters_once() -> None:
    """Chercher les Python de la machine prend un quart de seconde : une fois par processus."""
    preparing.find_interpreters = functools.cache(preparing.find_interpreters)  # type: ignore[assignment,attr-defined]


@contextlib.contextmanager
def graders(count: int) -> Iterator[ProcessPoolExecutor]:
    """`count` processus où juger côte à côte.

    Ils n'ont qu'un fil, ce que le correcteur demande et que pytest-xdist n'a pas.
    """
    context = multiprocessing.get_context("forkserver")
    executor = ProcessPoolExecutor(count, context, _find_interpreters_once)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


class Gradings(Generic[Answer]):
    """Les corrections d'une série de copies, toutes lancées dès la première demandée."""

    def __init__(
        self,
        variants: Sequence[Variant],
        grade: Callable[[Variant], Answer],
        awake: ProcessPoolExecutor,
        asleep: ProcessPoolExecutor,
    ) -> None:
        self._variants, self._grade = variants, grade
        self._awake, self._asleep = awake, asleep
        self._futures: dict[Variant, Future[Answer]] = {}

    def report(self, variant: Variant) -> Answer:
        if not self._futures:
            for one in sorted(self._variants, key=lambda one: not one.sleeps):
                executor = self._asleep if one.sleeps else self._awake
                self._futures[one] = executor.submit(self._grade, one)
        return self._futures[variant].result()


@contextlib.contextmanager
def gradings(
    variants: Iterable[Variant], grade: Callable[[Variant], Answer]
) -> Iterator[Gradings[Answer]]:
    """`grade` juge chacune, dans un processus à un seul fil."""
    with graders(SIDE_BY_SIDE) as awake, graders(SLEEPERS) as asleep:
        yield Gradings(list(variants), grade, awake, asleep)


def chosen(items: Iterable[object], path: Path) -> list[Variant]:
    """Les copies des tests de ce fichier que pytest va lancer (-k…)."""
    found = []
    for item in items:
        if getattr(item, "path", None) == path and hasattr(item, "callspec"):
            found += [one for one in item.callspec.params.values() if isinstance(one, Variant)]
    return found
