"""Les mots communs aux rapports : verdicts, nombres, dates, note."""

import math
from datetime import datetime

from grader.model.records import (
    UNJUDGED,
    CheckResult,
    EventKind,
    Match,
    Report,
    StepResult,
    Verdict,
)
from wording.numbers import count, plural

# Un verdict ne se reconnaît jamais à sa seule couleur. Des mots sans genre : ils se disent d'un
# contrôle comme d'une étape.
VERDICTS = {
    Verdict.PASSED: ("✓", "juste"),
    Verdict.FAILED: ("✗", "échec"),
    Verdict.PARTIAL: ("◐", "partiel"),
    Verdict.SKIPPED: ("↷", "en suspens"),
    Verdict.NOT_SUBMITTED: ("∅", "non rendu"),
    Verdict.UNSTABLE: ("≈", "instable"),
    Verdict.NOT_JUDGED: ("○", "non jugé"),
    Verdict.ERROR: ("!", "panne"),
}
MATCHES = {
    Match.EXACT: "identique, à l'octet près",
    Match.TOLERANT: "identique, aux couleurs et aux blancs des bords près",
    Match.WORD: "le mot tiré au sort y est, le texte attendu non",
    Match.NONE: "le mot tiré au sort n'y est pas",
}
EVENTS: dict[EventKind, str] = {
    "start": "démarre",
    "exit": "code de sortie",
    "typed": "on tape",
    "screen": "affiche",
    "connect": "connexion",
    "sent": "envoie",
    "received": "reçoit",
    "close": "fin (FIN)",
    "reset": "rupture (RST)",
    "request": "page demandée",
    "response": "page donnée",
    "note": "remarque",
}


PLAYED = frozenset({Verdict.PASSED, Verdict.FAILED, Verdict.UNSTABLE})
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)


def number(value: float) -> str:
    """« 17,5 », « 16,8125 » : les quatre décimales d'une note, pour que les colonnes s'ajoutent."""
    return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")


def moment(date: datetime) -> str:
    """« 1er février 2026 à 9 h 05 »."""
    day = "1er" if date.day == 1 else str(date.day)
    return f"{day} {MONTHS[date.month - 1]} {date.year} à {date.hour} h {date.minute:02}"


def duration(seconds: float) -> str:
    return f"{seconds:.2f} s".replace(".", ",")


def runs(quantity: int) -> str:
    """« 3 essais » ; vide pour ce qui n'a pas été joué."""
    return count(quantity, "essai") if quantity else ""


def score(result: Report | StepResult | CheckResult) -> str:
    """« 0,5 / 2 » : sur ce qui a pu être jugé ; un trait si rien n'a pu l'être."""
    return f"{number(result.earned)} / {number(result.points)}" if result.points else "—"


def points(value: float) -> str:
    """« 1 point », « 2,5 points »."""
    return f"{number(value)} point{plural(value)}"


def unjudged(result: Report | StepResult) -> str:
    """« 2 points non jugés » ; vide si tout a pu être jugé."""
    whole = result.possible if isinstance(result, Report) else result.step.points
    missing = whole - result.points
    if math.isclose(missing, 0, abs_tol=1e-6):
        return ""
    return f"{points(missing)} non jugé{plural(missing)}"


def verified(report: Report) -> bool:
    """Faux si rien de ce qui devait être lancé n'a pu être jugé : il n'y a alors pas de note."""
    verdicts = {check.verdict for step in report.steps for check in step.checks}
    return bool(verdicts) and (not verdicts & UNJUDGED or bool(verdicts & PLAYED))


def mark(report: Report) -> str:
    """La note ; de simples points quand on n'a jugé que quelques étapes."""
    if not verified(report):
        return "rien n'a pu être jugé"
    unit = f" point{plural(report.points)}" if report.selection else ""
    return " ; ".join(filter(None, (score(report) + unit, unjudged(report))))
