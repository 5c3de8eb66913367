"""Un rapport de chaque sorte, avec les vraies étapes : ce que la page doit savoir montrer."""

from collections.abc import Callable
from dataclasses import replace

from grader.engine.catalogue import steps
from grader.model.records import (
    Check,
    CheckResult,
    Failure,
    Launch,
    Match,
    Outcome,
    Report,
    Step,
    StepResult,
    Verdict,
)
from grader.reports.page import Heading
from tests.grader.reports import sample

URLS = "\n".join(f"https://www.{name * 2}.fr" for name in ("zeti", "lisi", "vela", "muto", "gape"))
TRACE = "Traceback (most recent call last):\n" + "".join(
    f'  File "/home/etudiant/tp6/part2/chat_server_ii_6.py", line {line}, in handle_packet\n'
    "    await annonce(reader, writer, *await lis_le_premier_message(reader))\n"
    for line in (31, 47, 52, 60, 71)
)


def _launch(step: Step) -> Launch:
    """Comme le correcteur : les scripts se lancent de leur dossier."""
    arguments = ("{url}",) if step.kind == "fetch" else ()
    return Launch(step.file.partition("/")[0], arguments, host="127.0.0.1", port=8888)


def _step(step: Step, judge: Callable[[Check], CheckResult]) -> StepResult:
    results = [judge(check) for check in step.checks]
    verdicts = {result.verdict for result in results}
    verdict = verdicts.pop() if len(verdicts) == 1 else Verdict.PARTIAL
    launch = _launch(step)
    return StepResult(step, verdict, results, file=step.file, python="3.12.1", launch=launch)


def _passed(check: Check) -> CheckResult:
    return sample.passed(check, *sample.arrivals())


def perfect() -> Report:
    return replace(sample.report(), steps=[_step(step, _passed) for step in steps()], notes=[])


def failing() -> Report:
    """Une faute par étape, comme en font les mutants ; le reste de l'étape est en suspens."""
    results = []
    for rank, step in enumerate(steps()):
        first = step.checks[0]
        failure = Failure(
            "Le serveur s'arrête sans écouter. AttributeError: 'Namespace' object has no 'host'.",
            reproduce=(f"cd part2\npython {step.file}", "nc -vz 127.0.0.1 8888"),
        )
        if rank % 2:
            failure.output = f"{TRACE}AttributeError: 'Namespace' object has no attribute 'host'"
        else:
            failure.sent = failure.expected = URLS
            failure.received = URLS.replace("zeti", "zéti")
            failure.match = Match.WORD if rank % 4 else None

        def judge(check: Check, first: Check = first, failure: Failure = failure) -> CheckResult:
            if check is not first:
                return CheckResult(check, Verdict.SKIPPED, cause=first.id)
            trial = Outcome(0.0, failure, timeline=sample.arrivals())
            return CheckResult(check, Verdict.FAILED, trial=trial, runs=2)

        results.append(_step(step, judge))
    return replace(sample.report(), steps=results)


def _nothing(verdict: Verdict, cause: str = "") -> Report:
    results = [
        StepResult(
            step, verdict, [CheckResult(check, verdict, cause=cause) for check in step.checks]
        )
        for step in steps()
    ]
    return replace(sample.report(), steps=results)


KINDS: dict[str, Callable[[], Report]] = {
    "juste": perfect,
    "en échec": failing,
    "de tous les verdicts": sample.report,
    "hostile": sample.hostile,
    "non jugée": lambda: _nothing(Verdict.NOT_JUDGED, "le temps accordé à cette copie est écoulé"),
    "non rendue": lambda: _nothing(Verdict.NOT_SUBMITTED),
    "d'une étape": lambda: replace(failing(), steps=failing().steps[4:5], selection=("I.2",)),
    "vide": lambda: replace(sample.report(), steps=[], notes=[]),
}
HEADING = Heading(
    "Zoé Durand", "14,5 / 20", ("II.5.server : +0,5, Le sujet laissait un doute.", "-1, Retard.")
)
