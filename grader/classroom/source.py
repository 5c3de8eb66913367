"""Ce qu'un professeur donne, un dossier ou une liste, et ce que l'on juge de chaque copie."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from grader.classroom import folders, roster
from grader.classroom.archives import ArchiveError, stem
from grader.classroom.copies import ClassError, ClassSource, Copy
from grader.classroom.extraction import extract
from grader.discovery.files import ARCHIVE, printable
from wording.numbers import count
from wording.reasons import reason

MOST_ARCHIVES = 20  # dans une copie ; chacune peut remplir cent méga-octets


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
def laid_out(copy: Copy, place: Path) -> Iterator[tuple[Path, list[str]]]:
    """Le dossier à juger, et ce qui a été ignoré en extrayant ses archives ; ArchiveError.

    Celui d'une archive est temporaire, et porte son nom : des scripts disent « ./TP6/urls.txt ». Il
    est créé dans `place`, qu'il n'y a qu'à vider de ce qu'y laisserait un correcteur tué d'un coup.
    """
    if copy.folder:
        yield copy.folder, []
        return
    if len(copy.archives) > MOST_ARCHIVES:
        what = count(len(copy.archives), "archive")
        raise ArchiveError(f"{what}, on en extrait {MOST_ARCHIVES} au plus.")
    with _room(copy, place) as room:
        names: dict[str, Path] = {}
        for archive in copy.archives:
            names[_room_name(archive, names)] = archive
        notes = extract(names, room)
        if not any(file.suffix.casefold() == ".py" for file in room.rglob("*")):
            details = "".join(f" {note}." for note in notes)
            raise ArchiveError(f"Aucun script Python dans son archive.{details}")
        yield (room.joinpath(*names) if len(names) == 1 else room), notes


@contextmanager
def _room(copy: Copy, place: Path) -> Iterator[Path]:
    """Un dossier du nom de ses rapports, à lui seul, effacé à la fin."""
    with ExitStack() as stack:
        try:
            place.mkdir(mode=0o700, exist_ok=True)
            made = stack.enter_context(tempfile.TemporaryDirectory(dir=place))
            room = Path(made, copy.report)
            room.mkdir()
        except OSError as error:
            raise ArchiveError(f"On ne peut rien extraire, {reason(error)}.") from error
        yield room


def _room_name(archive: Path, taken: Collection[str]) -> str:
    """Le nom de l'archive, qui peut dire de quelle partie il s'agit ; jamais « .. », ni caché."""
    name = stem(archive.name).lstrip(".") or "copie"
    return next(
        one for one in (name, *(f"{name} ({at})" for at in range(2, 10_000))) if one not in taken
    )
