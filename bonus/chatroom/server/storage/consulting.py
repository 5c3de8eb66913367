"""Lire une base sans la servir, que le serveur soit en marche ou non, et sans rien y écrire."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from chatroom.protocol import ChatError
from chatroom.server.storage.causes import readable
from chatroom.server.storage.opening import BUSY, FILE


@contextmanager
def consulting(folder: Path) -> Iterator[sqlite3.Connection]:
    """La base d'un dossier ; ChatError s'il n'y en a pas, ou si elle ne se lit pas."""
    path = folder / FILE
    if not path.is_file():
        raise ChatError(f"Il n'y a pas d'historique dans {folder}.")
    with readable(path), ExitStack() as stack:
        if not os.access(folder, os.W_OK) and not path.with_name(f"{FILE}-shm").exists():
            path = _still(path, stack)
        base = stack.enter_context(closing(_read_only(path)))
        base.execute("SELECT 1 FROM sqlite_master").fetchone()  # s'ouvre-t-elle pour de bon ?
        yield base


def _still(path: Path, stack: ExitStack) -> Path:
    """Dans un dossier où rien ne s'écrit, SQLite ne saurait ouvrir une base en WAL : sa copie."""
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chat-")))
    for name in (FILE, f"{FILE}-wal"):
        if path.with_name(name).exists():
            shutil.copyfile(path.with_name(name), copy / name)
    return copy / FILE


def _read_only(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", timeout=BUSY, uri=True)
    base.execute("PRAGMA query_only=ON")
    return base
