"""La feuille d'évaluation de Moodle, remplie sur place : seules les cellules de notes changent.

Moodle n'en relit que l'identifiant, la note, et la date de la note ; le reste doit lui revenir tel
quel. On n'y change donc que les octets de nos cellules, sans réécrire la feuille.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.classroom.fields import Field, encoding, rows
from grader.classroom.marks import Recipient
from grader.classroom.names import folded, unordered
from grader.model.records import RefusedError
from grader.reports.words import number
from wording.harmless import shortened, visible

MAX_BYTES = 5_000_000
SHOWN = 60  # caractères d'un nom cité
# En anglais, puis en français, de Moodle 2.6 à 4.5.
IDENTIFIER = ("identifier", "identifiant")
GRADE = ("grade", "note")
MAXIMUM = ("maximum grade", "note maximale")
MODIFIED = ("last modified (grade)", "dernière modification (note)")
REQUIRED = (IDENTIFIER, GRADE, MAXIMUM, MODIFIED)
CHANGEABLE = ("grade can be changed", "la note peut être modifiée")
FULL_NAME = ("full name", "nom complet")
EMAIL = ("email address", "adresse de courriel", "adresse e-mail", "courriel")
LOCKED = frozenset({"no", "non"})
DIGITS = re.compile(r"\d{1,20}$")
DECIMAL = re.compile(r"\d+([.,])\d+")


class SheetError(RefusedError):
    """Pourquoi cette feuille ne peut être remplie."""


@dataclass(frozen=True)
class Filled:
    content: bytes
    graded: int  # lignes remplies
    remarks: tuple[str, ...]  # qui n'y est pas, qui n'a pas de note : à lire avant l'envoi


def fill(content: bytes, recipients: Sequence[Recipient]) -> Filled:
    """La feuille, où chaque étudiant reconnu a sa note ; SheetError si ce n'en est pas une."""
    sheet = _read(content)
    lines = [sheet.lines_of(recipient) for recipient in recipients]
    claims = Counter(found[0] for found in lines if len(found) == 1)
    claimed = {rank for found in lines for rank in found}
    grades: dict[int, str] = {}
    remarks: list[str] = []
    for recipient, found in zip(recipients, lines, strict=True):
        who = _cited(recipient.name or recipient.email or recipient.copy)
        if not found:
            remarks.append(f"{who} : absent de la feuille")
        elif len(found) > 1:
            remarks.append(f"{who} : plusieurs lignes lui ressemblent, aucune n'est remplie")
        elif claims[found[0]] > 1:
            remarks.append(f"{who} : un autre étudiant a la même ligne, elle n'est pas remplie")
        elif why := sheet.kept(found[0], recipient):
            remarks.append(f"{who} : {why}")
        else:
            grades[found[0]], told = sheet.grade(found[0], recipient)
            remarks += [f"{who} : {told}"] if told else []
    for rank in range(len(sheet.lines)):
        if rank not in claimed:
            remarks.append(f"{_cited(sheet.name(rank))} : aucune copie, ligne laissée telle quelle")
    return Filled(sheet.filled(grades), len(grades), tuple(remarks))


@dataclass(frozen=True)
class _Worksheet:
    content: bytes
    separator: str
    titles: list[str]
    lines: list[list[Field]]

    def column(self, names: Sequence[str]) -> int | None:
        return next((rank for rank, title in enumerate(self.titles) if title in names), None)

    def text(self, rank: int, names: Sequence[str]) -> str:
        column = self.column(names)
        return "" if column is None else self.lines[rank][column].text.strip()

    def name(self, rank: int) -> str:
        return self.text(rank, FULL_NAME) or self.text(rank, IDENTIFIER)

    def lines_of(self, recipient: Recipient) -> list[int]:
        """Les lignes de cet étudiant : par son identifiant, son adresse, ou enfin son nom."""
        wanted = (_digits(recipient.identifier), folded(recipient.email), unordered(recipient.name))
        found = (index.get(value) for index, value in zip(self.indexes, wanted, strict=True))
        return next(filter(None, found), [])

    @cached_property
    def indexes(self) -> list[dict[str, list[int]]]:
        return [
            self._index(IDENTIFIER, _digits),
            self._index(EMAIL, folded),
            self._index(FULL_NAME, unordered),
        ]

    def _index(self, names: Sequence[str], key: Callable[[str], str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for rank in range(len(self.lines)):
            if value := key(self.text(rank, names)):
                found.setdefault(value, []).append(rank)
        return found

    def kept(self, rank: int, recipient: Recipient) -> str:
        """Pourquoi cette ligne garde ce qu'elle a ; vide si elle doit être remplie."""
        if folded(self.text(rank, CHANGEABLE)) in LOCKED:
            return "Moodle a verrouillé sa note, sa ligne est laissée telle quelle"
        if not recipient.result:
            return "aucune copie, ligne laissée telle quelle"
        if not recipient.result.complete:
            missing = recipient.result.missing
            return f"{missing}, ce n'est pas une note : ligne laissée telle quelle"
        return ""

    def grade(self, rank: int, recipient: Recipient) -> tuple[str, str]:
        """La note à écrire, et ce qu'elle remplace s'il faut le dire."""
        assert recipient.result
        possible, maximum = recipient.result.points, self.text(rank, MAXIMUM)
        if _value(maximum) != possible:
            noted = _cited(maximum) or "rien"
            raise SheetError(
                f"cette feuille note sur {noted}, et le correcteur sur {number(possible)} : "
                "changez la note maximale du devoir dans Moodle, puis reprenez sa feuille."
            )
        earned, before = recipient.result.earned, self.text(rank, GRADE)
        told = f"{_cited(before)} est remplacé par {number(earned)}"
        return self._written(earned), told if before and _value(before) != earned else ""

    def filled(self, grades: dict[int, str]) -> bytes:
        """La feuille, où ces lignes ont ces notes ; le reste, à l'octet près."""
        column, parts, place = self.column(GRADE), [], 0
        assert column is not None
        for rank in sorted(grades):
            cell, grade = self.lines[rank][column], grades[rank]
            quoted = self.content[cell.start : cell.start + 1] == b'"' or self.separator in grade
            parts.append(self.content[place : cell.start])
            parts.append(f'"{grade}"'.encode() if quoted else grade.encode())
            place = cell.end
        return b"".join([*parts, self.content[place:]])

    def _written(self, earned: float) -> str:
        """Deux décimales au moins, comme Moodle ; quatre s'il le faut, pour ne rien arrondir."""
        whole, decimals = f"{earned:.4f}".split(".")
        point = "," if self._comma() else "."
        return f"{whole}{point}{decimals[:2]}{decimals[2:].rstrip('0')}"

    def _comma(self) -> bool:
        """Comme ses nombres ; à défaut, comme la langue de ses titres."""
        for names in (MAXIMUM, GRADE):
            for rank in range(len(self.lines)):
                if found := DECIMAL.fullmatch(self.text(rank, names)):
                    return found[1] == ","
        return IDENTIFIER[1] in self.titles


def _read(content: bytes) -> _Worksheet:
    if len(content) > MAX_BYTES:
        raise SheetError(f"cette feuille est trop grosse : plus de {MAX_BYTES // 1_000_000} Mo.")
    name = encoding(content)
    if not name:
        raise SheetError("cette feuille n'est pas du texte : il faut celle de Moodle, en CSV.")
    found = [_parsed(content, name, separator) for separator in (",", ";", "\t")]
    missing = [[names for names in REQUIRED if one.column(names) is None] for one in found]
    sheet, lacking = min(zip(found, missing, strict=True), key=lambda pair: len(pair[1]))
    if lacking:
        titles = ", ".join(f"« {names[1].capitalize()} »" for names in lacking)
        raise SheetError(f"ce n'est pas une feuille d'évaluation de Moodle : il y manque {titles}.")
    for row in sheet.lines:
        if len(row) != len(sheet.titles):
            line = content.count(b"\n", 0, row[0].start) + 1
            raise SheetError(
                f"ligne {line} de la feuille : {len(row)} cellules au lieu de {len(sheet.titles)}."
            )
    return sheet


def _parsed(content: bytes, name: str, separator: str) -> _Worksheet:
    header, *lines = rows(content, separator.encode(), name) or [[]]
    return _Worksheet(content, separator, [folded(cell.text) for cell in header], lines)


def _digits(identifier: str) -> str:
    """« 12345 », de « Participant 12345 » : le mot change avec la langue."""
    found = DIGITS.search(identifier.strip())
    return found[0] if found else ""


def _value(cell: str) -> float | None:
    try:
        return round(float(cell.replace(",", ".")), 4)
    except ValueError:
        return None


def _cited(text: str) -> str:
    return visible(shortened(text, SHOWN))
