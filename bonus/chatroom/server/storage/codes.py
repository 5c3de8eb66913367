"""Les codes qui ne valent qu'une fois : gardés par leur empreinte, retirés quand ils servent."""

import sqlite3

from chatroom.server.core.pending import Code


def issue(base: sqlite3.Connection, code: Code) -> None:
    row = (code.hash, code.kind, code.subject, code.expires)
    base.execute("INSERT OR REPLACE INTO codes VALUES (?, ?, ?, ?)", row)


def redeem(base: sqlite3.Connection, kind: str, code: bytes, now: int) -> str | None:
    """Ce à quoi il donne droit, s'il vaut encore ; il ne vaut plus rien ensuite."""
    query = "DELETE FROM codes WHERE hash=? AND kind=? RETURNING subject, expires"
    row = base.execute(query, (code, kind)).fetchall()
    return str(row[0][0]) if row and row[0][1] > now else None
