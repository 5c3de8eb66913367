"""Des essais au verdict. Rien ici ne touche ni processus ni horloge."""

from collections.abc import Sequence

from grader.model import Check, CheckResult, Outcome, Verdict

LONGER = 4.0  # par combien un dernier essai multiplie les attentes
UNSTABLE_CREDIT = 0.5


def passed(outcome: Outcome) -> bool:
    return not outcome.error and outcome.failure is None


def needs_alone(outcomes: Sequence[Outcome]) -> bool:
    """Après un premier essai manqué : rejouer seul, sans rien d'autre sur la machine."""
    return len(outcomes) == 1 and not passed(outcomes[0])


def needs_longer(outcomes: Sequence[Outcome]) -> bool:
    """Deux essais manqués, dont un par une attente vaine : rejouer avec plus de patience."""
    return (
        len(outcomes) == 2
        and not passed(outcomes[1])
        and any(outcome.timed_out or outcome.error for outcome in outcomes)
    )


def judge(check: Check, outcomes: Sequence[Outcome]) -> CheckResult:
    """Le verdict que valent ces essais, un à trois, du premier au dernier."""
    last = outcomes[-1]
    result = CheckResult(
        check=check,
        verdict=Verdict.PASSED,
        earned=check.points,
        notes=list(last.notes),
        timeline=last.timeline,
        runs=len(outcomes),
        seconds=round(sum(outcome.seconds for outcome in outcomes), 3),
    )
    if last.error:
        result.verdict, result.error = Verdict.ERROR, last.error
    elif last.failure:
        result.verdict, result.failure = Verdict.FAILED, last.failure
        result.earned = round(check.points * last.credit, 4)
    else:
        _reconsider(result, outcomes)
    return result


def _reconsider(result: CheckResult, outcomes: Sequence[Outcome]) -> None:
    """Juste en fin de compte ; mais un essai d'avant a-t-il vu le contraire ?

    Avoir attendu en vain n'est pas une preuve : la machine était peut-être occupée.
    """
    wrong = [outcome for outcome in outcomes if outcome.failure and not outcome.timed_out]
    if wrong:
        result.verdict, result.failure = Verdict.UNSTABLE, wrong[-1].failure
        result.earned = round(result.check.points * UNSTABLE_CREDIT, 4)
