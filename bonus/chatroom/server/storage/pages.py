"""Relire : une page d'un salon, un message, son heure."""

import json
import sqlite3

from chatroom.server.storage.soundness import sound

# En octets : un texte abîmé peut n'être plus de l'UTF-8.
READ = "SELECT seq, CAST(document AS BLOB) FROM messages WHERE room=?"
PAGES = {
    False: f"{READ} AND seq<? ORDER BY seq DESC LIMIT ?",
    True: f"{READ} AND seq>? ORDER BY seq LIMIT ?",
}
LAST_SEQ = 2**63 - 1  # le plus grand entier que SQLite compare


def page(
    base: sqlite3.Connection, room: int, seq: int, count: int, *, forwards: bool
) -> tuple[list[str], bool, list[int]]:
    """Les documents d'avant ou d'après `seq`, s'il y en a au-delà, et les numéros des abîmés."""
    rows = base.execute(PAGES[forwards], (room, min(seq, LAST_SEQ), count + 1)).fetchall()
    more = len(rows) > count
    rows = rows[:count]
    documents, damaged = sound(rows if forwards else rows[::-1], room)
    return documents, more, damaged


def document(base: sqlite3.Connection, room: int, seq: int) -> str | None:
    """Celui-là, tel qu'une page le donnerait."""
    rows = base.execute(f"{READ} AND seq=?", (room, min(seq, LAST_SEQ))).fetchall()
    documents, _ = sound(rows, room)
    return documents[0] if documents else None


def date_of(base: sqlite3.Connection, room: int, seq: int) -> int | None:
    """L'heure d'un message ; None s'il n'est pas là, ou n'est plus lisible."""
    try:
        found = json.loads(document(base, room, seq) or "{}")["time"]
    except (ValueError, TypeError, KeyError):
        return None
    return found if isinstance(found, int) else None
