"""Ce qu'un professeur donne, un dossier ou une liste, et ce que l'on juge de chaque copie."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.classroom import folders, roster
from grader.classroom.archives import extract, stem
from grader.classroom.copies import ClassError, ClassSource, Copy
from grader.discovery.files import ARCHIVE, printable


def find_class(source: Path) -> ClassSource:
    """Les copies de ce dossier ou de cette liste ; ClassError, en une ligne, s'il n'y en a pas."""
    try:
        is_list = source.exists() and not source.is_dir()
    except (OSError, ValueError):
        is_list = False  # folders dira pourquoi
    if is_list and ARCHIVE.search(source.name):
        shown = printable(str(source))
        raise ClassError(f"{shown} : c'est une archive, il faut l'extraire et donner son dossier.")
    return roster.read(source) if is_list else folders.find(source)


@contextmanager
def laid_out(copy: Copy) -> Iterator[tuple[Path, list[str]]]:
    """Le dossier à juger, et ce qui a été ignoré en extrayant ses archives ; ArchiveError.

    Celui d'une archive est temporaire, et porte son nom : des scripts disent « ./TP6/urls.txt ».
    """
    if copy.folder:
        yield copy.folder, []
        return
    with tempfile.TemporaryDirectory(prefix="tp6-classe-") as place:
        room = Path(place) / copy.report
        notes: list[str] = []
        names: set[str] = set()
        for archive in copy.archives:
            name = _room_name(archive, names)
            names.add(name)
            (room / name).mkdir(parents=True)
            notes += extract(archive, room / name)
        yield (room / name if len(names) == 1 else room), notes


def _room_name(archive: Path, taken: set[str]) -> str:
    """Le nom de l'archive, qui peut dire de quelle partie il s'agit ; jamais « .. », ni caché."""
    name = stem(archive.name).lstrip(".") or "copie"
    return next(
        one for one in (name, *(f"{name} ({at})" for at in range(2, 10_000))) if one not in taken
    )
