"""Des essais au verdict. Rien ici ne touche ni processus ni horloge."""

from collections.abc import Sequence
from enum import Enum, auto

from grader.model.records import Check, CheckResult, Outcome, Verdict

LONGER = 4.0  # par combien un dernier essai multiplie les attentes


def passed(outcome: Outcome) -> bool:
    return not (outcome.error or outcome.failure or outcome.unjudged)


def _vain(outcome: Outcome) -> bool:
    """Avoir attendu sans que rien ne vienne ne prouve rien : la machine était peut-être occupée."""
    return outcome.timed_out or bool(outcome.error)


class Next(Enum):
    """Ce qu'il reste à faire d'un contrôle après ses premiers essais."""

    NOTHING = auto()  # il peut être jugé
    AGAIN = auto()  # le rejouer, parmi les autres
    ALONE = auto()  # le rejouer, sans rien d'autre sur la machine
    LONGER = auto()  # le rejouer, avec plus de patience


def following(check: Check, outcomes: Sequence[Outcome]) -> Next:
    """La suite à donner à ces essais, d'un à trois ; jamais un essai qui ne changerait rien."""
    *before, last = outcomes
    if check.static or passed(last) or last.unjudged:
        return Next.NOTHING
    if not before:
        # Preuves à l'appui, rejouer dit si la réponse est toujours la même.
        return Next.ALONE if _vain(last) else Next.AGAIN
    return Next.LONGER if len(before) == 1 and any(map(_vain, outcomes)) else Next.NOTHING


def judge(check: Check, outcomes: Sequence[Outcome]) -> CheckResult:
    """Le verdict que valent ces essais, un à trois, du premier au dernier."""
    result = CheckResult(
        check=check,
        verdict=Verdict.PASSED,
        earned=check.points,
        trial=outcomes[-1],
        runs=len(outcomes),
        seconds=round(sum(outcome.seconds for outcome in outcomes), 3),
    )
    last = outcomes[-1]
    if last.error:
        result.verdict, result.earned = Verdict.ERROR, 0.0
    elif last.unjudged:
        result.verdict, result.earned, result.cause = Verdict.NOT_JUDGED, 0.0, last.unjudged
    elif others := _contradicting(outcomes):
        seen = [*others, last]
        result.verdict, result.trial = Verdict.UNSTABLE, min(seen, key=lambda one: one.credit)
        result.earned = sum(one.credit for one in seen) / len(seen) * check.points
    elif last.failure:
        result.verdict, result.earned = Verdict.FAILED, last.credit * check.points
    result.earned = round(result.earned, 4)
    return result


def _contradicting(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Les essais d'avant qui ont vu autre chose que le dernier, preuves à l'appui."""
    *before, last = outcomes
    if last.timed_out:
        return []
    return [one for one in before if not _vain(one) and _answer(one) != _answer(last)]


def _answer(outcome: Outcome) -> tuple[float, object]:
    """Ce que la copie a répondu, à la graine près : les phrases, elles, citent des ports."""
    return outcome.credit, outcome.failure and outcome.failure.match
