"""Le rapport en JSON, pour les machines ; restoring.py le relit."""

import json
import os
import stat
from collections.abc import Iterable
from dataclasses import asdict
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from grader.model.records import REPORT_VERSION, CheckResult, Event, Report, StepResult, Verdict
from wording.harmless import hidden, shortened
from wording.reasons import reason

MAX_BYTES = 20_000_000  # au-delà, un rapport ne se relit pas
# Caractères par texte : le premier qui fait tenir le rapport, ce que le dernier fait toujours.
LIMITS = (4_000, 1_000, 200)
# Une liste, ou le texte d'un événement, en garde vingt fois moins : un contrôle en a beaucoup.
SHARE = 20
MAX_PATH = 4096
SEEDS = range(-(1 << 63), 1 << 64)
# Ce qu'une autre correction de la même copie, à graine égale, peut dire autrement.
VARYING = frozenset({"seconds", "at", "date", "runs"})
TO_REPLAY = frozenset({Verdict.FAILED, Verdict.UNSTABLE, Verdict.NOT_JUDGED, Verdict.ERROR})


class ReportError(Exception):
    """Un rapport illisible ; le message est pour l'écran."""


def dump(report: Report) -> str:
    """Le rapport, conforme au schéma, en moins de MAX_BYTES octets."""
    for limit in LIMITS:
        facts = _Facts(limit).report(report)
        text = _escaped(json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=2))
        if len(text.encode()) < MAX_BYTES:
            break
    return f"{text}\n"


def parsed(text: str) -> dict[str, Any]:
    """Le JSON d'un rapport de notre version, dont rien d'autre n'est vérifié ; ou ReportError."""
    if len(text) > MAX_BYTES:
        raise ReportError(f"ce rapport est trop gros : plus de {MAX_BYTES // 1_000_000} Mo")
    try:
        data = _decoded(text)
    except RecursionError:
        raise ReportError("ce n'est pas un rapport : trop de niveaux imbriqués") from None
    if not isinstance(data, dict) or "version" not in data:
        raise ReportError("ce n'est pas un rapport du correcteur")
    if (version := data["version"]) != REPORT_VERSION:
        other = shortened(str(version), 20) if isinstance(version, int) else "inconnue"
        wanted = f"ce correcteur lit la version {REPORT_VERSION}"
        raise ReportError(f"ce rapport est de version {other} ; {wanted}")
    return data


def contents(path: Path) -> str:
    """Le texte d'un rapport, sans jamais en lire plus que MAX_BYTES octets ; ou ReportError."""
    try:
        # Un tube ferait attendre sans fin ; et Path.is_file tait, ou non, ce qui s'y oppose.
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            raise ReportError("ce n'est pas un fichier")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1).decode()
    except UnicodeDecodeError:
        raise ReportError("ce n'est pas un rapport : le texte n'est pas en UTF-8") from None
    except (FileNotFoundError, NotADirectoryError):
        raise ReportError("fichier introuvable") from None
    except OSError as error:
        raise ReportError(f"fichier illisible : {reason(error)}") from None
    except ValueError:  # un nom que le système refuse : nul fichier ne le porte
        raise ReportError("fichier introuvable") from None


def unvarying(report_json: dict[str, Any]) -> dict[str, Any]:
    """Ce qui ne change pas d'une correction à l'autre de la même copie, à graine égale."""

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: kept(item) for key, item in value.items() if key not in VARYING}
        return [kept(item) for item in value] if isinstance(value, list) else value

    return {key: kept(item) for key, item in report_json.items() if key not in VARYING}


def schema() -> dict[str, Any]:
    """Le schéma publié, report.schema.json."""
    file = resources.files("grader.reports").joinpath("report.schema.json")
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content


def _decoded(text: str) -> Any:
    def refused(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        return json.loads(text, parse_constant=refused)
    except json.JSONDecodeError as error:
        place = f"ligne {error.lineno}, colonne {error.colno}"
        raise ReportError(f"ce n'est pas un rapport : JSON illisible, {place}") from None
    except ValueError:  # NaN, ou un nombre de milliers de chiffres
        raise ReportError("ce n'est pas un rapport : un nombre est illisible") from None


def _escaped(text: str) -> str:
    """Ce qui piloterait un terminal, écrit « \\u009b » : la même valeur, et rien n'agit."""
    return "\n".join(
        line if line.isascii() and line.isprintable() else "".join(map(_escape, line))
        for line in text.split("\n")
    )


@lru_cache(maxsize=4096)
def _escape(char: str) -> str:
    return json.dumps(char)[1:-1] if hidden(char) else char


def _points(value: float) -> float:
    return round(value, 4)


class _Facts:
    """Un rapport en dictionnaires et en listes, textes et listes bornés."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.items = limit // SHARE

    def text(self, value: str) -> str:
        return shortened(value, self.limit)

    def texts(self, values: Iterable[str]) -> list[str]:
        kept = list(values)
        missing = len(kept) - self.items
        more = [f"[… {missing} de plus]"] if missing > 0 else []
        return [self.text(value) for value in kept[: self.items]] + more

    def fields(self, record: Any) -> dict[str, Any] | None:
        """Les champs de Launch ou de Failure."""
        return record and {
            name: self.text(value)
            if isinstance(value, str)
            else self.texts(value)
            if isinstance(value, tuple)
            else value
            for name, value in asdict(record).items()
        }

    def report(self, report: Report) -> dict[str, Any]:
        return {
            "version": report.version,
            "grader": report.grader,
            "date": report.date.isoformat(timespec="seconds"),
            "folder": report.folder[:MAX_PATH],
            "content": report.content,
            "seed": report.seed,
            "sandbox": report.sandbox,
            "selection": list(report.selection),
            "possible": _points(report.possible),
            "points": _points(report.points),
            "earned": _points(report.earned),
            "seconds": round(report.seconds, 3),
            "notes": self.texts(report.notes),
            "steps": [self.step(result) for result in report.steps],
        }

    def step(self, result: StepResult) -> dict[str, Any]:
        return {
            "id": result.step.id,
            "title": result.step.title,
            "expected_file": result.step.file,
            "file": self.text(result.file),
            "others": self.texts(sorted(result.others)),
            "verdict": result.verdict,
            "possible": _points(result.step.points),
            "points": _points(result.points),
            "earned": _points(result.earned),
            "python": self.text(result.python),
            "launch": self.fields(result.launch),
            "note": self.text(result.note),
            "checks": [self.check(check) for check in result.checks],
        }

    def check(self, result: CheckResult) -> dict[str, Any]:
        return {
            "id": result.check.id,
            "title": result.check.title,
            "asks": result.check.asks,
            "verdict": result.verdict,
            "possible": _points(result.check.points),
            "points": _points(result.points),
            "earned": _points(result.earned),
            "cause": self.text(result.cause),
            "runs": result.runs,
            "failure": self.fields(result.failure),
            "error": self.text(result.error),
            "notes": self.texts(result.notes),
            # Le récit ne sert qu'à comprendre un échec ; celui de ce qui est juste changerait d'une
            # correction à l'autre, dès que le programme affiche une durée.
            **self.timeline(result.timeline if result.verdict in TO_REPLAY else []),
            "seconds": round(result.seconds, 3),
        }

    def timeline(self, timeline: list[Event]) -> dict[str, Any]:
        """Acteur par acteur : leur entrelacement, que dit « at », change d'un essai à l'autre."""
        lanes: dict[str, list[Event]] = {}
        for event in timeline:
            lanes.setdefault(event.actor, []).append(event)
        room = max(1, self.items // max(1, len(lanes)))
        kept = {actor: lanes[actor][:room] for actor in sorted(lanes)[: self.items]}
        shown = [
            {"actor": self.text(actor), "events": [self.event(event) for event in events]}
            for actor, events in kept.items()
        ]
        return {"timeline": shown, "omitted": len(timeline) - sum(map(len, kept.values()))}

    def event(self, event: Event) -> dict[str, Any]:
        return {
            "kind": event.kind,
            "text": shortened(event.text, self.items),
            "at": round(event.at, 3),
        }
