"""Ouvrir la base : à un seul serveur, à son format, pour soi seul."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Literal

from chatroom.protocol import ChatError
from chatroom.server.storage.schema import Say, migrate

Durability = Literal["full", "normal", "off"]
FILE, LOCK = "chat.db", "chat.lock"
BUSY = 2.0  # secondes laissées à un autre programme (une sauvegarde) pour libérer la base


def lock(path: Path) -> int:
    """Un seul serveur par base : le verrou tombe avec le processus, même tué."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        text = f"Un autre serveur se sert déjà du dossier {path.parent} (--data en donne un autre)."
        raise ChatError(text) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())  # à qui envoyer SIGUSR1
    return descriptor


def server_of(folder: Path) -> int | None:
    """Le processus qui sert ce dossier, s'il y en a un."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.read(descriptor, 20).strip()
        return int(text) if text.isdigit() else None
    finally:
        os.close(descriptor)
    return None


def connect(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=BUSY, check_same_thread=False)
    base.execute("PRAGMA query_only=ON")
    return base


def open_base(path: Path, durability: Durability, now: int, say: Say) -> sqlite3.Connection:
    """La base, au format d'aujourd'hui. `say` dit ce qu'il a fallu y changer."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # des conversations : à soi seul
    base = sqlite3.connect(path, timeout=BUSY, check_same_thread=False)
    try:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute(f"PRAGMA synchronous={'FULL' if durability == 'full' else 'NORMAL'}")
        base.execute("PRAGMA secure_delete=ON")  # ce qui s'efface ne se relit pas dans le fichier
        migrate(base, now, say)
    except BaseException:
        base.close()
        raise
    return base


def rewrite(base: sqlite3.Connection) -> None:
    """Écrit sur le disque, sans rien changer : la base garde son format. sqlite3.Error, sinon."""
    (found,) = base.execute("PRAGMA user_version").fetchone()
    base.execute(f"PRAGMA user_version={found}")
