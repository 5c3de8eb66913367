"""L'historique : une base SQLite, des messages en JSON, une transaction par lot.

Deux fils : l'un écrit, l'autre relit, chacun avec sa connexion. La boucle d'événements n'attend ni
l'un ni l'autre ; leurs réponses y reviennent par `call`.
"""

import os
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.server.core.pending import Batch
from chatroom.server.core.people import People
from chatroom.server.core.rooms import Rooms
from chatroom.server.storage.batches import insert, people, rooms
from chatroom.server.storage.causes import cause_of
from chatroom.server.storage.opening import FILE, Durability, connect, lock, open_base
from chatroom.server.storage.threads import Worker
from wording.reasons import reason

PAGES = {
    False: "SELECT seq, document FROM messages WHERE room=? AND seq<? ORDER BY seq DESC LIMIT ?",
    True: "SELECT seq, document FROM messages WHERE room=? AND seq>? ORDER BY seq LIMIT ?",
}
Found = tuple[Sequence[str], bool]


class History:
    """Ce que le noyau demande à un Store, et ce qu'il faut pour l'ouvrir et le fermer."""

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        durability: Durability,
        call: Callable[[Callable[[], None]], object],
    ) -> None:
        """`call` : fait courir une fonction dans la boucle, depuis un autre fil."""
        self._limits, self._durability, self._call = limits, durability, call
        self._trouble = ""  # pourquoi la dernière transaction a échoué
        self._pictures: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._pictures_size = 0
        path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = lock(folder / "chat.lock")
        except OSError as error:
            raise ChatError(f"Le dossier {folder} ne convient pas : {reason(error)}.") from None
        with ExitStack() as undo:
            undo.callback(os.close, self._lock)
            try:
                writing = undo.enter_context(closing(open_base(path, durability)))
                reading = undo.enter_context(closing(connect(path)))
                self._people, self._rooms = list(people(writing)), list(rooms(writing))
            except (sqlite3.Error, OSError) as error:
                why = reason(error) if isinstance(error, OSError) else cause_of(error)
                text = f"L'historique {path} ne peut servir : {why}."
                raise ChatError(f"{text} Déplacez ce fichier pour repartir de rien.") from None
            undo.pop_all()
        self._writer, self._reader = Worker("écriture", writing), Worker("lecture", reading)
        # Sans attendre le disque, un message est montré avant d'y être : on relit après l'écriture.
        self._lookups = self._writer if durability == "off" else self._reader

    def load(self) -> tuple[People, Rooms]:
        """Toutes les personnes et tous les salons connus."""
        return People(self._people), Rooms(self._rooms)

    def close(self) -> None:
        """Écrit ce qui attend, puis ferme la base."""
        self._writer.close()
        self._reader.close()
        os.close(self._lock)

    # Écrire

    def commit(self, batch: Batch, done: Callable[[str], None]) -> None:
        if self._durability == "off":
            # On n'attend pas le disque ; mais s'il a refusé le lot d'avant, on le dit.
            why, self._trouble = self._trouble, ""
            self._call(lambda: done(why))
            if not why:
                self._writer.submit(lambda base: self._write(base, batch))
            return

        def job(base: sqlite3.Connection) -> None:
            why = self._write(base, batch)
            self._call(lambda: done(why))

        self._writer.submit(job)

    def _write(self, base: sqlite3.Connection, batch: Batch) -> str:
        """Enregistre tout le lot, ou rien ; renvoie pourquoi rien, en français."""
        try:
            with base:
                insert(base, batch)
        except (sqlite3.Error, OverflowError) as error:  # Overflow : un entier de plus de 64 bits
            self._trouble = cause_of(error)
            return self._trouble
        return ""

    # Relire

    def page(
        self, room: int, seq: int, forwards: bool, done: Callable[[Found | None], None]
    ) -> None:
        def job(base: sqlite3.Connection) -> None:
            found: Found | None = None
            try:
                count = self._limits.page
                rows = base.execute(PAGES[forwards], (room, min(seq, 2**63 - 1), count + 1))
                documents = [document for _, document in rows]
                more = len(documents) > count
                documents = documents[:count]
                found = (documents if forwards else documents[::-1]), more
            finally:
                self._call(lambda: done(found))

        self._lookups.submit(job)

    def image(self, room: int, seq: int, done: Callable[[bytes | None], None]) -> None:
        def job(base: sqlite3.Connection) -> None:
            data: bytes | None = None
            try:
                data = self._picture(base, (room, min(seq, 2**63 - 1)))
            finally:
                self._call(lambda: done(data))

        self._lookups.submit(job)

    def _picture(self, base: sqlite3.Connection, place: tuple[int, int]) -> bytes | None:
        """Toute une salle demande la même image au même instant : les dernières sont gardées."""
        if place in self._pictures:
            self._pictures.move_to_end(place)
            return self._pictures[place]
        row = base.execute("SELECT data FROM images WHERE room=? AND seq=?", place).fetchone()
        if row is None:
            return None
        data: bytes = row[0]
        self._pictures[place] = data
        self._pictures_size += len(data)
        while self._pictures_size > self._limits.pictures:
            _, old = self._pictures.popitem(last=False)
            self._pictures_size -= len(old)
        return data
