"""Ce qu'une copie laisse à côté de son rapport, pour qui montrera la classe sans rien relancer.

Ses scripts, à comparer à ceux des autres ; ce qu'on y a laissé de côté ; ou pourquoi elle n'a pas
de rapport. Un fichier abîmé ne coûte que cela : il est comme absent.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader.discovery.files import Submission
from grader.model.records import Report
from grader.reports import files
from wording.harmless import shortened

FOLDER = ".copies"
MAX_BYTES = 20_000_000
MAX_NOTES, MAX_TEXT = 20, 500  # une note, en caractères


@dataclass(frozen=True)
class Kept:
    """Les textes viennent de la copie : à neutraliser."""

    scripts: Mapping[str, str] = field(default_factory=dict)  # par étape, celui qu'on a jugé
    notes: tuple[str, ...] = ()
    why: str = ""  # pourquoi elle n'a pas de rapport


def scripts(submission: Submission, report: Report) -> dict[str, str]:
    """Par étape, le script qu'en juge ce rapport."""
    contents = {str(file.path): file.content for file in submission.files}
    return {
        result.step.id: contents[result.file].decode("utf-8", "surrogateescape")
        for result in report.steps
        if result.file in contents
    }


def write(results: Path, name: str, kept: Kept) -> None:
    """Le met dans le dossier des résultats ; UnwritableError si c'est impossible."""
    notes = [shortened(note, MAX_TEXT) for note in kept.notes[:MAX_NOTES]]
    facts = asdict(kept) | {"notes": notes, "why": shortened(kept.why, MAX_TEXT)}
    files.write(_file(results, name), json.dumps(facts))


def read(results: Path, name: str) -> Kept:
    """Ce qu'on a gardé de cette copie ; rien s'il n'y a rien, ou si l'on ne peut le relire."""
    with suppress(OSError, ValueError, RecursionError):
        place = _file(results, name)
        if not place.is_file():  # un tube ferait attendre sans fin
            return Kept()
        with place.open("rb") as file:
            facts: Any = json.loads(file.read(MAX_BYTES))
        match facts:
            case {"scripts": dict(found), "notes": list(notes), "why": str(why)}:
                texts = {step: text for step, text in found.items() if isinstance(text, str)}
                return Kept(texts, tuple(note for note in notes if isinstance(note, str)), why)
    return Kept()


def _file(results: Path, name: str) -> Path:
    return results / FOLDER / f"{name}.json"
