"""Ce qu'on garde d'un travail d'une fois sur l'autre : où l'on en est, et les indices demandés.

Jamais dans la copie : chez la personne, dans XDG_STATE_HOME, sous un nom tiré de celui du dossier.
"""

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader.engine import catalogue
from grader.model.records import Verdict
from grader.reports import files
from wording.reasons import reason

FOLDER = "tp6-correcteur"
PLACE = f"{FOLDER}/travaux"
FORMAT = 1
MAX_BYTES = 100_000  # un état en fait cinq mille au plus
LEVELS = range(1, 4)  # des indices


class ForgottenError(Exception):
    """Pourquoi l'état ne peut être relu, ou gardé : en français, sans majuscule ni point."""


@dataclass
class Memory:
    """L'état d'un travail. Ses clés sont des étapes et des contrôles du catalogue."""

    step: str = ""  # l'étape en cours ; vide : on ne sait pas encore
    verdicts: dict[str, Verdict] = field(default_factory=dict)  # par étape, le dernier
    hints: dict[str, int] = field(default_factory=dict)  # par contrôle, le niveau demandé


def place(folder: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Le fichier où se garde l'état de ce dossier ; ForgottenError s'il n'y a où le mettre."""
    root = Path(environment.get("XDG_STATE_HOME", ""))
    try:
        if not root.is_absolute():  # la norme veut qu'un chemin relatif soit ignoré
            root = Path.home() / ".local/state"
    except RuntimeError:
        raise ForgottenError("votre compte n'a pas de dossier personnel") from None
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:32]
    return root / PLACE / f"{name}.json"


def recall(file: Path) -> Memory:
    """L'état gardé là, neuf s'il n'y en a pas ; ForgottenError s'il est illisible."""
    try:
        return _memory(json.loads(_read(file)))
    except (FileNotFoundError, NotADirectoryError):
        return Memory()
    except OSError as error:
        raise ForgottenError(reason(error)) from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise ForgottenError("le fichier est abîmé") from None


def _read(file: Path) -> bytes:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(file, flags)
    with open(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("ce n'est pas un fichier ordinaire")
        content = opened.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError("trop gros")
    return content


def _memory(fields: dict[str, Any]) -> Memory:
    """Ce que ces champs veulent dire ; une étape qui n'existe plus s'oublie sans bruit."""
    if fields["format"] != FORMAT:
        raise ValueError("un autre format")
    steps = {step.id for step in catalogue.steps()}
    checks = {check.id for step in catalogue.steps() for check in step.checks}
    verdicts, hints = fields["verdicts"].items(), fields["hints"].items()
    return Memory(
        step=fields["step"] if fields["step"] in steps else "",
        verdicts={name: Verdict(verdict) for name, verdict in verdicts if name in steps},
        hints={
            name: level
            for name, level in hints
            if name in checks and isinstance(level, int) and level in LEVELS
        },
    )


def keep(file: Path, memory: Memory) -> None:
    """Garde cet état pour la prochaine fois ; ForgottenError si c'est impossible."""
    text = json.dumps({"format": FORMAT, **asdict(memory)}, ensure_ascii=False, indent=1)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write(file, f"{text}\n")
    except OSError as error:
        raise ForgottenError(reason(error)) from None
    except files.UnwritableError as error:
        raise ForgottenError(str(error)) from None
