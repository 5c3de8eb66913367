"""Ce qu'une commande demande de corriger, et le rapport qu'on lui en rend, sans rien juger."""

from grader.engine import grading
from grader.model.records import CheckResult, Report, StepResult, Verdict

REASON = "bwrap : absent"
Asked = list[grading.Options]


def reported(options: grading.Options, verdict: Verdict = Verdict.PASSED) -> Report:
    """Le rapport qu'aurait donné la correction, tous les contrôles avec ce verdict."""
    results = [
        StepResult(step, verdict, [CheckResult(check, verdict) for check in step.checks])
        for step in options.steps
    ]
    return Report(str(options.folder), options.seed, options.sandbox, results)
