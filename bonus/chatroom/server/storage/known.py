"""Ce qu'un serveur lit de la base en s'ouvrant : peu, quel que soit le nombre des personnes."""

import sqlite3
from dataclasses import dataclass

from chatroom.server.core.bans import Ban
from chatroom.server.core.rooms import PRIVATE_BIT, Room
from chatroom.server.storage.causes import DamagedError
from chatroom.server.storage.decisions import bans, rule

IDENTITY = 16  # octets
ROOMS = "SELECT id, name, last, epoch FROM rooms WHERE id<? ORDER BY id"


@dataclass(frozen=True, slots=True)
class Known:
    identity: bytes  # qui est ce serveur
    people: int  # combien
    last_person: int  # le plus grand numéro jamais donné, même à qui n'est plus
    rooms: list[Room]  # les publics : le salon privé de chacun vient avec lui
    last_room: int
    bans: list[Ban]


def known(base: sqlite3.Connection) -> Known:
    """DamagedError si la base n'en dit pas assez."""
    meta = dict(base.execute("SELECT key, value FROM meta"))
    identity = meta.get("server")
    if not isinstance(identity, bytes) or len(identity) != IDENTITY:
        raise DamagedError("il y manque l'identité du serveur")
    # En deux fois : le compte se fait sur un index, le plus grand se lit d'un coup.
    (people,) = base.execute("SELECT count(*) FROM people").fetchone()
    (last,) = base.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()
    rooms = []
    for *row, epoch in base.execute(ROOMS, (PRIVATE_BIT,)):
        rooms.append(Room(*row))
        rooms[-1].epoch = epoch
    rule(base, {room.id: room for room in rooms})
    last_room = max((room.id for room in rooms), default=0)
    last, last_room = max(last, meta["person"]), max(last_room, meta["room"])
    return Known(identity, people, last, rooms, last_room, list(bans(base)))
