"""Lire une copie : aucun lien suivi, rien d'ouvert qui ne soit un fichier, tout est borné."""

import errno
import hashlib
import os
import re
import stat
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.model.records import RefusedError
from wording.harmless import visible

# Ce qu'on n'a pas écrit soi-même. Les dossiers cachés n'en sont pas non plus.
SKIPPED_FOLDERS = frozenset({"__pycache__", "__MACOSX", "node_modules", "site-packages"})
# À côté d'un pyvenv.cfg : un étudiant peut avoir créé son environnement au milieu de son travail.
VENV_FOLDERS = frozenset({"bin", "etc", "include", "lib", "lib64", "scripts", "share"})
# Ce qu'on donne parfois à la place d'un dossier, ou qu'on y laisse à la place des scripts.
ARCHIVE = re.compile(r"(?i)\.(zip|tar|tgz|tbz2?|txz|7z|rar|gz|bz2|xz|zst)$")
NOTEBOOK = re.compile(r"(?i)\.ipynb$")
RENAMED = re.compile(r"(?i)\.py\.txt$")
ADDRESS = re.compile(r"(?i)^(?:(?:https?|ssh|git|ftp):/|git@)")
SHOWN_NAMES = 3  # dans une note
NAME_LENGTH = 60  # caractères d'un nom montré

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK : si un tube prend la place du fichier, l'ouvrir n'attend personne.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SubmissionError(RefusedError):
    """Il n'y a rien à juger."""


@dataclass(frozen=True)
class ReadingLimits:
    """Ce qu'on accepte de lire d'une copie : au-delà, on ignore et on le dit."""

    entries: int = 20_000  # noms parcourus, dont la moitié au plus dans un même dossier
    files: int = 2_000
    file_bytes: int = 1_000_000
    total_bytes: int = 20_000_000
    depth: int = 16  # dossiers emboîtés
    path_bytes: int = 1_000  # le système refuse les chemins de plus de 4 096 octets


DEFAULT_LIMITS = ReadingLimits()


@dataclass(frozen=True)
class SourceFile:
    path: PurePosixPath  # depuis la racine de la copie
    content: bytes

    @property
    def is_python(self) -> bool:
        return _is_python(self.path.name)


@dataclass(frozen=True)
class Submission:
    folder: Path
    files: tuple[SourceFile, ...]  # dans l'ordre de leurs chemins
    notes: list[str] = field(default_factory=list)  # ce qui a été ignoré, en français
    alias: str = ""  # le nom de ce dossier, si les scripts l'emploient : « ./TP6/urls.txt »

    def digest(self) -> str:
        """L'empreinte de ce qui en est jugé : la même, c'est la même copie."""
        found = hashlib.sha256()
        parts = [os.fsencode(self.alias)]
        for file in self.files:
            parts += [os.fsencode(file.path), file.content]
        for part in parts:  # avec leur taille : « a » puis « bc » ne sont pas « ab » puis « c »
            found.update(len(part).to_bytes(8, "big") + part)
        return found.hexdigest()

    def write_to(self, folder: Path) -> None:
        """Écrit la copie dans un dossier vide ou à créer, où un autre utilisateur peut écrire.

        Lève FileExistsError plutôt que d'écrire à travers ce qui s'y trouverait déjà.
        """
        folder.mkdir(parents=True, exist_ok=True)
        root = str(folder)  # des chaînes : une copie de mille fichiers s'écrit à chaque lancement
        folders = {"": root}
        for file in self.files:
            if file.path.is_absolute() or ".." in file.path.parts:
                raise ValueError(f"chemin hors de la copie : {printable(str(file.path))}")
            path = str(file.path)
            _make_parents(root, path, folders)
            _write(f"{root}/{path}", file.content)
        if self.alias and not (folder / self.alias).exists():
            # Lancée du dossier du dessus, là-bas ; de la copie, ici : le même chemin y mène.
            (folder / self.alias).symlink_to(".")
        for made in reversed(folders.values()):  # en dernier : d'ici là, nul autre n'y entre
            os.chmod(made, 0o777)  # noqa: PTH101


def _make_parents(root: str, path: str, made: dict[str, str]) -> None:
    """Crée les dossiers de ce fichier qui ne sont pas dans `made`, et les y ajoute."""
    parent = path.rpartition("/")[0]
    if parent not in made:
        _make_parents(root, parent, made)
        made[parent] = f"{root}/{parent}"
        os.mkdir(made[parent])  # noqa: PTH102


def _write(path: str, content: bytes) -> None:
    descriptor = os.open(path, _NEW_FILE)
    try:
        os.fchmod(descriptor, 0o666)
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)


def printable(text: str, length: int = NAME_LENGTH) -> str:
    """Une ligne sans danger, dont le milieu est abrégé."""
    shown = visible(text[: 4 * NAME_LENGTH])
    if len(text) > 4 * NAME_LENGTH:
        shown += "…"
    if len(shown) <= length:
        return shown
    tail = length // 3
    return f"{shown[: length - tail - 1]}…{shown[-tail:]}"


class _Reason(Enum):
    """Pourquoi on ignore : ce que c'est, au singulier et au pluriel, et la raison."""

    ARCHIVE = ("archive ignorée", "archives ignorées", "à extraire d'abord")
    NOTEBOOK = ("carnet ignoré", "carnets ignorés", "à exporter en scripts .py")
    RENAMED = ("fichier ignoré", "fichiers ignorés", "à renommer en .py")
    LINK = ("lien symbolique ignoré", "liens symboliques ignorés", "on n'en suit aucun")
    SPECIAL = ("fichier spécial ignoré", "fichiers spéciaux ignorés", "jamais ouvert")
    LARGE = ("fichier ignoré", "fichiers ignorés", "plus de {file} Mo")
    UNREADABLE = ("fichier ignoré", "fichiers ignorés", "illisible")
    CLOSED = ("dossier ignoré", "dossiers ignorés", "illisible")
    DEEP = ("dossier ignoré", "dossiers ignorés", "plus de {depth} niveaux")
    LONG = ("fichier ignoré", "fichiers ignorés", "chemin de plus de {path} octets")
    COUNT = ("fichier ignoré", "fichiers ignorés", "on en lit {count} au plus")
    TOTAL = ("fichier ignoré", "fichiers ignorés", "on lit {total} Mo au plus")
    CROWDED = ("dossier lu en partie", "dossiers lus en partie", "trop de noms")


class _Ignored:
    """Compte ce qu'on ignore, sans garder plus de quelques noms."""

    def __init__(self, limits: ReadingLimits) -> None:
        self._limits = limits
        self._counts: dict[_Reason, int] = {}
        self._names: dict[_Reason, list[str]] = {}

    def add(self, reason: _Reason, path: PurePosixPath) -> None:
        self._counts[reason] = self._counts.get(reason, 0) + 1
        names = self._names.setdefault(reason, [])
        if len(names) < SHOWN_NAMES:
            names.append(printable(str(path)))

    def notes(self) -> list[str]:
        return [self._note(reason) for reason in _Reason if reason in self._counts]

    def _note(self, reason: _Reason) -> str:
        one, many, why = reason.value
        count, names = self._counts[reason], ", ".join(self._names[reason])
        what = one if count == 1 else many
        limits = self._limits
        why = why.format(
            file=f"{limits.file_bytes / 1e6:g}",
            total=f"{limits.total_bytes / 1e6:g}",
            depth=limits.depth,
            path=limits.path_bytes,
            count=limits.files,
        )
        return f"{count} {what} : {why} ({names}{'…' if count > SHOWN_NAMES else ''})"


class _Entry(NamedTuple):
    path: PurePosixPath
    mode: int
    size: int


def read_submission(folder: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> Submission:
    """Lit la copie en mémoire. Lève SubmissionError s'il n'y a rien à juger."""
    shown = printable(re.sub(r"^(\w+:/)(?=[^/])", r"\1/", str(folder)))  # Path ôte un « / »
    ignored = _Ignored(limits)
    try:
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise SubmissionError(f"{shown} : {_explain(error, folder)}.") from error
    try:
        entries = _list(root, limits, ignored)
        files = _read(root, entries, limits, ignored)
    finally:
        os.close(root)
    notes = ignored.notes()
    if not any(file.is_python for file in files):
        details = "".join(f" {note}." for note in notes)
        raise SubmissionError(f"{shown} : ce dossier ne contient aucun fichier Python.{details}")
    return Submission(folder, tuple(files), notes, _alias(folder, files))


def _alias(folder: Path, files: list[SourceFile]) -> str:
    name = folder.resolve().name
    path = os.fsencode(name) + b"/"
    return name if name and any(path in file.content for file in files if file.is_python) else ""


def _explain(error: OSError | ValueError, folder: Path) -> str:
    match error:
        case FileNotFoundError() if ADDRESS.match(str(folder)):
            return "c'est une adresse : il faut d'abord en faire une copie ici (git clone)"
        case FileNotFoundError() | ValueError():  # ValueError : un octet nul dans le nom
            return "ce dossier n'existe pas"
        case NotADirectoryError():
            return _instead(folder.name)
        case PermissionError():
            return "vous n'avez pas le droit de lire ce dossier"
        case OSError(errno=errno.ENAMETOOLONG):
            return "ce nom est trop long"
        case _:
            return "ce dossier est illisible"


def _instead(name: str) -> str:
    """Ce qu'est ce fichier, donné pour un dossier, et quoi en faire."""
    if ARCHIVE.search(name):
        return "c'est une archive : il faut d'abord l'extraire, puis donner le dossier"
    if NOTEBOOK.search(name):
        return "c'est un carnet : il faut l'exporter en scripts .py, et donner leur dossier"
    if _is_python(name) or RENAMED.search(name):
        return "c'est un fichier : il faut donner le dossier qui le contient"
    return "ce n'est pas un dossier"


def _is_python(name: str) -> bool:
    return name.casefold().endswith(".py")


@contextmanager
def _opened(root: int, path: PurePosixPath, flags: int) -> Iterator[int]:
    """Ouvre `path` nom par nom : aucun de ses dossiers ne peut être un lien."""
    *folders, last = (".", *path.parts)
    current = os.dup(root)
    try:
        for name, how in [*((folder, _FOLDER) for folder in folders), (last, flags)]:
            below = os.open(name, how, dir_fd=current)
            os.close(current)
            current = below
        yield current
    finally:
        os.close(current)


def _list(root: int, limits: ReadingLimits, ignored: _Ignored) -> list[_Entry]:
    """Les fichiers ordinaires, en largeur d'abord : le travail est rarement au fond."""
    files: list[_Entry] = []
    folders = deque([PurePosixPath()])
    visited = 0
    while folders:
        folder = folders.popleft()
        try:
            # La moitié de ce qui reste : un dossier d'images ne prive pas les autres de tout.
            children = _children(root, folder, (limits.entries - visited + 1) // 2, ignored)
        except OSError:
            ignored.add(_Reason.CLOSED, folder)
            continue
        visited += len(children)
        skipped = SKIPPED_FOLDERS
        if any(entry.path.name == "pyvenv.cfg" for entry in children):
            skipped |= VENV_FOLDERS
        for entry in children:
            if stat.S_ISDIR(entry.mode):
                name = entry.path.name
                if name.startswith(".") or name in skipped or name.casefold() in skipped:
                    continue
                if len(entry.path.parts) > limits.depth:
                    ignored.add(_Reason.DEEP, entry.path)
                else:
                    folders.append(entry.path)
            elif _is_wanted(entry, limits, ignored):
                files.append(entry)
    return files


def _children(root: int, folder: PurePosixPath, limit: int, ignored: _Ignored) -> list[_Entry]:
    entries: list[_Entry] = []
    with _opened(root, folder, _FOLDER) as descriptor, os.scandir(descriptor) as names:
        for name in names:
            if len(entries) == limit:
                ignored.add(_Reason.CROWDED, folder)
                break
            path = folder / name.name
            try:
                status = name.stat(follow_symlinks=False)
            except OSError:
                ignored.add(_Reason.UNREADABLE, path)
            else:
                entries.append(_Entry(path, status.st_mode, status.st_size))
    return sorted(entries)


def _is_wanted(entry: _Entry, limits: ReadingLimits, ignored: _Ignored) -> bool:
    """Écarte, en le disant, tout ce qu'on ne lira pas."""
    if entry.path.name.startswith("._") or entry.path.name == ".DS_Store":
        return False  # ce que macOS ajoute de lui-même
    if stat.S_ISREG(entry.mode) and (reason := _misplaced(entry.path.name)):
        ignored.add(reason, entry.path)
        return False
    if stat.S_ISLNK(entry.mode):
        ignored.add(_Reason.LINK, entry.path)
    elif not stat.S_ISREG(entry.mode):
        ignored.add(_Reason.SPECIAL, entry.path)
    elif entry.size > limits.file_bytes:
        ignored.add(_Reason.LARGE, entry.path)
    elif len(os.fsencode(entry.path)) > limits.path_bytes:
        ignored.add(_Reason.LONG, entry.path)
    else:
        return True
    return False


def _misplaced(name: str) -> _Reason | None:
    """Pourquoi ce fichier ne servira à rien, alors qu'il est sans doute du travail."""
    patterns = {
        _Reason.ARCHIVE: ARCHIVE,
        _Reason.NOTEBOOK: NOTEBOOK,
        _Reason.RENAMED: RENAMED,
    }
    return next((reason for reason, pattern in patterns.items() if pattern.search(name)), None)


def _priority(entry: _Entry) -> tuple[bool, int, PurePosixPath]:
    """Python d'abord, et le moins profond ; puis le reste, et le plus petit."""
    if _is_python(entry.path.name):
        return False, len(entry.path.parts), entry.path
    return True, entry.size, entry.path


def _read(
    root: int, entries: list[_Entry], limits: ReadingLimits, ignored: _Ignored
) -> list[SourceFile]:
    files: list[SourceFile] = []
    total = 0
    for entry in sorted(entries, key=_priority):
        if len(files) == limits.files:
            ignored.add(_Reason.COUNT, entry.path)
            continue
        if total + entry.size > limits.total_bytes:
            ignored.add(_Reason.TOTAL, entry.path)
            continue
        try:
            with _opened(root, entry.path, _FILE) as descriptor:
                content = _content(descriptor, min(limits.file_bytes, limits.total_bytes - total))
        except OSError:
            ignored.add(_Reason.UNREADABLE, entry.path)
            continue
        if content is None:
            ignored.add(_Reason.LARGE, entry.path)
            continue
        files.append(SourceFile(entry.path, content))
        total += len(content)
    return sorted(files, key=lambda file: file.path)


def _content(descriptor: int, limit: int) -> bytes | None:
    """Le contenu, ou None s'il a grossi au-delà de `limit` depuis qu'on l'a vu."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError("ce n'est plus un fichier")
    with open(descriptor, "rb", closefd=False) as file:
        content = file.read(limit + 1)
    return content if len(content) <= limit else None
