"""Copier la base, le serveur en marche ou non : la copie est celle d'un seul instant."""

import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from chatroom.protocol import ChatError
from chatroom.server.storage.consulting import consulting
from chatroom.server.storage.opening import FILE
from wording.reasons import reason

STEP = 2_000  # pages copiées entre deux nouvelles du travail


def backup(folder: Path, target: Path, progress: Callable[[float], None]) -> None:
    """Écrit la copie à côté, la vérifie, puis lui donne son nom : jamais une moitié de copie.

    `progress` : quelle part en est faite, de 0 à 1. ChatError si elle n'a pu l'être.
    """
    if target.is_dir():
        raise ChatError(f"{target} est un dossier : il faut un fichier.")
    if target.exists() and (folder / FILE).exists() and target.samefile(folder / FILE):
        raise ChatError(f"{target} est la base elle-même.")
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with consulting(folder) as base:
            _copy(base, beside, progress)
        _flush(beside)
        beside.rename(target)
        _flush(target.parent)
    except OSError as error:
        raise ChatError(f"La copie {target} n'a pu être écrite : {reason(error)}.") from None
    finally:
        for leftover in (beside, *(Path(f"{beside}{end}") for end in ("-wal", "-shm", "-journal"))):
            with suppress(OSError):
                leftover.unlink()


def _copy(base: sqlite3.Connection, path: Path, progress: Callable[[float], None]) -> None:
    # Une lecture ouverte : le serveur écrit pendant ce temps, et la copie n'a pas à recommencer.
    base.execute("BEGIN")
    base.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def report(_: int, remaining: int, total: int) -> None:
        progress(1 - remaining / max(1, total))

    with closing(sqlite3.connect(path)) as copy:
        base.backup(copy, pages=STEP, progress=report)
        # Une base d'un seul fichier, tant que nul serveur ne l'ouvre.
        copy.execute("PRAGMA journal_mode=DELETE")
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        found = " ".join(found.split())
        raise ChatError(f"La base est abîmée, et sa copie le serait : {found} (voir --check).")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
