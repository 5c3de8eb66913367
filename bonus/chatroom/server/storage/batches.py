"""Un lot, en lignes de la base : tout ce qu'une transaction enregistre."""

import sqlite3

from chatroom.server.core.pending import Batch
from chatroom.server.storage.decisions import enforce
from chatroom.server.storage.erasing import remove

INSERT_PERSON = "INSERT INTO people (id, pseudo, key, colour, seen) VALUES (?, ?, ?, ?, ?)"
# json_patch garde les autres appareils, et « null » en retire un.
SPEAK = (
    "UPDATE people SET nonces=json_patch(nonces, ?), seen=?, bytes=bytes+?, pictures=pictures+?"
    " WHERE id=?"
)
ALTER = "UPDATE people SET pseudo=?, key=?, role=?, muted=? WHERE id=?"
LAST = (
    "INSERT INTO rooms (id, name, last, used) VALUES (?, '', ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET last=excluded.last, used=excluded.used"
)


def insert(base: sqlite3.Connection, batch: Batch, now: int) -> None:
    """`now` : en millisecondes."""
    many = base.executemany
    people = batch.people
    many(INSERT_PERSON, ((o.id, o.pseudo, o.key, o.colour, now) for o in people))
    forms = ((form, who.id) for who in people for form in {*who.skeletons})
    many("INSERT INTO skeletons VALUES (?, ?)", forms)
    tokens = [(who.id, proof) for who in people for proof in who.proofs] + batch.tokens
    many("INSERT INTO tokens VALUES (?, ?, ?)", ((proof, who, now) for who, proof in tokens))
    many("UPDATE people SET seen=? WHERE id=?", ((date, who) for who, date in batch.seen.items()))
    for one in batch.altered:
        base.execute(ALTER, (one.pseudo, one.key, one.role, one.muted, one.id))
        if one.skeletons:
            base.execute("DELETE FROM skeletons WHERE person=?", (one.id,))
    altered = ((form, one.id) for one in batch.altered for form in {*one.skeletons})
    many("INSERT INTO skeletons VALUES (?, ?)", altered)
    rooms = [(room.id, room.name, room.epoch or now, now, room.owner) for room in batch.rooms]
    many("INSERT INTO rooms (id, name, last, epoch, used, owner) VALUES (?, ?, 0, ?, ?, ?)", rooms)
    records = batch.records
    many("INSERT INTO messages VALUES (?, ?, ?)", ((o.room, o.seq, o.document) for o in records))
    images = ((one.room, one.seq, one.image) for one in records if one.image)
    many("INSERT INTO images VALUES (?, ?, ?)", images)
    many(LAST, ((room, seq, now) for room, seq in batch.last.items()))
    remove(base, batch.removed)
    said = batch.said.items()
    many(SPEAK, ((_patch(o.nonces), o.time, o.bytes, o.pictures, who) for who, o in said))
    enforce(base, batch, now)


def _patch(nonces: dict[int, int | None]) -> str:
    """Un objet JSON, à la main : c'est le chemin de chaque message."""
    fields = [f'"{one}":{"null" if last is None else last}' for one, last in nonces.items()]
    return f"{{{','.join(fields)}}}"
