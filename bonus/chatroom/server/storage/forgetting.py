"""Oublier une personne : d'abord elle, d'un coup ; puis ce qu'elle a dit, peu à peu.

Ce qui reste à faire est écrit dans la base (`meta`) : une coupure n'en laisse rien à moitié.
"""

import json
import sqlite3
import time
from collections.abc import Callable

from chatroom.server.core.pending import Removal
from chatroom.server.core.rooms import PRIVATE_BIT
from chatroom.server.storage.belongings import START, Place, scan
from chatroom.server.storage.erasing import remove

TASK = "oubli:"
BUDGET = 0.003  # secondes : ce qui attend d'être enregistré ne doit pas le sentir
SLICE = 100  # messages relus entre deux regards à l'horloge
GONE = (
    "DELETE FROM people WHERE id=?",
    "DELETE FROM tokens WHERE person=?",
    "DELETE FROM skeletons WHERE person=?",
    "DELETE FROM members WHERE person=?",
    "UPDATE rooms SET owner=0 WHERE owner=?",
    "DELETE FROM codes WHERE subject=CAST(? AS TEXT)",
    "DELETE FROM bans WHERE kind<>'address' AND subject=CAST(? AS TEXT)",
)


def begin(base: sqlite3.Connection, person: int, *, spoke: bool = True) -> bool:
    """Elle n'est plus connue, et son pseudo est libre ; faux si elle ne l'était déjà plus.

    Son numéro ne resservira pas. Sans `spoke`, elle n'a rien dit, et nul ne lui a rien dit.
    """
    known = base.execute("SELECT 1 FROM people WHERE id=?", (person,)).fetchone()
    if not known:
        return False
    base.execute("UPDATE meta SET value=max(value, ?) WHERE key='person'", (person,))
    for statement in GONE:
        base.execute(statement, (person,))
    if spoke:
        _note(base, person, START)
    return True


def waiting(base: sqlite3.Connection) -> dict[int, Place]:
    """Celles que l'on oublie, et jusqu'où l'on en est."""
    rows = base.execute("SELECT key, value FROM meta WHERE key GLOB ?", (f"{TASK}*",))
    return {int(key.removeprefix(TASK)): (*json.loads(value),) for key, value in rows}


def step(
    base: sqlite3.Connection,
    person: int,
    place: Place,
    clock: Callable[[], float] = time.monotonic,
) -> list[Removal]:
    """Un peu de ce qu'elle a dit, le temps de BUDGET ; renvoie ce qui n'y est plus.

    Dans une transaction, avec la place où l'on en est : `waiting` la donnera la fois suivante.
    """
    end, private = clock() + BUDGET, person | PRIVATE_BIT
    gone: list[Removal] = []
    following: Place | None = place
    while following and clock() < end:
        found, following = scan(base, person, following, SLICE)
        removals = [Removal(room, seq, "", forget=True) for room, seq, _ in found]
        remove(base, [one for one in removals if one.room != private])
        for one in removals:
            if one.room == private:  # personne ne le lira plus
                for table in ("messages", "images"):
                    place_of = (one.room, one.seq)
                    base.execute(f"DELETE FROM {table} WHERE room=? AND seq=?", place_of)
        gone += removals
    if following:
        _note(base, person, following)
    else:
        base.execute("DELETE FROM rooms WHERE id=?", (private,))
        base.execute("DELETE FROM meta WHERE key=?", (f"{TASK}{person}",))
    return gone


def _note(base: sqlite3.Connection, person: int, place: Place) -> None:
    row = (f"{TASK}{person}", json.dumps(place))
    base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)
