"""Une classe sans ses noms. Qui est qui reste dans correspondance.csv, à garder pour soi.

Ce fichier sert aussi d'une fois sur l'autre : une copie y garde le nom qu'elle a reçu.
"""

import csv
import dataclasses
import io
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from grader.classroom.copies import ClassSource, Copy, Student
from grader.classroom.notes import safe
from grader.reports import files

FILE = "correspondance.csv"
TITLES = ("copie", "nom")
MAX_BYTES = 1_000_000
NAME = re.compile(r"Copie [0-9a-f]{8}")


def anonymous(source: ClassSource, folder: Path) -> ClassSource:
    """La même classe, où chaque copie s'appelle « Copie 3fa9c17b » ; écrit correspondance.csv.

    Ce que l'on a ignoré se dit par des noms de fichiers : il n'en reste que le nombre.
    """
    known = _read(folder / FILE)
    renamed = {copy.name: known.get(safe(copy.name)) or _new() for copy in source.copies}
    table = io.StringIO(newline="")
    writer = csv.writer(table, delimiter=";", lineterminator="\r\n")
    writer.writerow(TITLES)
    writer.writerows((new, safe(old)) for old, new in renamed.items())
    files.write(folder / FILE, f"\ufeff{table.getvalue()}")
    copies = tuple(sorted(_renamed(source.copies, renamed), key=lambda copy: copy.name))
    return dataclasses.replace(source, copies=copies, absent=(), ignored=())


def _renamed(copies: Iterable[Copy], names: dict[str, str]) -> Iterable[Copy]:
    for copy in copies:
        name = names[copy.name]
        yield dataclasses.replace(
            copy,
            name=name,
            report=name.lower().replace(" ", "-"),
            students=(Student(name, submitted=copy.students[0].submitted),),
            group="",
            participant="",
            note="",
        )


def _new() -> str:
    return f"Copie {secrets.token_hex(4)}"


def _read(file: Path) -> dict[str, str]:
    """Par nom de copie, celui qu'elle a reçu ; rien de ce qui ne se relit pas."""
    with suppress(OSError, ValueError, csv.Error):
        if not file.is_file():  # un tube ferait attendre sans fin
            return {}
        with file.open("rb") as content:
            text = content.read(MAX_BYTES).decode("utf-8-sig")
        _, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        return {old: new for new, old in rows if NAME.fullmatch(new)}
    return {}
