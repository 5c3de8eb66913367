"""L'historique d'un salon, lu sans le serveur."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from chatroom.protocol import ChatError
from chatroom.server.storage.causes import cause_of
from chatroom.server.storage.opening import FILE, connect


def export(folder: Path, name: str, same: Callable[[str], str]) -> Iterator[str]:
    """L'historique d'un salon, en un tableau JSON, morceau par morceau ; le serveur peut courir.

    `same` : ce que deux noms d'un même salon ont de commun.
    """
    path = folder / FILE
    if not path.is_file():
        raise ChatError(f"Il n'y a pas d'historique dans {folder}.")
    try:
        with closing(connect(path)) as base:
            names = base.execute("SELECT id, name FROM rooms WHERE name<>''").fetchall()
            rooms = [number for number, known in names if same(known) == same(name)]
            if not rooms:
                known = ", ".join(sorted(known for _, known in names)) or "aucun"
                raise ChatError(f"Il n'y a pas de salon {name}. Ceux de l'historique : {known}.")
            rows = base.execute(
                "SELECT document FROM messages WHERE room=? ORDER BY seq", (rooms[0],)
            )
            yield "["
            before = "\n"
            for (document,) in rows:
                yield f"{before}{document}"
                before = ",\n"
            yield "\n]\n"
    except sqlite3.Error as error:
        raise ChatError(f"L'historique {path} est illisible : {cause_of(error)}.") from None
