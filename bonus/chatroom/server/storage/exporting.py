"""L'historique d'un salon, lu sans le serveur."""

from collections.abc import Callable, Iterator
from pathlib import Path

from chatroom.protocol import ChatError
from chatroom.server.storage.consulting import consulting
from chatroom.server.storage.pages import READ
from chatroom.server.storage.soundness import sound


def export(folder: Path, name: str, same: Callable[[str], str]) -> Iterator[str]:
    """L'historique d'un salon, en un tableau JSON, morceau par morceau ; le serveur peut courir.

    `same` : ce que deux noms d'un même salon ont de commun. Un message abîmé est remplacé.
    """
    with consulting(folder) as base:
        names = base.execute("SELECT id, name FROM rooms WHERE name<>''").fetchall()
        rooms = [number for number, known in names if same(known) == same(name)]
        if not rooms:
            known = ", ".join(sorted(known for _, known in names)) or "aucun"
            raise ChatError(f"Il n'y a pas de salon {name}. Ceux de l'historique : {known}.")
        yield "["
        before = "\n"
        for row in base.execute(f"{READ} ORDER BY seq", (rooms[0],)):
            (document,), _ = sound([row], rooms[0])
            yield f"{before}{document}"
            before = ",\n"
        yield "\n]\n"
