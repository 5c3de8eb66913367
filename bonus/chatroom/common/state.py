"""Le dossier où une personne garde l'état de ses programmes, et ce qui peut l'empêcher."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path

PRIVATE = 0o700
_REASONS = {
    errno.EACCES: "permission refusée",
    errno.EPERM: "permission refusée",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota est atteint",
    errno.EFBIG: "le fichier serait trop gros",
    errno.ENOENT: "il n'existe pas",
    errno.EEXIST: "un fichier tient la place d'un dossier",
    errno.ENOTDIR: "un fichier tient la place d'un dossier",
    errno.EISDIR: "c'est un dossier",
    errno.ELOOP: "c'est un lien",
    errno.ENXIO: "ce n'est pas un fichier ordinaire",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.EMFILE: "trop de fichiers sont ouverts",
    errno.ENFILE: "trop de fichiers sont ouverts",
    errno.EIO: "le disque ne répond pas",
}


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`chat_room`, sous XDG_STATE_HOME ou ~/.local/state ; rien n'y est créé.

    Source : XDG Base Directory Specification, qui dit d'ignorer un chemin relatif.
    """
    base = environ.get("XDG_STATE_HOME", "")
    if base.startswith("/"):
        return Path(base) / "chat_room"
    home = environ.get("HOME") or Path("~").expanduser()
    return Path(home) / ".local/state/chat_room"


def make_private(folder: Path) -> None:
    """Crée ce dossier, ou le referme : à son propriétaire seul. OSError si c'est impossible."""
    folder.mkdir(PRIVATE, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o777 != PRIVATE:
        folder.chmod(PRIVATE)


def reason(error: OSError) -> str:
    """Ce que le système reproche, en français."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
