"""Écrire ce que l'on garde d'une classe : sa page, celles des copies, les listes de notes.

Ce qui va à un étudiant, la page de sa copie et ce que lisent les forges, ne dit rien des autres :
ni ressemblance, ni ce qui est à voir à l'oral.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom import classpage, gradescope, junit, moodle, notes
from grader.classroom.marks import Adjusted, Recipient
from grader.classroom.reserved import own_folder
from grader.classroom.results import ClassResults, Entry
from grader.model.records import RefusedError
from grader.reports import files, page
from grader.reports.files import UnwritableError
from grader.reports.page import Heading
from grader.reports.words import number
from wording.harmless import shortened, visible
from wording.numbers import count
from wording.reasons import reason

INDEX, NOTES = "index.html", "notes.csv"
JUNIT, GRADESCOPE = "junit", "gradescope"  # des dossiers : un .json du premier est un rapport


@dataclass(frozen=True)
class Exports:
    """Ce qu'on veut en plus de la page et de notes.csv."""

    junit: bool = False
    gradescope: bool = False


def publish(results: ClassResults, folder: Path, exports: Exports) -> list[str]:
    """Écrit tout dans `folder` ; ce qu'il faut en savoir, des lignes montrables.

    UnwritableError si le disque s'y refuse : ce qui y est déjà reste.
    """
    told: list[str] = []
    for entry in results.entries:
        told += _publish_copy(entry, folder, exports)
    recipients = list(results.recipients())
    _write(folder / NOTES, notes.render(recipients))
    _write(folder / INDEX, classpage.render(results))
    return told


def _publish_copy(entry: Entry, folder: Path, exports: Exports) -> Iterator[str]:
    name = entry.copy.report
    own = folder / f"{name}.html"
    xml, results = folder / JUNIT / f"{name}.xml", folder / GRADESCOPE / f"{name}.json"
    if not entry.result:
        for file in (own, xml, results):  # d'avant : ils ne disent plus rien d'elle
            if file is own or not file.parent.is_symlink():
                _remove(file)
        return
    _write(own, page.render(entry.result.report, heading(entry)))
    if exports.junit:
        _make(xml.parent)
        _write(xml, junit.render(entry.result.report, entry.copy.name))
    if exports.gradescope:
        _make(results.parent)
        try:
            _write(results, gradescope.render(entry.result))
        except RefusedError as error:
            yield f"{entry.copy.name} : {error}"


def _make(place: Path) -> None:
    try:
        own_folder(place)
    except OSError as error:
        raise UnwritableError(f"{reason(error)} ({place.name})") from error


def _write(file: Path, content: str | bytes) -> None:
    try:
        files.write(file, content)
    except UnwritableError as error:
        raise UnwritableError(f"{error} ({file.name})") from None


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise UnwritableError(f"{reason(error)} ({file.name})") from error


def heading(entry: Entry) -> Heading:
    """Ce que dit en tête la page d'une copie : de qui elle est, et ce qui a été décidé."""
    assert entry.result
    decided = entry.result.decided
    return Heading(
        title=entry.copy.name,
        mark=_mark(entry.result) if decided else "",
        decisions=tuple(map(str, decided)),
    )


def _mark(adjusted: Adjusted) -> str:
    if adjusted.mark is None:
        return ""
    return f"{number(adjusted.mark)} / {number(adjusted.points)}"


def fill_worksheet(sheet: Path, recipients: Sequence[Recipient]) -> list[str]:
    """Remplit sur place la feuille d'évaluation de Moodle ; ce qu'il faut en savoir.

    RefusedError si ce n'en est pas une : sans destinataire, c'est ce qu'on apprend d'avance.
    """
    shown = visible(shortened(sheet.name, 200))
    try:
        if sheet.exists() and not (sheet.is_file() or sheet.is_dir()):  # un tube : sans fin
            raise RefusedError(f"{shown} : ce n'est pas un fichier ordinaire.")
        with sheet.open("rb") as file:
            content = file.read(moodle.MAX_BYTES + 1)
        filled = moodle.fill(content, recipients)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "ce nom est impossible"
        raise RefusedError(f"{shown} : {why}.") from error
    except moodle.SheetError as error:
        raise RefusedError(f"{shown} : {error}") from error
    if filled.content != content:
        try:
            files.write(sheet, filled.content)
        except UnwritableError as error:
            raise RefusedError(f"{shown} : {error}. La feuille reste telle quelle.") from None
    remarks = (f"{shown} : {remark}." for remark in filled.remarks)
    return [f"{shown} : {count(filled.graded, 'note')}.", *remarks]
