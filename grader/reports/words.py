"""Les mots communs aux rapports : verdicts, nombres, note."""

from grader.model import EventKind, Match, Report, Verdict

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
    Match.WORD: "le mot tiré au sort y est, la phrase non",
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


def number(value: float) -> str:
    """« 17,5 » ; deux décimales au plus."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def duration(seconds: float) -> str:
    return f"{seconds:.2f} s".replace(".", ",")


def count(quantity: int, noun: str) -> str:
    """« 1 caractère », « 12 345 caractères »."""
    return f"{quantity:,} {noun}{'s' if quantity > 1 else ''}".replace(",", "\u00a0")


def score(earned: float, points: float) -> str:
    return f"{number(earned)} / {number(points)}"


def mark(report: Report) -> str:
    """La note ; de simples points quand on n'a jugé que quelques étapes."""
    points = score(report.earned, report.points)
    return f"{points} point{'s' if report.points > 1 else ''}" if report.selection else points
