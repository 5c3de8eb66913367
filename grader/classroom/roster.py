"""La liste d'une classe, au format CSV : qui, et dans quel dossier est sa copie.

`nom, prénom, adresse, groupe, remise, dossier`, dans un ordre quelconque ; « nom » et « dossier »
suffisent. Une ligne par personne : celles qui donnent le même dossier ont fait la copie ensemble.
"""

import codecs
import csv
import io
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.classroom.archives import READABLE
from grader.classroom.copies import ClassError, ClassSource, Copy, Student, distinct
from grader.classroom.folders import MOST_COPIES, content, entries_of, is_archive, is_folder
from grader.classroom.omitted import Because, Omitted
from grader.discovery.files import printable
from grader.discovery.words import squashed
from wording.harmless import hidden
from wording.numbers import count
from wording.reasons import reason

COLUMNS = ("nom", "prénom", "adresse", "groupe", "remise", "dossier")
NEEDED = ("nom", "dossier")
NO_LIST = "ce n'est pas une liste, dont la première ligne nomme au moins « nom » et « dossier »"
LARGEST = 1_000_000  # octets : dix fois la liste d'une très grande école
LONGEST_CELL = 1_000  # caractères
DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")  # et ISO 8601
_LIST = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

UNKNOWN = Because("colonne ignorée", "colonnes ignorées", "on ne sait qu'en faire")
UNLISTED = Because("élément ignoré", "éléments ignorés", "la liste n'en parle pas")


class _Line(NamedTuple):
    number: int
    student: Student
    group: str
    place: str  # le dossier, tel que la liste le donne ; vide : aucune copie


class _Wrong(Exception):  # noqa: N818 (un reproche, que `read` complète du nom de la liste)
    """Ce qui ne va pas dans la liste, et à quelle ligne ; 0 : dans toute la liste."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def read(roster: Path) -> ClassSource:
    """Les copies que nomme cette liste, dans son ordre ; ClassError dit la ligne qui ne va pas."""
    shown = printable(str(roster))
    omitted = Omitted()
    try:
        lines = list(_lines(_text(roster), omitted))
        _refuse_doubles(lines)
        copies = _copies(lines, roster.parent)
        _tell_unlisted(copies, roster.parent, omitted)
    except _Wrong as error:
        where = f"{shown}, ligne {error.line}" if error.line else shown
        raise ClassError(f"{where} : {error}.") from None
    except (OSError, ValueError) as error:  # ValueError : un octet nul dans le nom
        why = reason(error) if isinstance(error, OSError) else "il n'existe pas"
        raise ClassError(f"{shown} : {why}.") from error
    absent = tuple(line.student for line in lines if not line.place)
    return ClassSource(roster, distinct(copies), absent, tuple(omitted.notes()))


def _text(roster: Path) -> str:
    with open(os.open(roster, _LIST), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _Wrong("ce n'est pas un fichier ordinaire")
        source = file.read(LARGEST + 1)
    if len(source) > LARGEST:
        raise _Wrong("cette liste est trop grosse pour une classe")
    if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _Wrong("enregistrée en UTF-16, il faut « CSV UTF-8 »")
    if b"\0" in source:
        raise _Wrong("ce n'est pas une liste au format CSV")
    for encoding in ("utf-8-sig", "cp1252"):  # celui de l'Excel français
        try:
            return source.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Wrong("ni en UTF-8 ni en Windows-1252, il faut « CSV UTF-8 »")


def _lines(text: str, omitted: Omitted) -> Iterator[_Line]:
    rows = _rows(text)
    number, header = next(rows, (1, []))
    at = _columns(header, number, omitted)
    for number, row in rows:
        if any(row[len(header) :]):
            raise _Wrong(f"plus de cellules que les {len(header)} colonnes de l'en-tête", number)
        cells = {
            name: _cell(row[place], name, number) if place < len(row) else ""
            for name, place in at.items()
        }
        if not cells["nom"]:
            raise _Wrong("il manque le nom", number)
        student = Student(
            " ".join(cells["nom"].split()),
            " ".join(cells.get("prénom", "").split()),
            cells.get("adresse", ""),
            _date(cells.get("remise", ""), number),
        )
        yield _Line(number, student, cells.get("groupe", ""), cells["dossier"])


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Les lignes qui ne sont pas vides, et leur numéro dans le fichier."""
    header = next(filter(str.strip, text.splitlines()), "")
    delimiter = next((one for one in ";\t" if one in header), ",")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = rows.line_num + 1
        try:
            row = [cell.strip() for cell in next(rows)]
        except StopIteration:
            return
        except csv.Error:
            raise _Wrong("des guillemets mal placés, ou jamais refermés", number) from None
        if any(row):
            yield number, row


def _columns(header: list[str], number: int, omitted: Omitted) -> dict[str, int]:
    """Où est chaque colonne connue."""
    titles = [squashed(title) for title in header]
    at: dict[str, int] = {}
    for name in COLUMNS:
        title = squashed(name)
        if titles.count(title) > 1:
            raise _Wrong(f"deux colonnes « {name} »", number)
        if title in titles:
            at[name] = titles.index(title)
    if not at:
        raise _Wrong(NO_LIST)
    if missing := [name for name in NEEDED if name not in at]:
        raise _Wrong(f"l'en-tête ne nomme pas de colonne « {missing[0]} »", number)
    for place, title in enumerate(header):
        if place not in at.values() and title:
            omitted.add(UNKNOWN, title)
    return at


def _cell(cell: str, name: str, number: int) -> str:
    if len(cell) > LONGEST_CELL:
        raise _Wrong(f"plus de {count(LONGEST_CELL, 'caractère')} pour « {name} »", number)
    if any(map(hidden, cell)):
        raise _Wrong(f"un caractère invisible dans « {name} » ({printable(cell)})", number)
    return cell


def _date(text: str, number: int) -> datetime | None:
    """L'heure de cette machine, si le texte n'en donne pas le fuseau."""
    if not text:
        return None
    try:
        return _moment(text).astimezone()
    except (ValueError, OverflowError):
        why = f"« {printable(text)} » n'est pas une date comme 31/12/2026 23:59"
        raise _Wrong(why, number) from None


def _moment(text: str) -> datetime:
    for form in DATES:
        with suppress(ValueError):
            return datetime.strptime(text, form)
    return datetime.fromisoformat(text)


def _refuse_doubles(lines: Iterable[_Line]) -> None:
    """Une adresse n'est que d'une personne ; sans adresse, un dossier ne la nomme qu'une fois."""
    seen: dict[tuple[str, ...], int] = {}
    for line in lines:
        person = line.student
        who = (person.address,) if person.address else (person.name, line.place)
        key = tuple(map(str.casefold, who))
        if key in seen:
            raise _Wrong(f"{printable(who[0])} est déjà à la ligne {seen[key]}", line.number)
        seen[key] = line.number


def _copies(lines: Iterable[_Line], root: Path) -> list[Copy]:
    shared: dict[PurePosixPath, list[_Line]] = {}
    for line in lines:
        if line.place:
            shared.setdefault(_located(root, line), []).append(line)
    if not shared:
        raise _Wrong("elle ne nomme aucun dossier")
    if len(shared) > MOST_COPIES:
        raise _Wrong(f"plus de {count(MOST_COPIES, 'dossier')}, bien trop pour une classe")
    return [_copy(root, place, together) for place, together in shared.items()]


def _copy(root: Path, place: PurePosixPath, lines: list[_Line]) -> Copy:
    """La copie de toutes ces personnes."""
    first, *others = [line for line in lines if line.group] or lines
    for line in others:
        if line.group != first.group:
            why = f"le groupe « {printable(line.group)} », et « {printable(first.group)} » ligne"
            raise _Wrong(f"{why} {first.number}, pour un même dossier", line.number)
    made = content(root / place)
    return Copy(
        name=printable(", ".join(line.student.name for line in lines)),
        origin=place,
        students=tuple(line.student for line in lines),
        folder=made.folder,
        archives=made.archives,
        group=first.group,
        note=made.note,
    )


def _located(root: Path, line: _Line) -> PurePosixPath:
    """Le dossier ou l'archive que nomme cette ligne, depuis celui de la liste, sans aucun lien."""
    shown = printable(line.place)
    given = PurePosixPath(line.place)
    if given.is_absolute() or ".." in given.parts or not given.parts:
        raise _Wrong(f"« {shown} » doit être un chemin depuis le dossier de la liste", line.number)
    here = PurePosixPath()
    for name in given.parts:
        try:
            here /= _spelled(root / here, name)
            mode = (root / here).lstat().st_mode
        except FileNotFoundError:
            raise _Wrong(f"« {shown} » n'existe pas", line.number) from None
        except (OSError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else "ce nom est refusé"
            raise _Wrong(f"« {shown} » : {why}", line.number) from None
        if stat.S_ISLNK(mode):
            raise _Wrong(f"« {shown} » passe par un lien, on n'en suit aucun", line.number)
    if not stat.S_ISDIR(mode) and not (stat.S_ISREG(mode) and READABLE.search(here.name)):
        raise _Wrong(f"« {shown} » n'est ni un dossier, ni un zip, ni un tar.gz", line.number)
    return here


def _spelled(folder: Path, name: str) -> str:
    """Ce nom tel que le disque l'écrit : macOS décompose les lettres accentuées."""
    if not os.path.lexists(folder / name):
        for entry in entries_of(folder):
            if unicodedata.normalize("NFC", entry.name) == unicodedata.normalize("NFC", name):
                return entry.name
    return name


def _tell_unlisted(copies: Iterable[Copy], root: Path, omitted: Omitted) -> None:
    """Une ligne oubliée se voit mieux ainsi qu'à la fin."""
    listed = {copy.origin for copy in copies}
    around = {folder for origin in listed for folder in origin.parents}
    for parent in sorted({origin.parent for origin in listed}):
        for entry in entries_of(root / parent):
            path = parent / entry.name
            if (is_folder(entry) or is_archive(entry)) and path not in listed | around:
                omitted.add(UNLISTED, path)
