"""Trouver les copies d'une classe dans un dossier, sous toutes les formes que reçoit un professeur.

Rien n'est lu que des noms, et aucun lien n'est suivi.
"""

import os
import re
import stat
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath

from grader.classroom.archives import READABLE, stem
from grader.classroom.copies import ClassError, ClassSource, Copy, Student, distinct
from grader.classroom.kept import FOLDER as RESULTS
from grader.classroom.omitted import Because, Omitted
from grader.discovery.files import ARCHIVE, SKIPPED_FOLDERS, printable
from grader.discovery.words import plain, read
from wording.numbers import count
from wording.reasons import reason

MOST_COPIES = 1_000  # au-delà, ce n'est pas une classe
MOST_NAMES = 10_000  # lus dans un dossier
MOST_VISITED = 2_000  # noms parcourus dans une copie, à la recherche d'un script ou d'une archive
USELESS_LEVELS = 3  # « TP6/rendus/… » : des dossiers qui n'en contiennent qu'un
GROUP_LEVELS = 3  # « promo/groupe/export de Moodle/… »
# « Zoé Martin_12345_assignsubmission_file_ » ; une version de Moodle oublie le dernier « _ ».
MOODLE = re.compile(
    r"(?P<name>.+)_(?P<number>\d{1,20})_assignsubmission_(?P<kind>file|onlinetext)_?(?P<rest>.*)",
    re.DOTALL,
)
ADDED = re.compile(r"\._.*|\.DS_Store|__MACOSX|(?i:thumbs\.db|desktop\.ini)", re.DOTALL)

LINK = Because("lien ignoré", "liens ignorés", "on n'en suit aucun")
SPECIAL = Because("fichier spécial ignoré", "fichiers spéciaux ignorés", "jamais ouvert")
HIDDEN = Because("dossier ignoré", "dossiers ignorés", "caché, ou fabriqué par un outil")
LOOSE = Because("fichier ignoré", "fichiers ignorés", "ni un dossier ni une archive")
UNREAD = Because("archive ignorée", "archives ignorées", "il faut un zip ou un tar.gz")
EXTRACTED = Because("archive ignorée", "archives ignorées", "un dossier du même nom est à côté")
ONLINE = Because("texte en ligne ignoré", "textes en ligne ignorés", "il n'y a rien à lancer")
LONELY = Because(
    "script ignoré", "scripts ignorés", "à mettre dans un dossier au nom de son auteur"
)
FLAT = Because(
    "fichier ignoré",
    "fichiers ignorés",
    "dans Moodle, il faut cocher « Télécharger les travaux remis dans des dossiers »",
)
CROWDED = Because("dossier lu en partie", "dossiers lus en partie", "trop de noms")


@dataclass(frozen=True)
class Content:
    """De quoi une copie est faite : un dossier, ou bien des archives."""

    folder: Path | None = None
    archives: tuple[Path, ...] = ()
    note: str = ""

    @property
    def is_work(self) -> bool:
        """Faux s'il n'y a visiblement rien à juger."""
        return bool(self.archives) or not self.note


def find(source: Path) -> ClassSource:
    """Les copies de ce dossier, dans l'ordre de leurs noms ; ClassError s'il n'y en a pas."""
    shown = printable(str(source))
    try:
        place = _place(source)
        if place is None:
            raise ClassError(
                f"{shown} : c'est une seule copie ; il faut le dossier qui contient celles de la "
                "classe."
            )
        omitted = Omitted()
        copies = list(islice(_copies(place, source, omitted), MOST_COPIES + 1))
    except (OSError, ValueError) as error:
        raise ClassError(f"{shown} : {_refused(error)}.") from error
    notes = omitted.notes()
    if not copies:
        details = "".join(f" {note}." for note in notes)
        raise ClassError(f"{shown} : ce dossier ne contient aucune copie.{details}")
    if len(copies) > MOST_COPIES:
        raise ClassError(
            f"{shown} : plus de {count(MOST_COPIES, 'dossier')} ou archives, bien trop pour une "
            "classe."
        )
    copies = sorted(_together(copies), key=_order)
    return ClassSource(place, distinct(copies), ignored=tuple(notes))


def content(path: Path) -> Content:
    """De quoi est faite la copie qui est là : un dossier ou une archive, jamais un lien."""
    if not stat.S_ISDIR(path.lstat().st_mode):
        return Content(archives=(path,))
    try:
        python, archives, unread = _survey(path)
    except OSError as error:
        return Content(path, note=f"illisible, {reason(error)}")
    if python:
        return Content(path)
    if archives:
        return Content(archives=tuple(archives))
    if unread:
        named = printable(unread.name)
        return Content(path, note=f"rien qu'une archive que l'on ne lit pas ({named})")
    return Content(path, note="aucun script Python")


def _refused(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError() | ValueError():  # ValueError : un octet nul dans le nom
            return "ce dossier n'existe pas"
        case NotADirectoryError():
            return "il faut un dossier de copies, ou une liste au format CSV"
        case _:
            return reason(error)


def _place(folder: Path, levels: int = USELESS_LEVELS) -> Path | None:
    """Le dossier dont chaque élément est une copie ; None si celui-ci est lui-même une copie."""
    entries = entries_of(folder)
    folders = [folder / entry.name for entry in entries if is_folder(entry)]
    archives = [folder / entry.name for entry in entries if is_archive(entry)]
    if _is_group(folder, folders, entries):
        return folder
    if any(entry.name == ".git" for entry in entries):
        return None
    strangers = (path for path in [*folders, *archives] if not _is_part(path))
    if len(list(islice(filter(_is_work, strangers), 2))) == 2:
        return folder
    if any(_is_script(entry) for entry in entries):
        return None
    if len(folders) == 1 and not archives and levels:
        below = _place(folders[0], levels - 1)
        return below or (None if _is_part(folders[0]) else folder)
    return None if any(_is_part(path) for path in [*folders, *archives]) else folder


def _copies(
    place: Path, source: Path, omitted: Omitted, groups: tuple[str, ...] = ()
) -> Iterator[Copy]:
    """Celles de ce dossier, `groups` étant les groupes dont il est, du plus grand au plus petit."""
    entries = entries_of(place)
    if len(entries) == MOST_NAMES:
        omitted.add(CROWDED, place.name)
    folders = {_normal(entry.name) for entry in entries if is_folder(entry)}
    for entry in entries:
        path = place / entry.name
        if why := _left_out(entry, folders):
            omitted.add(why, path.relative_to(source))
        elif is_folder(entry) and (below := _group(path, GROUP_LEVELS - len(groups))):
            yield from _copies(below, source, omitted, (*groups, printable(entry.name)))
        else:
            yield _copy(path, source, "/".join(groups))


def _together(copies: Iterable[Copy]) -> list[Copy]:
    """Sans dossiers, Moodle met côte à côte les archives d'une même personne : une seule copie."""
    made: dict[object, Copy] = {}
    for copy in copies:
        flat = copy.participant and copy.origin.name in {one.name for one in copy.archives}
        key = (copy.origin.parent, copy.name, copy.participant) if flat else copy.origin
        first = made.get(key)
        made[key] = replace(first, archives=first.archives + copy.archives) if first else copy
    return list(made.values())


def _copy(path: Path, source: Path, group: str) -> Copy:
    made = content(path)
    moodle = MOODLE.fullmatch(path.name)
    own = moodle["name"] if moodle else path.name if made.folder else stem(path.name)
    name = printable(_normal(own)).strip() or "copie"
    return Copy(
        name=name,
        origin=PurePosixPath(path.relative_to(source)),
        students=(Student(name),),
        folder=made.folder,
        archives=made.archives,
        group=group,
        participant=moodle["number"] if moodle else "",
        note=made.note,
    )


def _left_out(entry: os.DirEntry[str], folders: set[str]) -> Because | None:
    """Pourquoi ceci n'est pas une copie ; `folders` : les noms des dossiers d'à côté."""
    moodle = MOODLE.fullmatch(entry.name)
    if entry.is_symlink():
        return LINK
    if moodle and moodle["kind"] == "onlinetext":
        return ONLINE
    if entry.is_dir(follow_symlinks=False):
        return None if is_folder(entry) else HIDDEN
    if is_archive(entry):
        return EXTRACTED if _normal(stem(entry.name)) in folders else None
    return _not_a_copy(entry, moodle=bool(moodle))


def _not_a_copy(entry: os.DirEntry[str], *, moodle: bool) -> Because:
    if not entry.is_file(follow_symlinks=False):
        return SPECIAL
    if ARCHIVE.search(entry.name):
        return UNREAD
    if moodle:
        return FLAT
    return LONELY if _is_script(entry) else LOOSE


def _group(folder: Path, levels: int) -> Path | None:
    """Où sont les copies d'un groupe de la classe, si ce dossier en est un : là, ou plus bas."""
    try:
        entries = entries_of(folder) if levels else []
    except OSError:
        return None  # illisible : on le dira de cette copie
    folders = [folder / entry.name for entry in entries if is_folder(entry)]
    if MOODLE.fullmatch(folder.name) or any(entry.name == ".git" for entry in entries):
        return None  # une copie, qui n'en contient pas d'autres quoi qu'elle en dise
    if _is_group(folder, folders, entries):
        return folder
    if not folders or any(map(_is_script, entries)):
        return None
    if len(folders) == 1:
        return _group(folders[0], levels - 1)
    return folder if all(_group(one, levels - 1) for one in folders) else None


def _is_group(folder: Path, folders: Iterable[Path], entries: Iterable[os.DirEntry[str]]) -> bool:
    """À coup sûr plusieurs copies : des remises de Moodle, ou plusieurs dépôts."""
    if MOODLE.fullmatch(folder.name):
        return False
    if any(MOODLE.fullmatch(entry.name) for entry in entries):
        return True
    repositories = (path for path in folders if os.path.lexists(path / ".git"))
    return len(list(islice(repositories, 2))) == 2


def _is_part(path: Path) -> bool:
    """Vrai si ce nom ne dit que des mots de TP, « part1 », « tp5 » : ce n'est celui de personne."""
    name = stem(path.name)
    words = read(name, folder=True)
    return not words.oddities and bool(re.search(r"[^\W\d_]{2}", name) or words.part)


def _is_work(path: Path) -> bool:
    return content(path).is_work


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Vrai pour un dossier que quelqu'un a fait : ni caché, ni fabriqué par un outil.

    Les résultats d'une correction, mis là par --out, n'en sont pas un : ce serait une copie.
    """
    hidden = entry.name.startswith(".") or entry.name in SKIPPED_FOLDERS
    if hidden or not entry.is_dir(follow_symlinks=False):
        return False
    return not os.path.lexists(Path(entry.path, RESULTS))


def is_archive(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and bool(READABLE.search(entry.name))


def _is_script(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.name.casefold().endswith(".py")


def entries_of(folder: Path) -> list[os.DirEntry[str]]:
    """Ses noms, dans l'ordre, sans ce que macOS et Windows ajoutent d'eux-mêmes."""
    with os.scandir(folder) as names:
        kept = (entry for entry in names if not ADDED.fullmatch(entry.name))
        return sorted(islice(kept, MOST_NAMES), key=lambda entry: entry.name)


def _survey(folder: Path) -> tuple[bool, list[Path], Path | None]:
    """S'il y a un script (ou trop de noms pour le savoir) ; sinon, les archives, et une illisible.

    En largeur d'abord : le travail est rarement au fond.
    """
    archives: list[Path] = []
    unread: Path | None = None
    queue = deque([(folder, entries_of(folder))])
    visited = 0
    while queue:
        here, entries = queue.popleft()
        visited += len(entries)
        if any(_is_script(entry) for entry in entries) or visited > MOST_VISITED:
            return True, [], None
        for entry in entries:
            path = here / entry.name
            if is_archive(entry):
                archives.append(path)
            elif entry.is_file(follow_symlinks=False) and ARCHIVE.search(entry.name):
                unread = path
            elif is_folder(entry):
                with suppress(OSError):
                    queue.append((path, entries_of(path)))
    return False, archives, unread


def _normal(name: str) -> str:
    """macOS décompose les lettres accentuées : « é » y est deux caractères."""
    return unicodedata.normalize("NFC", name)


def _order(copy: Copy) -> tuple[str, PurePosixPath]:
    return plain(copy.name), copy.origin
