"""Vérifier une base : SQLite la relit en entier, puis chaque message se lit-il ?"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chatroom.server.core.people import Number
from chatroom.server.storage.causes import UNREADABLE, DamagedError, cause_of, recovery
from chatroom.server.storage.consulting import consulting
from chatroom.server.storage.forgetting import waiting
from chatroom.server.storage.known import known
from chatroom.server.storage.opening import FILE
from chatroom.server.storage.persons import find
from chatroom.server.storage.schema import FORMAT, check_shape
from chatroom.server.storage.soundness import sound
from wording.numbers import count, plural

SHOWN = 10  # défauts montrés ; les autres sont comptés
ROWS = 200  # messages relus d'un coup
OPERATIONS = 200_000  # de SQLite, entre deux signes de vie : un dixième de seconde environ
COUNTS = {"people": "personne", "rooms": "salon", "messages": "message", "images": "image"}


@dataclass
class Checked:
    counts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def check(folder: Path, alive: Callable[[], None]) -> Iterator[str]:
    """Ce qu'il en est, une phrase par ligne ; ChatError, à la fin, si elle a un défaut.

    `alive` est appelée de temps en temps : cela peut durer.
    """
    with consulting(folder) as base:
        checked = Checked()

        def handler() -> int:
            alive()
            return 0

        base.set_progress_handler(handler, OPERATIONS)
        (version,) = base.execute("PRAGMA user_version").fetchone()
        yield f"{folder / FILE} : format {version}, {_size(base)}."
        for look in (_integrity, _shape, _count, _people, _messages):
            try:
                look(base, checked)
            except (*UNREADABLE, DamagedError) as error:
                fault = str(error) if isinstance(error, DamagedError) else cause_of(error)
                checked.faults.append(fault)
        if checked.counts:
            yield f"{', '.join(checked.counts)}."
    faults = list(dict.fromkeys(checked.faults))
    for fault in faults[:SHOWN]:
        yield f"Défaut : {fault}"
    if len(faults) > SHOWN:
        yield f"… et {count(len(faults) - SHOWN, 'autre')}."
    if faults:
        raise DamagedError(
            f"Cette base a {count(len(faults), 'défaut')}. {recovery(folder / FILE)}"
        )
    yield "Aucun défaut."


def _integrity(base: sqlite3.Connection, checked: Checked) -> None:
    found = [text for (text,) in base.execute("PRAGMA integrity_check(100)")]
    checked.faults += [" ".join(text.split()) for text in found if text != "ok"]


def _shape(base: sqlite3.Connection, _: Checked) -> None:
    (version,) = base.execute("PRAGMA user_version").fetchone()
    if 0 < version <= FORMAT:
        check_shape(base, version)
    elif version == 0:
        raise DamagedError("elle n'a pas de format")


def _count(base: sqlite3.Connection, checked: Checked) -> None:
    for table, name in COUNTS.items():
        where = " WHERE name<>''" if table == "rooms" else ""
        (found,) = base.execute(f"SELECT count(*) FROM {table}{where}").fetchone()
        checked.counts.append(f"{found} {name}{plural(found)}")


def _people(base: sqlite3.Connection, checked: Checked) -> None:
    """Ce qu'un serveur lit en s'ouvrant, puis chaque personne."""
    known(base)
    waiting(base)
    for (number,) in base.execute("SELECT id FROM people").fetchall():
        try:
            find(base, Number(number))
        except UNREADABLE:
            checked.faults.append(f"la personne n° {number} est illisible")


def _messages(base: sqlite3.Connection, checked: Checked) -> None:
    """Un message illisible est remplacé quand on le lit : un défaut, mais qui n'empêche rien."""
    place = (0, 0)
    query = (
        "SELECT room, seq, CAST(document AS BLOB) FROM messages WHERE (room, seq) > (?, ?)"
        " ORDER BY room, seq LIMIT ?"
    )
    while rows := base.execute(query, (*place, ROWS)).fetchall():
        for room in dict.fromkeys(room for room, _, _ in rows):
            _, damaged = sound([(seq, data) for where, seq, data in rows if where == room], room)
            where = f"du salon n° {room}"
            checked.faults += [f"le message n° {seq} {where} est illisible" for seq in damaged]
        place = rows[-1][:2]
    ahead = base.execute(
        "SELECT room, max(seq) FROM messages GROUP BY room"
        " HAVING max(seq) > coalesce((SELECT last FROM rooms WHERE id=room), 0)"
    )
    checked.faults += [
        f"le salon n° {room} a perdu son dernier numéro ({seq})" for room, seq in ahead
    ]


def _size(base: sqlite3.Connection) -> str:
    (pages,) = base.execute("PRAGMA page_count").fetchone()
    (free,) = base.execute("PRAGMA freelist_count").fetchone()
    (page,) = base.execute("PRAGMA page_size").fetchone()
    return f"{pages * page / 1e6:.1f} Mo, dont {free * page / 1e6:.1f} à réutiliser".replace(
        ".", ","
    )
