"""Ce que SQLite dit d'une base, ce qu'il faut en comprendre, et comment s'en sortir."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatroom.protocol import ChatError
from wording.reasons import reason

CAUSES = {
    "SQLITE_FULL": "le disque est plein",
    "SQLITE_IOERR": "le disque ne répond pas comme il faut",
    "SQLITE_READONLY": "la base est en lecture seule",
    "SQLITE_BUSY": "un autre programme tient la base",
    "SQLITE_LOCKED": "un autre programme tient la base",
    "SQLITE_CANTOPEN": "la base ne s'ouvre pas",
    "SQLITE_CORRUPT": "la base est abîmée",
    "SQLITE_NOTADB": "ce n'est pas une base SQLite",
    "SQLITE_AUTH": "l'accès à la base est refusé",
}
# Tout ce que lève une base dont des octets ont changé : SQLite, et Python qui en lit les textes.
UNREADABLE = (sqlite3.Error, ValueError, TypeError, OverflowError)


class UnfitError(ChatError):
    """La base n'est pas de celles qu'on lit ; `way_out` dit quoi faire."""

    def __init__(self, why: str, way_out: str = "") -> None:
        super().__init__(why)
        self.way_out = way_out


class DamagedError(UnfitError):
    """Il y manque quelque chose, ou cela n'a pas de sens."""


def cause_of(error: Exception) -> str:
    name = getattr(error, "sqlite_errorname", "")
    # Sans nom : un texte que Python n'a pu lire. SQLITE_ERROR : une table ou une colonne manque.
    unnamed = isinstance(error, sqlite3.Error) and name in {"", "SQLITE_ERROR"}
    if unnamed or isinstance(error, ValueError | TypeError):
        return "la base est abîmée"
    known = (text for prefix, text in CAUSES.items() if name.startswith(prefix))
    return next(known, str(error))


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """ChatError, avec la façon d'en sortir, si la base ne peut servir."""
    try:
        yield
    except UnfitError as error:
        way_out = recovery(path) if isinstance(error, DamagedError) else error.way_out
        raise ChatError(f"L'historique {path} ne peut servir : {error}. {way_out}") from None
    except OSError as error:
        raise ChatError(f"L'historique {path} ne peut servir : {reason(error)}.") from None
    except UNREADABLE as error:
        why = cause_of(error)
        way_out = recovery(path) if why in _BROKEN else ""
        raise ChatError(f"L'historique {path} ne peut servir : {why}. {way_out}".strip()) from None


_BROKEN = {"la base est abîmée", "ce n'est pas une base SQLite"}


def recovery(path: Path) -> str:
    return (
        "Le serveur arrêté, remettez à sa place une sauvegarde (--backup en fait), ou récupérez "
        f"ce qui se lit encore : « sqlite3 {path.name} .recover | sqlite3 neuf.db », dans "
        f"{path.parent} (ou .dump : le sqlite3 de Debian ne sait pas .recover). Sinon, déplacez-le "
        "pour repartir de rien."
    )
