"""Ce qu'on dit d'un contrôle à qui a écrit la copie, en texte seul : rien d'un autre, rien de nous.

Ni le dossier où sont les copies, ni la graine, ni une trace du correcteur ; et pas d'indice.
"""

from collections.abc import Iterator

from grader.model.records import CheckResult, Failure, Verdict
from grader.reports import evidence
from grader.reports.evidence import last_lines
from grader.reports.words import score
from wording.harmless import shortened, visible

MAX_LINE = 300  # caractères
MAX_BLOCK = 2_000
MAX_LINES = 30
MAX_NOTES = 10


def title(result: CheckResult) -> str:
    """« Annoncer une arrivée »."""
    return line(result.check.title)


def summary(result: CheckResult) -> str:
    """Une phrase ; vide pour ce qui est juste."""
    match result.verdict:
        case Verdict.FAILED | Verdict.UNSTABLE | Verdict.PARTIAL:
            said = (
                line(result.failure.message)
                if result.failure
                else "Ce n'est pas ce qui est demandé."
            )
            part = f" ({score(result)})" if result.earned else ""
            return f"{said}{part}"
        case Verdict.NOT_SUBMITTED:
            return "Non rendu."
        case Verdict.SKIPPED:
            return f"En suspens : {line(result.cause)} d'abord."
        case Verdict.NOT_JUDGED:
            return f"Non jugé : {line(result.cause)}."
        case Verdict.ERROR:
            return "Le correcteur s'est trompé, pas vous : ces points ne comptent pas."
        case Verdict.PASSED:
            return ""


def details(result: CheckResult) -> str:
    """Les preuves, un paragraphe chacune ; vide s'il n'y en a pas."""
    asked = result.check.asks if result.verdict not in (Verdict.PASSED, Verdict.ERROR) else ""
    parts = [_block("Demandé", asked)]
    if result.failure and result.verdict in (Verdict.FAILED, Verdict.UNSTABLE):
        parts += _proofs(result.failure)
    parts += [f"Remarque : {line(note)}" for note in result.notes[:MAX_NOTES]]
    return "\n\n".join(filter(None, parts))


def line(text: str) -> str:
    return visible(shortened(text.strip(), MAX_LINE))


def _proofs(failure: Failure) -> Iterator[str]:
    received = evidence.received(failure)
    yield _block("Envoyé", evidence.sent(failure))
    yield _block("Attendu", failure.expected)
    yield "Reçu : rien" if received == "" else _block("Reçu", received or "")
    output = last_lines(evidence.output(failure), MAX_LINES, MAX_BLOCK)
    yield _block("Dernières lignes du programme", output)
    yield _block("Pour le voir vous-même", "\n".join(failure.reproduce))


def _block(name: str, text: str) -> str:
    shown = visible(shortened(text, MAX_BLOCK), newlines=True).rstrip("\n")
    if not shown.strip():
        return ""
    return f"{name} :\n{shown}" if "\n" in shown else f"{name} : {shown}"
