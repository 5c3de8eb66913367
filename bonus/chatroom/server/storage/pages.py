"""Relire : une page d'un salon, l'heure d'un message."""

import json
import sqlite3

PAGES = {
    False: "SELECT seq, document FROM messages WHERE room=? AND seq<? ORDER BY seq DESC LIMIT ?",
    True: "SELECT seq, document FROM messages WHERE room=? AND seq>? ORDER BY seq LIMIT ?",
}
LAST_SEQ = 2**63 - 1  # le plus grand entier que SQLite compare


def page(
    base: sqlite3.Connection, room: int, seq: int, count: int, *, forwards: bool
) -> tuple[list[str], bool]:
    """Les documents d'avant ou d'après `seq`, et s'il y en a au-delà."""
    rows = base.execute(PAGES[forwards], (room, min(seq, LAST_SEQ), count + 1))
    documents = [document for _, document in rows]
    more = len(documents) > count
    documents = documents[:count]
    return (documents if forwards else documents[::-1]), more


def document(base: sqlite3.Connection, room: int, seq: int) -> str | None:
    query = "SELECT document FROM messages WHERE room=? AND seq=?"
    row = base.execute(query, (room, min(seq, LAST_SEQ))).fetchone()
    return row and str(row[0])


def date_of(base: sqlite3.Connection, room: int, seq: int) -> int | None:
    """L'heure d'un message ; None s'il n'est pas là, ou n'est plus lisible."""
    try:
        found = json.loads(document(base, room, seq) or "{}")["time"]
    except (ValueError, TypeError, KeyError):
        return None
    return found if isinstance(found, int) else None
