"""Les chiffres d'une classe : ses notes, et ce qu'elle réussit de chaque étape."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.classroom.marks import Adjusted
from grader.classroom.results import ClassResults
from grader.model.records import Check, CheckResult, Step, StepResult, Verdict

BARS = 20  # de la répartition des notes : sur 20, une par point


@dataclass(frozen=True)
class Distribution:
    """Les notes d'une classe, toutes ramenées sur le même total."""

    marks: tuple[float, ...]  # au moins une ; de la plus basse à la plus haute
    out_of: float
    scaled: int = 0  # combien ne portaient que sur une partie

    @property
    def median(self) -> float:
        return statistics.median(self.marks)

    @property
    def quartiles(self) -> tuple[float, float]:
        """La moitié des notes est entre les deux."""
        if len(self.marks) == 1:
            return self.marks[0], self.marks[0]
        first, _, third = statistics.quantiles(self.marks, n=4, method="inclusive")
        return first, third

    @property
    def bars(self) -> tuple[int, ...]:
        """Combien de notes dans chaque vingtième du total ; le dernier comprend la note pleine."""
        # L'arrondi : 0,15 / 0,05 fait 2,9999…
        places = (int(round(mark / self.out_of * BARS, 9)) for mark in self.marks)
        bars = Counter(min(BARS - 1, place) for place in places)
        return tuple(bars[bar] for bar in range(BARS))


@dataclass(frozen=True)
class Success:
    """Ce qu'une classe réussit d'une étape ou d'un contrôle, tel que mesuré."""

    share: float | None  # de 0 à 1, de ce qui a été jugé ; None si rien ne l'a été
    verdicts: Mapping[Verdict, int]


@dataclass(frozen=True)
class StepFigures:
    """Une étape, puis chacun de ses contrôles."""

    step: Step
    whole: Success
    checks: Sequence[tuple[Check, Success]]


def distribution(results: Iterable[Adjusted]) -> Distribution | None:
    """Comment se répartissent ces notes ; None s'il n'y en a aucune.

    Ce qui n'a pas été jugé n'apporte ni ne coûte rien : 9 sur 18 compte pour 10 sur 20.
    """
    marked = [(one.mark, one.points, one.report.possible) for one in results]
    kept = [(mark, points) for mark, points, _ in marked if mark is not None and points > 0]
    out_of = max((possible for _, _, possible in marked), default=0.0)
    if not kept:
        return None
    return Distribution(
        tuple(sorted(mark / points * out_of for mark, points in kept)),
        out_of,
        sum(not math.isclose(points, out_of) for _, points in kept),
    )


def success(results: Iterable[StepResult | CheckResult]) -> Success:
    """Ce qu'ont réussi, ensemble, ces résultats d'une même étape ou d'un même contrôle."""
    told = list(results)
    points = sum(result.points for result in told)
    return Success(
        sum(result.earned for result in told) / points if points else None,
        Counter(result.verdict for result in told),
    )


def by_step(results: ClassResults) -> list[StepFigures]:
    """Chaque étape jugée, dans l'ordre du sujet."""
    steps: dict[str, list[StepResult]] = {step.id: [] for step in results.steps}
    for entry in results.entries:
        for result in entry.result.report.steps if entry.result else ():
            steps.setdefault(result.step.id, []).append(result)
    return [_figures(step, steps[step.id]) for step in results.steps]


def _figures(step: Step, results: Sequence[StepResult]) -> StepFigures:
    checks: dict[str, list[CheckResult]] = {check.id: [] for check in step.checks}
    for result in results:
        for one in result.checks:
            checks.setdefault(one.check.id, []).append(one)
    each = [(check, success(checks[check.id])) for check in step.checks]
    return StepFigures(step, success(results), each)
