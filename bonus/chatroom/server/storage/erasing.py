"""Retirer un message : son numéro reste, ce qu'il disait n'est plus nulle part.

La base est ouverte avec `secure_delete` : ce qui s'efface y est couvert de zéros.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from chatroom.server.core.pending import Removal

READ = "SELECT document FROM messages WHERE room=? AND seq=?"
REPLACE = "UPDATE messages SET document=? WHERE room=? AND seq=?"
FORGET_PICTURE = "DELETE FROM images WHERE room=? AND seq=? RETURNING length(data)"
LIGHTEN = "UPDATE people SET bytes=max(0, bytes-?), pictures=max(0, pictures-?) WHERE id=?"
TWIN = "SELECT seq FROM messages WHERE room=? AND instr(document, ?) ORDER BY seq DESC LIMIT 1"
NOBODY: dict[str, Any] = {"time": 0, "person": 0, "nonce": 0, "colour": "#000000", "pseudo": ""}


def remove(base: sqlite3.Connection, removals: Iterable[Removal]) -> None:
    for one in removals:
        place = (one.room, one.seq)
        row = base.execute(READ, place).fetchone()
        if row is None:
            continue
        fields = understood(row[0])
        text = _removed(one, fields)
        base.execute(REPLACE, (text, *place))
        pictures = sum(size for (size,) in base.execute(FORGET_PICTURE, place).fetchall())
        lighter = max(0, len(str(row[0]).encode()) - len(text.encode()))
        base.execute(LIGHTEN, (lighter, pictures, fields["person"]))


def _removed(removal: Removal, fields: dict[str, Any]) -> str:
    """« message retiré » : de qui, quand, et par qui."""
    author = NOBODY | {"time": fields["time"]} if removal.forget else fields
    document = {"kind": "removed", "seq": removal.seq} | author | {"by": removal.by}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def understood(document: object) -> dict[str, Any]:
    """Qui a dit ce message, et quand ; personne, s'il est illisible."""
    try:
        fields = json.loads(str(document))
        found = {name: fields[name] for name in NOBODY}
    except (ValueError, TypeError, KeyError, RecursionError):
        return NOBODY
    right = all(type(found[name]) is type(value) for name, value in NOBODY.items())
    return found if right else NOBODY


def twin(base: sqlite3.Connection, room: int, person: int, nonce: int) -> int | None:
    """Dans ce salon privé, l'exemplaire du message qu'a ainsi numéroté cette personne."""
    row = base.execute(TWIN, (room, f'"person":{person},"nonce":{nonce},')).fetchone()
    return row and int(row[0])
