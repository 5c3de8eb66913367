"""L'historique : une base SQLite, des messages en JSON, une transaction par lot.

Deux fils : l'un écrit, l'autre relit, chacun avec sa connexion. La boucle d'événements n'attend ni
l'un ni l'autre ; leurs réponses y reviennent par `call`.
"""

import os
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TypeVar

from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.server.core.bans import Bans
from chatroom.server.core.pending import Batch, Code, Removal
from chatroom.server.core.people import Lookup, People, Person
from chatroom.server.core.rooms import Rooms
from chatroom.server.core.space import UNKNOWN, Tidied
from chatroom.server.storage import codes, forgetting
from chatroom.server.storage.batches import insert
from chatroom.server.storage.belongings import portion
from chatroom.server.storage.causes import UNREADABLE, cause_of, readable
from chatroom.server.storage.clock import now
from chatroom.server.storage.erasing import twin
from chatroom.server.storage.known import known
from chatroom.server.storage.opening import (
    FILE,
    LOCK,
    Durability,
    connect,
    lock,
    open_base,
    rewrite,
)
from chatroom.server.storage.pages import LAST_SEQ, date_of, document, page
from chatroom.server.storage.persons import find
from chatroom.server.storage.threads import Worker
from chatroom.server.storage.tidying import Tidying, drop
from wording.reasons import reason

REPORTED = 1_000  # messages abîmés que le journal nomme
T = TypeVar("T")
Found = tuple[Sequence[str], bool]


class History:
    """Ce que le noyau demande à un Store, et ce qu'il faut pour l'ouvrir et le fermer."""

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        durability: Durability,
        call: Callable[[Callable[[], None]], object],
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`call` : fait courir une fonction dans la boucle, depuis un autre fil.

        `say` dit ce qu'il a fallu changer à une base d'une version passée.
        """
        self._limits, self._durability, self._call = limits, durability, call
        self._trouble = ""  # pourquoi la dernière transaction a échoué
        self._pictures: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._pictures_size = 0
        self._damaged: set[tuple[int, int]] = set()
        self.note: Callable[[str], None] = lambda _: None  # une ligne au journal
        path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = lock(folder / LOCK)
        except OSError as error:
            raise ChatError(f"Le dossier {folder} ne convient pas : {reason(error)}.") from None
        with ExitStack() as undo, readable(path):
            undo.callback(os.close, self._lock)
            writing = undo.enter_context(closing(open_base(path, durability, now(), say)))
            reading = undo.enter_context(closing(connect(path)))
            self._known = known(writing)
            undo.pop_all()
        self._tidying = Tidying(folder)
        self._writer, self._reader = Worker("écriture", writing), Worker("lecture", reading)
        # Sans attendre le disque, un message est montré avant d'y être : on relit après l'écriture.
        self._lookups = self._writer if durability == "off" else self._reader

    def load(self) -> tuple[People, Rooms]:
        """De quoi trouver les personnes, et tous les salons connus."""
        known = self._known
        return People(self, known.people, known.last_person), Rooms(known.rooms, known.last_room)

    def bans(self) -> Bans:
        """Ceux qui sont exclus."""
        return Bans(self._known.bans)

    def identity(self) -> bytes:
        return self._known.identity

    def close(self) -> None:
        """Écrit ce qui attend, puis ferme la base."""
        self._writer.close()
        self._reader.close()
        os.close(self._lock)

    def _report(self, room: int, seq: int) -> None:
        """Une fois pour chacun : il ne se relira pas mieux."""
        if (room, seq) not in self._damaged and len(self._damaged) < REPORTED:
            self._damaged.add((room, seq))
            text = f"Le message n° {seq} du salon n° {room} est abîmé : il est remplacé."
            self._call(lambda: self.note(text))

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
                insert(base, batch, now())
        except (sqlite3.Error, OverflowError) as error:  # Overflow : un entier de plus de 64 bits
            self._trouble = cause_of(error)
            return self._trouble
        if batch.removed:
            self._erase(base, batch.removed)
        return ""

    def _erase(self, base: sqlite3.Connection, removed: Sequence[Removal]) -> None:
        """Ce qui est retiré ne reste ni en mémoire, ni dans le journal des écritures."""
        for one in removed:
            self._forget_picture((one.room, one.seq))
        with suppress(sqlite3.Error):  # une lecture en cours : ce sera à la prochaine écriture
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def probe(self, done: Callable[[str], None]) -> None:
        """Écrit pour voir, après ce qui attend : `done("")`, ou `done(pourquoi)`."""
        self._answer(self._writer, rewrite, lambda _: done(""), done)

    # Le ménage

    def tidy(self, limits: Limits, done: Callable[[Tidied], None]) -> None:
        def work(base: sqlite3.Connection) -> Tidied:
            tidied = self._tidying.step(base, limits, now())
            if self._tidying.dirty:
                self._lookups.submit(self._forget_pictures)
            return tidied

        self._answer(self._writer, work, done, lambda _: done(Tidied(UNKNOWN)))

    def drop(self, rooms: Sequence[int], people: Sequence[int]) -> None:
        def work(base: sqlite3.Connection) -> None:
            drop(base, rooms, people)

        self._change(work, lambda _: None, lambda _: None)

    def forget(self, person: int, done: Callable[[str], None]) -> None:
        """Elle n'est plus connue ; ses messages s'en vont ensuite, peu à peu."""

        def work(base: sqlite3.Connection) -> bool:
            return forgetting.begin(base, person)

        self._change(work, lambda _: done(""), done)

    def export(
        self, person: int, after: str, done: Callable[[tuple[list[str], str] | None], None]
    ) -> None:
        """De ce qui est à elle, ce qui suit `after`, et d'où reprendre (rien : c'est tout)."""

        def work(base: sqlite3.Connection) -> tuple[list[str], str]:
            return portion(base, person, after)

        self._answer(self._lookups, work, done, lambda _: done(None))

    # Les codes

    def issue(self, code: Code, done: Callable[[str], None]) -> None:
        self._change(lambda base: codes.issue(base, code), lambda _: done(""), done)

    def redeem(
        self,
        kind: str,
        code: bytes,
        now: int,
        then: Callable[[str | None], None],
        sorry: Callable[[str], None],
    ) -> None:
        self._change(lambda base: codes.redeem(base, kind, code, now), then, sorry)

    def _change(
        self,
        work: Callable[[sqlite3.Connection], T],
        then: Callable[[T], None],
        sorry: Callable[[str], None],
    ) -> None:
        """Ce travail dans une transaction à lui ; puis `then`, ou `sorry` si rien n'en reste."""

        def job(base: sqlite3.Connection) -> T:
            with base:
                return work(base)

        self._answer(self._writer, job, then, sorry)

    def _answer(
        self,
        worker: Worker,
        work: Callable[[sqlite3.Connection], T],
        then: Callable[[T], None],
        sorry: Callable[[str], None],
    ) -> None:
        def job(base: sqlite3.Connection) -> None:
            try:
                found = work(base)
            except UNREADABLE as error:
                why = cause_of(error)
                self._call(lambda: sorry(why))
            else:
                self._call(lambda: then(found))

        worker.submit(job)

    # Relire

    def person(
        self,
        lookup: Lookup,
        then: Callable[[Person | None], None],
        sorry: Callable[[str], None],
    ) -> None:
        self._answer(self._lookups, lambda base: find(base, lookup), then, sorry)

    def document(self, room: int, seq: int, done: Callable[[str | None], None]) -> None:
        def work(base: sqlite3.Connection) -> str | None:
            return document(base, room, seq)

        self._answer(self._lookups, work, done, lambda _: done(None))

    def twin(self, room: int, person: int, nonce: int, done: Callable[[int | None], None]) -> None:
        def work(base: sqlite3.Connection) -> int | None:
            return twin(base, room, person, nonce)

        self._answer(self._lookups, work, done, lambda _: done(None))

    def date_of(self, room: int, seq: int, done: Callable[[int | None], None]) -> None:
        def work(base: sqlite3.Connection) -> int | None:
            return date_of(base, room, seq)

        self._answer(self._lookups, work, done, lambda _: done(None))

    def page(
        self, room: int, seq: int, forwards: bool, done: Callable[[Found | None], None]
    ) -> None:
        def work(base: sqlite3.Connection) -> Found:
            count = self._limits.page
            documents, more, damaged = page(base, room, seq, count, forwards=forwards)
            for number in damaged:
                self._report(room, number)
            return documents, more

        self._answer(self._lookups, work, done, lambda _: done(None))

    def image(self, room: int, seq: int, done: Callable[[bytes | None], None]) -> None:
        place = room, min(seq, LAST_SEQ)
        self._answer(
            self._lookups, lambda base: self._picture(base, place), done, lambda _: done(None)
        )

    def _forget_pictures(self, _: sqlite3.Connection) -> None:
        self._pictures.clear()
        self._pictures_size = 0

    def _forget_picture(self, place: tuple[int, int]) -> None:
        """Dans le fil qui les relit : qui la demande ensuite ne la trouvera plus."""

        def job(_: sqlite3.Connection) -> None:
            self._pictures_size -= len(self._pictures.pop(place, b""))

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
