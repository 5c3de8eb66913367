"""Les rapports d'une correction passée : tout un dossier de résultats, ou un seul fichier."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.copies import ClassError
from grader.classroom.folders import MOST_COPIES, entries_of
from grader.discovery.files import printable
from grader.model.records import Report, Step
from grader.reports.jsonreport import MAX_BYTES, ReportError
from grader.reports.restoring import restore
from wording.numbers import count
from wording.reasons import reason

SUFFIX = ".json"
MOST_BYTES = 20 * MAX_BYTES  # en tout : au-delà, les derniers ne sont pas lus


@dataclass(frozen=True)
class PastResults:
    """Ce qui a pu être relu, par nom de rapport, et ce qui n'a pu l'être, une ligne chacun."""

    reports: Mapping[str, Report]
    unread: tuple[str, ...] = ()  # montrable


def read_results(place: Path, steps: Sequence[Step]) -> PastResults:
    """Les rapports de ce dossier, ou celui de ce fichier ; ClassError s'il n'y a rien à en lire."""
    shown = printable(str(place))
    try:
        if not place.is_dir():
            return PastResults({_stem(place.name): restore(place, steps)})
        found = [
            (Path(entry.path), entry.stat(follow_symlinks=False).st_size)
            for entry in entries_of(place)
            if _is_report(entry.name) and entry.is_file(follow_symlinks=False)
        ]
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "ce nom est impossible"
        raise ClassError(f"{shown} : {why}.") from error
    except ReportError as error:
        raise ClassError(f"{shown} : {error}.") from error
    if not found:
        raise ClassError(f"{shown} : ce dossier ne contient aucun rapport ({SUFFIX}).")
    return _read(found, steps)


def _read(found: Sequence[tuple[Path, int]], steps: Sequence[Step]) -> PastResults:
    reports: dict[str, Report] = {}
    unread: list[str] = []
    total = 0
    for file, size in found[:MOST_COPIES]:
        total += size
        try:
            if total > MOST_BYTES:
                raise ReportError("il y en a trop à lire")
            reports[_stem(file.name)] = restore(file, steps)
        except ReportError as error:
            unread.append(f"{printable(file.name)} : {error}")
    if (more := len(found) - MOST_COPIES) > 0:
        unread.append(f"{count(more, 'rapport')} de plus, bien trop pour une classe")
    return PastResults(reports, tuple(unread))


def _is_report(name: str) -> bool:
    return name.endswith(SUFFIX) and not name.startswith(".")


def _stem(name: str) -> str:
    """macOS décompose les lettres accentuées ; le nom, lui, doit rester le même."""
    return unicodedata.normalize("NFC", name.removesuffix(SUFFIX))
