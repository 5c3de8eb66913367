"""Écrire un rapport là où on le demande : tout entier ou pas du tout, et nulle part ailleurs.

Ce chemin mène peut-être dans une copie, qui y a mis un lien vers un fichier de la personne, ou un
tube que nul ne lit. Rien n'y est donc ouvert : le rapport naît à côté, puis prend le nom voulu.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wording.reasons import reason

BESIDE = ".rapport-"  # ce par quoi commence le nom d'un rapport, tant qu'il n'est pas fini
# Là, une écriture agit sur la machine, ou remplacerait /dev/stdout lui-même.
DEVICES = tuple(map(Path, ("/dev", "/proc", "/sys")))
SHARED_MEMORY = Path("/dev/shm")


class UnwritableError(Exception):
    """Pourquoi le rapport ne peut s'écrire là ; le message est pour l'écran."""


def check(file: Path, copy: Path) -> None:
    """UnwritableError si ce fichier ne pourra pas être écrit ; à savoir avant de juger `copy`."""
    try:
        _refuse(file, copy)
        with _beside(file):
            pass
    except OSError as error:
        raise UnwritableError(_reason(error, file)) from None


def write(file: Path, content: str | bytes) -> None:
    """Met cela à la place de `file`, dont il ne manque jamais rien ; UnwritableError sinon."""
    data = content.encode() if isinstance(content, str) else content
    try:
        with _beside(file) as (folder, descriptor, name):
            with open(descriptor, "wb", closefd=False) as report:
                report.write(data)
            os.fsync(descriptor)  # plein, un disque ne le dit parfois qu'ici
            with suppress(FileNotFoundError):
                before = os.stat(file.name, dir_fd=folder, follow_symlinks=False).st_mode
                if stat.S_ISREG(before):
                    os.fchmod(descriptor, before & 0o777)
            os.replace(name, file.name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError as error:
        raise UnwritableError(_reason(error, file)) from None


def sweep(folder: Path) -> None:
    """Efface de ce dossier les débuts de rapports qu'y a laissés un correcteur tué d'un coup."""
    for unfinished in folder.glob(f"{BESIDE}*"):
        with suppress(OSError):
            unfinished.unlink()


@contextmanager
def _beside(file: Path) -> Iterator[tuple[int, int, str]]:
    """Le dossier de `file`, et un fichier neuf de ce dossier, effacé s'il y est encore à la fin."""
    folder = os.open(file.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        name = f"{BESIDE}{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, 0o666, dir_fd=folder)
        try:
            yield folder, descriptor, name
        finally:
            os.close(descriptor)
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
    finally:
        os.close(folder)


def _refuse(file: Path, copy: Path) -> None:
    parent = file.parent.resolve()
    if _leaves(file.parent, parent, copy):
        raise UnwritableError("son dossier est un lien qui sort de la copie")
    inside = any(parent.is_relative_to(place) for place in DEVICES)
    if inside and not parent.is_relative_to(SHARED_MEMORY):
        raise UnwritableError("impossible d'y écrire")
    try:
        own = os.lstat(file)
    except FileNotFoundError:
        return
    target = own
    if stat.S_ISLNK(own.st_mode):
        with suppress(OSError):  # un lien qui ne mène à rien se remplace aussi
            target = os.stat(file)  # noqa: PTH116 (le même appel que ci-dessus)
    if stat.S_ISDIR(target.st_mode):
        raise UnwritableError("c'est un dossier")
    if not (stat.S_ISREG(target.st_mode) or stat.S_ISLNK(target.st_mode)):
        raise UnwritableError("ce n'est pas un fichier ordinaire")
    _refuse_replacing(own, os.stat(parent))  # noqa: PTH116


def _leaves(given: Path, real: Path, copy: Path) -> bool:
    """Vrai si ce chemin passe par la copie, et qu'un lien qu'elle contient le mène ailleurs."""
    roots = {Path(os.path.abspath(copy)), copy.resolve()}  # noqa: PTH100 (sans suivre les liens)
    through = Path(os.path.abspath(given))  # noqa: PTH100
    return any(through.is_relative_to(root) for root in roots) and not any(
        real.is_relative_to(root) for root in roots
    )


def _refuse_replacing(own: os.stat_result, folder: os.stat_result) -> None:
    """Dans un dossier comme /tmp, nul ne remplace le fichier d'un autre."""
    if folder.st_mode & stat.S_ISVTX and os.geteuid() not in (0, own.st_uid, folder.st_uid):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def _reason(error: OSError, file: Path) -> str:
    absent = isinstance(error, FileNotFoundError | NotADirectoryError)
    if absent and not os.path.isdir(file.parent):  # noqa: PTH112
        return "son dossier n'existe pas"
    return reason(error)
