"""Tout ce que la base a d'une personne, cherché morceau par morceau."""

import json
import re
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from chatroom.server.core.rooms import PRIVATE_BIT
from chatroom.server.storage.soundness import sound

Place = tuple[int, int]  # un salon, un numéro : jusqu'où l'on a cherché
START: Place = (0, 0)
ROWS = 1_000  # messages lus d'un coup : une milliseconde ou deux
SCAN = (
    "SELECT room, seq, CAST(document AS BLOB) FROM messages WHERE (room, seq) > (?, ?)"
    " ORDER BY room, seq LIMIT ?"
)
_CURSOR = re.compile("([0-9]{1,10}):([0-9]{1,18})")
PERSON = "SELECT id, pseudo, colour, role, muted, seen, bytes, pictures FROM people WHERE id=?"


def scan(
    base: sqlite3.Connection, person: int, place: Place, rows: int = ROWS
) -> tuple[list[tuple[int, int, bytes]], Place | None]:
    """Ce qu'elle a dit, et ce qui est dans son salon privé ; et où reprendre, None : c'est tout.

    Ses messages ne sont pas dans un index : chacun de ceux qu'on enregistre le paierait.
    """
    read = base.execute(SCAN, (*place, rows)).fetchall()
    mark, private = b'"person":%d,' % person, person | PRIVATE_BIT
    found = [row for row in read if row[0] == private or mark in row[2]]
    return found, read[-1][:2] if len(read) == rows else None


def card(base: sqlite3.Connection, person: int) -> dict[str, Any] | None:
    """Elle-même, sans ce qui prouve qu'elle l'est."""
    cursor = base.execute(PERSON, (person,))
    row = cursor.fetchone()
    if row is None:
        return None
    found = dict(zip((name for name, *_ in cursor.description), row, strict=True))
    counted = "SELECT count(*), max(made) FROM tokens WHERE person=?"
    found["tokens"], found["last_token"] = base.execute(counted, (person,)).fetchone()
    return found


def portion(base: sqlite3.Connection, person: int, after: str) -> tuple[list[str], str]:
    """Ce qui suit `after`, un document par message, et d'où reprendre ; rien : c'est tout."""
    place = START
    if found := _CURSOR.fullmatch(after):
        place = (int(found[1]), int(found[2]))
    rows, following = scan(base, person, place)
    names = _names(base)
    texts = [_message(row, names) for row in rows]
    return texts, f"{following[0]}:{following[1]}" if following else ""


def export_person(base: sqlite3.Connection, person: int) -> Iterator[str]:
    """Tout cela en un objet JSON, morceau par morceau ; les images y sont en base 64."""
    names = _names(base)
    yield f'{{"person":{json.dumps(card(base, person), ensure_ascii=False)},\n"messages":['
    before = "\n"
    after: Place | None = START
    while after:
        found, after = scan(base, person, after)
        for row in found:
            yield before + _message(row, names, _picture(base, *row[:2]))
            before = ",\n"
    yield "\n]}\n"


def _names(base: sqlite3.Connection) -> dict[int, str]:
    return dict(base.execute("SELECT id, name FROM rooms WHERE id<?", (PRIVATE_BIT,)))


def _message(row: tuple[int, int, bytes], names: dict[int, str], picture: str = "") -> str:
    room, seq, data = row
    (document,), _ = sound([(seq, data)], room)
    name = json.dumps(names.get(room, "@"), ensure_ascii=False)
    return f'{{"room":{name},"message":{document}{picture}}}'


def _picture(base: sqlite3.Connection, room: int, seq: int) -> str:
    query = "SELECT data FROM images WHERE room=? AND seq=?"
    row = base.execute(query, (room, seq)).fetchone()
    return f',"image":"{b64encode(row[0]).decode()}"' if row else ""
