"""Ce qui coûte le plus à une copie, donc ce qu'il vaut mieux corriger d'abord.

Une cause porte ce qu'elle tient en suspens : un serveur qui n'écoute pas perd aussi les points de
ses annonces. Chaque point perdu est ainsi compté une fois, et une seule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.model.records import CheckResult, Report, StepResult, Verdict
from wording.harmless import shortened

MAX_SENTENCE = 180  # caractères


@dataclass
class Priority:
    """Une cause, et les points qu'elle coûte."""

    verdict: Verdict
    title: str
    sentence: str
    places: tuple[str, ...]  # les étapes, ou le contrôle, où la lire
    own: float  # points perdus là
    held: float = 0.0  # points perdus plus loin, en suspens à cause d'elle

    @property
    def lost(self) -> float:
        return self.own + self.held


def priorities(report: Report) -> list[Priority]:
    """De la plus coûteuse à la moins ; à coût égal, dans l'ordre du sujet."""
    absent = [one for one in report.steps if one.verdict is Verdict.NOT_SUBMITTED]
    # Chaque cause, sous l'identifiant que citent les contrôles en suspens.
    found: dict[str, Priority] = {}
    first: dict[str, str] = {}  # étape : son premier échec, ou ce qu'il attend
    waiting = []
    for step in report.steps:
        for check in step.checks if step not in absent else ():
            if check.earned >= check.points:
                continue
            if check.verdict is Verdict.SKIPPED:
                first.setdefault(step.step.id, check.cause)
                waiting.append((step, check))
            else:
                first.setdefault(step.step.id, check.check.id)
                found[check.check.id] = _cause(step, check, sentence(check))
    if absent:
        found |= dict.fromkeys([one.step.id for one in absent], _missing(absent))
    for step, check in waiting:
        if cause := found.get(_root(check.cause, first)):
            cause.held += check.points - check.earned
        else:  # sa cause n'est pas dans ce rapport
            why = f"{check.cause or 'Une étape précédente'} a échoué."
            found[check.check.id] = _cause(step, check, why)
    unique = {id(one): one for one in found.values()}
    return sorted(unique.values(), key=lambda one: -round(one.lost, 4))


def sentence(result: CheckResult) -> str:
    """Ce qui ne va pas dans un contrôle, en une phrase ; vide s'il est juste, ou en suspens."""
    match result.verdict:
        case Verdict.FAILED | Verdict.UNSTABLE if result.failure:
            return shortened(result.failure.message, MAX_SENTENCE)
        case Verdict.NOT_JUDGED:
            return shortened(result.cause, MAX_SENTENCE)
        case Verdict.ERROR:
            return "Le correcteur s'est trompé, pas vous."
        case _:
            return ""


def _cause(step: StepResult, result: CheckResult, why: str) -> Priority:
    title = f"{step.step.id} : {result.check.title}"
    lost = result.points - result.earned
    return Priority(result.verdict, title, why, (result.check.id,), lost)


def _missing(absent: Sequence[StepResult]) -> Priority:
    """Ce qui n'est pas rendu, d'un bloc : dix lignes pareilles cacheraient le reste."""
    one = absent[0].step
    title, why = f"{one.id} : {one.title}", f"Le sujet demande {one.file}."
    if len(absent) > 1:
        title, why = f"{len(absent)} étapes", "Aucun script de la copie n'y répond."
    names = tuple(result.step.id for result in absent)
    return Priority(
        Verdict.NOT_SUBMITTED, title, why, names, sum(result.points for result in absent)
    )


def _root(cause: str, first: Mapping[str, str]) -> str:
    """La cause première : d'une étape, son premier échec, qui peut en attendre un autre."""
    seen: set[str] = set()
    while cause in first and cause not in seen:
        seen.add(cause)
        cause = first[cause]
    return cause
