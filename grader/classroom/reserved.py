"""Le dossier des résultats d'une classe, à une seule correction à la fois."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.classroom import kept
from grader.discovery.files import printable
from grader.model.records import RefusedError
from grader.reports import files
from wording.reasons import reason

ADJUSTMENTS = "ajustements.toml"  # ce que la personne qui enseigne y a peut-être déjà mis
EXTRACTED = ".extraits"  # là où les archives le sont, le temps de les juger


@contextmanager
def reserved(folder: Path) -> Iterator[None]:
    """Le crée s'il n'y est pas, fermé aux autres comptes, et le garde à soi le temps du bloc.

    À deux, des corrections s'y effaceraient l'une l'autre. RefusedError s'il ne convient pas.
    """
    shown = printable(str(folder))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "ce nom est impossible"
        raise RefusedError(f"{shown} : {why}.") from error
    try:
        if not _locked(descriptor):
            raise RefusedError(f"{shown} : une autre correction y écrit déjà.")
        if not _ours(descriptor):
            raise RefusedError(f"{shown} : ce dossier n'est ni vide, ni celui d'une classe.")
        os.fchmod(descriptor, 0o700)
        with _prepared(folder):
            yield
    finally:
        os.close(descriptor)


def own_folder(place: Path) -> None:
    """Le crée s'il n'y est pas ; OSError si un lien, qui mène ailleurs, en tient la place."""
    place.mkdir(mode=0o700, exist_ok=True)
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(place))


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # tué, on le rend aussi
    except BlockingIOError:
        return False
    return True


def _ours(folder: int) -> bool:
    """Vrai si l'on peut y mêler des dizaines de fichiers, et le fermer à tous."""
    names = set(os.listdir(folder))
    return kept.FOLDER in names or names <= {ADJUSTMENTS}


@contextmanager
def _prepared(folder: Path) -> Iterator[None]:
    """Ôte ce qu'y a laissé un correcteur tué d'un coup, et fait place à ce qu'on y mettra."""
    extracted = folder / EXTRACTED
    try:
        files.sweep(folder)
        shutil.rmtree(extracted, ignore_errors=True)
        for place in (extracted, folder / kept.FOLDER):
            own_folder(place)
    except OSError as error:
        where = str(error.filename or folder)
        raise RefusedError(f"{printable(where)} : {reason(error)}.") from error
    try:
        yield
    finally:
        shutil.rmtree(extracted, ignore_errors=True)
