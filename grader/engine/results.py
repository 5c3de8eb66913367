"""Du verdict des contrôles à celui des étapes : une cause, une ligne rouge."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.driving.setting import Script
from grader.engine.preparing import Prepared
from grader.engine.reproduce import argument, commands
from grader.engine.verdicts import judge
from grader.model.records import Check, CheckResult, Failure, Outcome, Step, StepResult, Verdict

CUT = "le temps accordé à cette copie est écoulé"
WORST_FIRST = (
    Verdict.FAILED,
    Verdict.UNSTABLE,
    Verdict.ERROR,
    Verdict.NOT_SUBMITTED,
    Verdict.NOT_JUDGED,
    Verdict.SKIPPED,
    Verdict.PASSED,
)


def assemble(
    steps: Sequence[Step],
    prepared: Prepared,
    scripts: Mapping[str, Script],
    outcomes: Mapping[str, Sequence[Outcome]],
) -> list[StepResult]:
    """Le résultat de chaque étape, dans l'ordre ; `scripts` sait maintenant comment les lancer."""
    results: dict[str, StepResult] = {}
    for step in steps:
        if step.id not in prepared.found:
            checks = [CheckResult(check, Verdict.NOT_SUBMITTED) for check in step.checks]
            results[step.id] = result = StepResult(step, Verdict.NOT_SUBMITTED, checks)
            if step.id in prepared.empty:
                result.note = f"{prepared.empty[step.id]} est vide."
        else:
            checks = _checks(step, prepared, scripts[step.id], outcomes)
            checks = _blame(step, checks, results)
            results[step.id] = _step(step, checks, prepared, scripts[step.id])
    return list(results.values())


def _checks(
    step: Step, prepared: Prepared, script: Script, outcomes: Mapping[str, Sequence[Outcome]]
) -> list[CheckResult]:
    first = step.checks[0]
    if step.id in prepared.broken:
        failure = Failure(f"Python ne comprend pas le script : {prepared.broken[step.id]}")
        failure.reproduce = (f"python -m py_compile {argument(script, '.')}",)
        others = [CheckResult(check, Verdict.SKIPPED, cause=first.id) for check in step.checks[1:]]
        return [CheckResult(first, Verdict.FAILED, trial=Outcome(0.0, failure)), *others]
    if step.id in prepared.unavailable:
        lack = Outcome(0.0, unjudged=prepared.unavailable[step.id])
        return [judge(check, [lack]) for check in step.checks]
    results: dict[str, CheckResult] = {}
    for check in step.checks:
        cause = _cause(check, results)
        # Le premier dit comment lancer le script : sans lui, aucun autre n'a été joué.
        runs = outcomes.get(check.id) or outcomes.get(first.id, [Outcome(0.0, unjudged=CUT)])[-1:]
        if not cause and check.id not in outcomes and not (runs[-1].error or runs[-1].unjudged):
            cause = first.id
        if cause:
            results[check.id] = CheckResult(check, Verdict.SKIPPED, cause=cause)
        else:
            result = judge(check, runs)
            if same := _told(result, results.values()):
                results[check.id] = CheckResult(check, Verdict.SKIPPED, cause=same)
                continue
            results[check.id] = result
            if result.failure:
                launched = replace(script, launch=result.trial.tried or script.launch)
                result.failure.reproduce = commands(check, launched, result.failure)
    return list(results.values())


def _cause(check: Check, before: Mapping[str, CheckResult]) -> str:
    """Ce qui, avant ce contrôle, l'empêche d'avoir un sens ; vide s'il n'y a rien."""
    for name in check.needs:
        needed = before[name]
        if needed.verdict is Verdict.SKIPPED:
            return needed.cause
        if needed.verdict is Verdict.FAILED and not needed.earned:
            return name
    return ""


def _told(result: CheckResult, before: Iterable[CheckResult]) -> str:
    """L'échec, déjà montré, que celui-ci redirait mot pour mot ; vide s'il n'y en a pas."""
    if result.verdict is not Verdict.FAILED or result.earned or not result.failure:
        return ""
    for other in before:
        if other.failure and other.failure.message == result.failure.message:
            return other.check.id
    return ""


def _blame(
    step: Step, checks: list[CheckResult], before: Mapping[str, StepResult]
) -> list[CheckResult]:
    """Une étape qui échoue parce qu'une autre manque n'est pas une seconde ligne rouge."""
    guilty = [name for name in step.needs if name in before and not before[name].earned]
    if not guilty or checks[0].verdict is not Verdict.FAILED or any(c.earned for c in checks):
        return checks
    return [CheckResult(result.check, Verdict.SKIPPED, cause=guilty[0]) for result in checks]


def _step(step: Step, checks: list[CheckResult], prepared: Prepared, script: Script) -> StepResult:
    found = prepared.found[step.id]
    return StepResult(
        step=step,
        verdict=overall(checks),
        checks=checks,
        file=str(script.path),
        others=[str(path) for path in found.others],
        python=script.version,
        launch=script.launch,
        note=" ; ".join(filter(None, (found.note, prepared.unavailable.get(step.id)))),
    )


def overall(checks: list[CheckResult]) -> Verdict:
    """Le pire de ceux des contrôles ; « partiel » s'il y a pourtant des points."""
    verdicts = {result.verdict for result in checks}
    worst = next(verdict for verdict in WORST_FIRST if verdict in verdicts)
    earned = any(result.earned for result in checks)
    return Verdict.PARTIAL if worst in (Verdict.FAILED, Verdict.NOT_JUDGED) and earned else worst
