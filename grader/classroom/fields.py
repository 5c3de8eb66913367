"""Un CSV lu sans être réécrit : chaque cellule, et sa place dans les octets."""

import re
from typing import NamedTuple

BOM = b"\xef\xbb\xbf"


class Field(NamedTuple):
    start: int  # dans les octets, guillemets compris
    end: int
    text: str  # sans ses guillemets


def rows(content: bytes, separator: bytes, encoding: str) -> list[list[Field]]:
    """Les lignes qui ne sont pas vides ; un guillemet jamais refermé n'est qu'un caractère."""
    mark = re.escape(separator)
    # « *+ » : aucun octet n'est essayé deux fois, si tordu que soit le fichier.
    field = re.compile(rb'(?:"((?:[^"]|"")*+)"|([^%b\r\n]*+))(%b|\r\n|\r|\n|\Z)' % (mark, mark))
    found: list[list[Field]] = []
    row: list[Field] = []
    place = len(BOM) if content.startswith(BOM) else 0
    while place <= len(content) and (match := field.match(content, place)):
        raw = match[2] if match[1] is None else match[1].replace(b'""', b'"')
        row.append(Field(match.start(), match.start(3), raw.decode(encoding)))
        place = match.end()
        if match[3] != separator:
            if len(row) > 1 or row[0].text:
                found.append(row)
            row = []
            if not match[3]:
                break
    return found


def encoding(content: bytes) -> str | None:
    """Celui de Moodle, ou celui d'Excel en français ; None si ce n'est pas du texte."""
    for name in ("utf-8", "cp1252"):
        try:
            content.decode(name)
        except UnicodeDecodeError:
            continue
        return None if b"\0" in content else name
    return None
