"""Ouvrir la base : à un seul serveur, à son format, pour soi seul."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Literal

from chatroom.protocol import ChatError

Durability = Literal["full", "normal", "off"]
FILE = "chat.db"
FORMAT = 1  # PRAGMA user_version
BUSY = 2.0  # secondes laissées à un autre programme (une sauvegarde) pour libérer la base
SCHEMA = """
CREATE TABLE people (
    id INTEGER PRIMARY KEY, pseudo TEXT NOT NULL, colour INTEGER NOT NULL,
    proof BLOB NOT NULL, nonce INTEGER NOT NULL
);
CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL, last INTEGER NOT NULL);
CREATE TABLE messages (
    room INTEGER NOT NULL, seq INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (room, seq)
) WITHOUT ROWID;
CREATE TABLE images (
    room INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (room, seq)
);
"""


def lock(path: Path) -> int:
    """Un seul serveur par base : le verrou tombe avec le processus, même tué."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        text = f"Un autre serveur se sert déjà du dossier {path.parent} (--data en donne un autre)."
        raise ChatError(text) from None
    return descriptor


def connect(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=BUSY, check_same_thread=False)
    base.execute("PRAGMA query_only=ON")
    return base


def open_base(path: Path, durability: Durability) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # des conversations : à soi seul
    base = sqlite3.connect(path, timeout=BUSY, check_same_thread=False)
    try:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute(f"PRAGMA synchronous={'FULL' if durability == 'full' else 'NORMAL'}")
        (found,) = base.execute("PRAGMA user_version").fetchone()
        if found == 0:
            base.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={FORMAT}; COMMIT;")
        elif found != FORMAT:
            text = f"L'historique {path} est au format {found}, et ce serveur lit le {FORMAT}."
            raise ChatError(text)
    except BaseException:
        base.close()
        raise
    return base
