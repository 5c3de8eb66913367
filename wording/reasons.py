"""Ce que reproche le système, en français : il ne le dit que dans la langue de la machine."""

import errno
from collections.abc import Mapping

FILES = {
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
    errno.ENAMETOOLONG: "ce nom est trop long",
    errno.EMFILE: "trop de fichiers sont ouverts",
    errno.ENFILE: "trop de fichiers sont ouverts",
    errno.EIO: "le disque ne répond pas",
}
LISTENING = FILES | {
    errno.EADDRINUSE: "ce port est déjà pris",
    errno.EADDRNOTAVAIL: "cette adresse n'est pas l'une de celles de cette machine",
    errno.EACCES: "ce port est réservé à l'administrateur",
}


def reason(error: OSError, known: Mapping[int, str] = FILES) -> str:
    """Pourquoi le système refuse, sans majuscule ni point ; à défaut, ce qu'il en dit lui-même."""
    return known.get(error.errno or 0) or error.strerror or str(error)
