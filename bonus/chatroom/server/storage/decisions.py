"""Ce qu'on décide des gens et des salons : exclusions, modes, sujets, invités."""

import json
import sqlite3
from collections.abc import Iterator

from chatroom.server.core.bans import Ban
from chatroom.server.core.pending import Batch
from chatroom.server.core.rooms import Room

BAN = (
    "INSERT OR REPLACE INTO bans (kind, subject, until, why, author, name, made)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
RULE = "UPDATE rooms SET name=?, mode=?, topic=?, owner=?, password=?, former=? WHERE id=?"
RULES = "SELECT id, mode, topic, owner, password, former FROM rooms WHERE id<2147483648"


def enforce(base: sqlite3.Connection, batch: Batch, now: int) -> None:
    """Ce que ce lot décide ; `now` : en millisecondes."""
    many = base.executemany
    many("DELETE FROM bans WHERE kind=? AND subject=?", batch.unbans)
    if batch.bans:
        base.execute("DELETE FROM bans WHERE until<>0 AND until<=?", (now,))
    many(BAN, ((o.kind, o.subject, o.until, o.why, o.by, o.name, now) for o in batch.bans))
    for rule in batch.changed:
        former = json.dumps(rule.former, ensure_ascii=False)
        values = (rule.name, rule.mode, rule.topic, rule.owner, rule.seal, former, rule.id)
        base.execute(RULE, values)
        base.execute("DELETE FROM members WHERE room=?", (rule.id,))
        many("INSERT INTO members VALUES (?, ?)", ((rule.id, one) for one in rule.invited))


def bans(base: sqlite3.Connection) -> Iterator[Ban]:
    """Toutes, dans l'ordre : celles qui ont fini ne comptent plus pour personne."""
    query = "SELECT kind, subject, until, why, author, name FROM bans ORDER BY made, kind"
    return (Ban(*row) for row in base.execute(query))


def rule(base: sqlite3.Connection, rooms: dict[int, Room]) -> None:
    """Ce qui a été décidé de ces salons, par numéro. ValueError si cela n'a pas de sens."""
    for number, mode, topic, owner, seal, former in base.execute(RULES):
        if room := rooms.get(number):
            room.mode, room.topic, room.owner, room.seal = mode, topic, owner, seal or b""
            room.former = tuple(map(str, json.loads(former)))
    for number, person in base.execute("SELECT room, person FROM members"):
        if room := rooms.get(number):
            room.invited |= {person}
