"""Un lot, en lignes de la base ; et ce que la base en garde d'une fois sur l'autre."""

import sqlite3
from collections.abc import Iterator

from chatroom.server.core.pending import Batch
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room


def people(base: sqlite3.Connection) -> Iterator[Person]:
    rows = base.execute("SELECT id, pseudo, colour, proof, nonce FROM people")
    return (Person(*row) for row in rows)


def rooms(base: sqlite3.Connection) -> Iterator[Room]:
    return (Room(*row) for row in base.execute("SELECT id, name, last FROM rooms ORDER BY id"))


def insert(base: sqlite3.Connection, batch: Batch) -> None:
    base.executemany(
        "INSERT INTO people VALUES (?, ?, ?, ?, ?)",
        [(who.id, who.pseudo, who.colour, who.proof, 0) for who in batch.people],
    )
    base.executemany(
        "INSERT INTO rooms VALUES (?, ?, 0)", [(room.id, room.name) for room in batch.rooms]
    )
    base.executemany(
        "INSERT INTO messages VALUES (?, ?, ?)",
        [(record.room, record.seq, record.document) for record in batch.records],
    )
    base.executemany(
        "INSERT INTO images VALUES (?, ?, ?)",
        [(record.room, record.seq, record.image) for record in batch.records if record.image],
    )
    base.executemany(
        "INSERT INTO rooms VALUES (?, '', ?) ON CONFLICT (id) DO UPDATE SET last=excluded.last",
        list(batch.last.items()),
    )
    base.executemany(
        "UPDATE people SET nonce=? WHERE id=?",
        [(nonce, person) for person, nonce in batch.nonces.items()],
    )
