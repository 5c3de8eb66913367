"""Juge et rejuge, machine chargée : aucun verdict ne doit changer d'une fois à l'autre.

Usage : python tests/grader/flaky.py [--runs N] [--load N] [--only TEXTE]

Juge à chaque tour ce dépôt, chaque mutant et chaque copie inhabituelle, avec une autre graine,
pendant que des boucles occupent tous les cœurs. Sort avec 1 si un verdict a basculé.
"""

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grader.engine.catalogue import steps
from grader.engine.grading import Options, grade
from grader.model.records import Report, Verdict
from grader.sandbox.namespaces import die_with_parent
from tests.grader.variants import (
    SEED,
    SIDE_BY_SIDE,
    SLEEPERS,
    Variant,
    grade_variant,
    graders,
    mutants,
    odd,
    results,
    textbook,
)
from wording.arguments import Parser

ROOT = Path(__file__).resolve().parents[2]
SETTLED = (Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED, Verdict.NOT_SUBMITTED)
REPOSITORY = Variant("ce dépôt", ("I", "II"), ())

Answer = tuple[Verdict, float]  # le verdict d'un contrôle, et ses points


def _grade(variant: Variant, seed: int) -> Report:
    if variant is not REPOSITORY and variant.files:
        return grade_variant(variant, seed)
    return grade(Options(ROOT, steps(), seed=seed))


def _spin() -> None:
    die_with_parent()
    while True:
        pass


@contextlib.contextmanager
def _load(count: int) -> Iterator[None]:
    """`count` boucles qui ne font que calculer."""
    context = multiprocessing.get_context("spawn")
    loops: list[SpawnProcess] = [context.Process(target=_spin, daemon=True) for _ in range(count)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.terminate()


@dataclass
class Record:
    """Ce qu'on a vu jusqu'ici, et ce qui a basculé."""

    first: dict[str, Answer] = field(default_factory=dict)
    flips: set[str] = field(default_factory=set)

    def add(self, variant: Variant, seed: int, report: Report) -> Iterator[str]:
        """Retient ces verdicts ; les bascules, en toutes lettres."""
        for name, result in results(report).items():
            place = f"{variant.name} : {name}"
            answer = (result.verdict, result.earned)
            before = self.first.setdefault(place, answer)
            if answer != before or result.verdict not in SETTLED:
                cause = result.failure.message if result.failure else result.error[-200:]
                self.flips.add(place)
                yield f"{place} : {_spoken(answer)}, et non {_spoken(before)} (graine {seed})"
                if cause:
                    yield f"  {cause}"


def _spoken(answer: Answer) -> str:
    return f"{answer[0].value}, {answer[1]:g} point"


def _say(text: str, *, last: bool = True) -> None:
    """Une ligne d'avancement ; celles de passage ne paraissent que dans un terminal."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="\n" if last else "", flush=True)
    elif last:
        print(text, flush=True)


def _run(variants: list[Variant], runs: int, record: Record) -> None:
    started = time.monotonic()
    with graders(SIDE_BY_SIDE) as awake, graders(SLEEPERS) as asleep:
        for run in range(1, runs + 1):
            seed = SEED + run
            futures: dict[Future[Report], Variant] = {}
            for variant in variants:
                executor = asleep if variant.sleeps else awake
                futures[executor.submit(_grade, variant, seed)] = variant
            for count, future in enumerate(as_completed(futures), 1):
                for line in record.add(futures[future], seed, future.result()):
                    _say(line)
                _say(f"Tour {run} : {count} copies sur {len(futures)}", last=False)
            _say(
                f"Tour {run} sur {runs} : {len(futures)} copies, {len(record.first)} verdicts, "
                f"{len(record.flips)} bascules, {time.monotonic() - started:.0f} s"
            )


def main() -> int:
    parser = Parser(__doc__.partition("\n")[0])
    add = parser.options.add_argument
    add("--runs", type=int, default=20, metavar="N", help="nombre de tours (20)")
    add(
        "--load",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="boucles qui occupent la machine (une par cœur)",
    )
    add("--only", default="", metavar="TEXTE", help="copies dont le nom le contient")
    arguments = parser.parse_args()
    variants = [
        variant
        for variant in (REPOSITORY, textbook(), *mutants(), *odd())
        if any(arguments.only in text for text in (variant.name, *variant.steps))
    ]
    record = Record()
    try:
        with _load(arguments.load):
            _run(variants, arguments.runs, record)
    except KeyboardInterrupt:
        _say("Interrompu.")
    print(f"{len(record.flips)} bascules." if record.flips else "Aucune bascule.")
    return 1 if record.flips else 0


if __name__ == "__main__":
    sys.exit(main())
