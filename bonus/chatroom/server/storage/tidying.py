"""Le ménage de la base, morceau par morceau, dans le fil qui écrit : aucun ne retarde un message.

Ce qui part est couvert de zéros (`secure_delete`), et sa place ressert : le fichier ne grandit
plus, mais ne rétrécit pas.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from chatroom.protocol.limits import Limits
from chatroom.server.core.rooms import PRIVATE_BIT
from chatroom.server.core.space import UNKNOWN, Space, Tidied
from chatroom.server.storage import forgetting
from chatroom.server.storage.erasing import LIGHTEN, understood
from chatroom.server.storage.forgetting import BUDGET

REST = 60.0  # secondes entre deux tours
ROOMS, PEOPLE, MESSAGES = 50, 2_000, 50  # lus d'un coup, entre deux regards à l'horloge
OFFERED = 100  # salons ou personnes proposés d'un coup
EMPTY = (
    "SELECT id FROM rooms WHERE id<? AND mode=0 AND used<?"
    " AND NOT EXISTS (SELECT 1 FROM messages WHERE room=rooms.id) LIMIT ?"
)
SILENT = (
    "SELECT id FROM people WHERE id>? AND id<=? AND nonces='{}' AND role=0 AND seen<?"
    f" AND NOT EXISTS (SELECT 1 FROM rooms WHERE rooms.id=people.id|{PRIVATE_BIT}) LIMIT ?"
)
OLDEST = "SELECT seq, CAST(document AS BLOB) FROM messages WHERE room=? ORDER BY seq LIMIT ?"
EXPIRED = (
    "DELETE FROM codes WHERE expires<=?",
    "DELETE FROM bans WHERE until<>0 AND until<=?",
)
DROP_ROOM = (
    "DELETE FROM rooms WHERE id=? AND NOT EXISTS (SELECT 1 FROM messages WHERE room=rooms.id)"
)


class Tidying:
    """Où l'on en est : un tour après l'autre, et un peu à chaque fois."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = path, clock
        self._next = clock() + REST
        self._room = self._person = -1  # jusqu'où ce tour est allé ; -1 : pas commencé
        self.dirty = False  # quelque chose s'est effacé, que le journal des écritures garde encore

    def step(self, base: sqlite3.Connection, limits: Limits, now: int) -> Tidied:
        """Un morceau, en BUDGET secondes à peu près."""
        tidied = Tidied(self._space(base))
        forgotten = forgetting.waiting(base)
        if forgotten:
            person, place = next(iter(forgotten.items()))
            with base:
                forgetting.step(base, person, place, self._clock)
            self.dirty = tidied.more = True
        elif self._room >= 0:
            with base:
                tidied.lighter = self._expire(base, now - int(limits.keep * 1_000))
            tidied.more = True
        elif self._person >= 0:
            tidied.people = self._silent(base, now - int(limits.silent * 1_000))
            tidied.more = self._person >= 0
        elif self._clock() >= self._next:
            self._begin(base, limits, now, tidied)
        elif self.dirty:
            self.dirty = False
            with suppress(sqlite3.Error):  # une lecture en cours : à la prochaine écriture
                base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return tidied

    def _begin(self, base: sqlite3.Connection, limits: Limits, now: int, tidied: Tidied) -> None:
        self._next = self._clock() + REST
        with base:
            for statement in EXPIRED:
                base.execute(statement, (now,))
        before = now - int(limits.empty_room * 1_000)
        tidied.rooms = [number for (number,) in base.execute(EMPTY, (PRIVATE_BIT, before, OFFERED))]
        self._room, self._person = 0 if limits.keep else -1, 0
        tidied.more = True

    def _expire(self, base: sqlite3.Connection, before: int) -> dict[int, tuple[int, int]]:
        """Les messages d'avant cette date ; renvoie de combien chacun est plus léger."""
        end = self._clock() + BUDGET
        lighter: dict[int, tuple[int, int]] = {}
        query = "SELECT id FROM rooms WHERE id>=? ORDER BY id LIMIT ?"
        rooms = [number for (number,) in base.execute(query, (self._room, ROOMS))]
        for number in rooms:
            while self._clock() < end and _expire_some(base, number, before, lighter):
                self.dirty = True
            if self._clock() >= end:
                self._room = number  # il y revient
                break
        else:
            self._room = rooms[-1] + 1 if len(rooms) == ROOMS else -1
        for person, weights in lighter.items():
            base.execute(LIGHTEN, (*weights, person))
        return lighter

    def _silent(self, base: sqlite3.Connection, before: int) -> list[int]:
        row = (self._person, self._person + PEOPLE, before, OFFERED)
        found = [number for (number,) in base.execute(SILENT, row)]
        (last,) = base.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()
        self._person = found[-1] if len(found) == OFFERED else self._person + PEOPLE
        if self._person >= last:
            self._person = -1
        return found

    def _space(self, base: sqlite3.Connection) -> Space:
        (pages,) = base.execute("PRAGMA page_count").fetchone()
        (unused,) = base.execute("PRAGMA freelist_count").fetchone()
        (size,) = base.execute("PRAGMA page_size").fetchone()
        try:
            disk = os.statvfs(self._path)
        except OSError:
            return UNKNOWN
        return Space(disk.f_bavail * disk.f_frsize, (pages - unused) * size)


def _expire_some(
    base: sqlite3.Connection, room: int, before: int, lighter: dict[int, tuple[int, int]]
) -> bool:
    """Quelques-uns des plus anciens de ce salon ; faux s'il n'y en a plus d'avant cette date."""
    rows = base.execute(OLDEST, (room, MESSAGES)).fetchall()
    for seq, data in rows:
        said = understood(data.decode(errors="replace"))
        if said["time"] >= before:
            return False
        base.execute("DELETE FROM messages WHERE room=? AND seq=?", (room, seq))
        query = "DELETE FROM images WHERE room=? AND seq=? RETURNING length(data)"
        pictures = sum(size for (size,) in base.execute(query, (room, seq)).fetchall())
        size, shown = lighter.get(said["person"], (0, 0))
        lighter[said["person"]] = (size + len(data), shown + pictures)
    return len(rows) == MESSAGES


def drop(base: sqlite3.Connection, rooms: Sequence[int], people: Sequence[int]) -> None:
    """Des salons vides, des personnes muettes : leurs numéros ne resserviront pas."""
    for number in rooms:
        base.execute("UPDATE meta SET value=max(value, ?) WHERE key='room'", (number,))
        if base.execute(DROP_ROOM, (number,)).rowcount:
            base.execute("DELETE FROM members WHERE room=?", (number,))
    for number in people:
        silent = "SELECT 1 FROM people WHERE id=? AND nonces='{}'"
        if base.execute(silent, (number,)).fetchone():
            forgetting.begin(base, number, spoke=False)
