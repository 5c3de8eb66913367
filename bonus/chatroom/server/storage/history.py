"""L'historique : une base SQLite, des messages en JSON, une transaction par lot.

Deux fils : l'un écrit, l'autre relit, chacun avec sa connexion. La boucle d'événements n'attend ni
l'un ni l'autre ; leurs réponses y reviennent par `call`.
"""

import fcntl
import os
import queue
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Literal

from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.server.core.pending import Batch
from chatroom.server.core.people import People, Person
from chatroom.server.core.rooms import Room, Rooms
from wording.reasons import reason

Durability = Literal["full", "normal", "off"]
FILE = "chat.db"
FORMAT = 1  # PRAGMA user_version
BUSY = 2.0  # secondes laissées à un autre programme (une sauvegarde) pour libérer la base
SCHEMA = """
CREATE TABLE people (
    id INTEGER PRIMARY KEY, pseudo TEXT NOT NULL, colour INTEGER NOT NULL,
    proof BLOB NOT NULL, nonce INTEGER NOT NULL
);
CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL, last INTEGER NOT NULL);
CREATE TABLE messages (
    room INTEGER NOT NULL, seq INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (room, seq)
) WITHOUT ROWID;
CREATE TABLE images (
    room INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (room, seq)
);
"""
PAGES = {
    False: "SELECT seq, document FROM messages WHERE room=? AND seq<? ORDER BY seq DESC LIMIT ?",
    True: "SELECT seq, document FROM messages WHERE room=? AND seq>? ORDER BY seq LIMIT ?",
}
# Ce que SQLite dit, et ce qu'il faut en comprendre.
CAUSES = {
    "SQLITE_FULL": "le disque est plein",
    "SQLITE_IOERR": "le disque ne répond pas comme il faut",
    "SQLITE_READONLY": "la base est en lecture seule",
    "SQLITE_BUSY": "un autre programme tient la base",
    "SQLITE_LOCKED": "un autre programme tient la base",
    "SQLITE_CANTOPEN": "la base ne s'ouvre pas",
    "SQLITE_CORRUPT": "la base est abîmée",
    "SQLITE_NOTADB": "ce n'est pas une base SQLite",
    "SQLITE_AUTH": "l'accès à la base est refusé",
}

Found = tuple[Sequence[str], bool]
Job = Callable[[sqlite3.Connection], object]


def cause_of(error: Exception) -> str:
    name = getattr(error, "sqlite_errorname", "")
    known = (text for prefix, text in CAUSES.items() if name.startswith(prefix))
    return next(known, str(error))


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
            self._lock = _lock(folder / "chat.lock")
        except OSError as error:
            raise ChatError(f"Le dossier {folder} ne convient pas : {reason(error)}.") from None
        with ExitStack() as undo:
            undo.callback(os.close, self._lock)
            try:
                writing = undo.enter_context(closing(_open(path, durability)))
                reading = undo.enter_context(closing(_connect(path)))
                self._people, self._rooms = list(_people(writing)), list(_rooms(writing))
            except (sqlite3.Error, OSError) as error:
                why = reason(error) if isinstance(error, OSError) else cause_of(error)
                text = f"L'historique {path} ne peut servir : {why}."
                raise ChatError(f"{text} Déplacez ce fichier pour repartir de rien.") from None
            undo.pop_all()
        self._writer, self._reader = _Thread("écriture", writing), _Thread("lecture", reading)
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
                _insert(base, batch)
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


class _Thread:
    """Un fil, une connexion, des travaux l'un après l'autre."""

    def __init__(self, name: str, base: sqlite3.Connection) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._base = base
        self._thread = threading.Thread(target=self._run, name=f"historique, {name}", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        self._jobs.put(job)

    def _run(self) -> None:
        with closing(self._base):
            while job := self._jobs.get():
                try:
                    job(self._base)
                except sqlite3.Error:
                    continue  # qui attendait la réponse l'a eue, et elle le dit

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join()


def _lock(path: Path) -> int:
    """Un seul serveur par base : le verrou tombe avec le processus, même tué."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        text = f"Un autre serveur se sert déjà du dossier {path.parent} (--data en donne un autre)."
        raise ChatError(text) from None
    return descriptor


def _connect(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=BUSY, check_same_thread=False)
    base.execute("PRAGMA query_only=ON")
    return base


def _open(path: Path, durability: Durability) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # des conversations : à soi seul
    base = sqlite3.connect(path, timeout=BUSY, check_same_thread=False)
    try:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute(f"PRAGMA synchronous={'FULL' if durability == 'full' else 'NORMAL'}")
        (found,) = base.execute("PRAGMA user_version").fetchone()
        if found == 0:
            base.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={FORMAT}; COMMIT;")
        elif found != FORMAT:
            text = f"L'historique {path} est au format {found}, et ce serveur lit le {FORMAT}."
            raise ChatError(text)
    except BaseException:
        base.close()
        raise
    return base


def _people(base: sqlite3.Connection) -> Iterator[Person]:
    rows = base.execute("SELECT id, pseudo, colour, proof, nonce FROM people")
    return (Person(*row) for row in rows)


def _rooms(base: sqlite3.Connection) -> Iterator[Room]:
    return (Room(*row) for row in base.execute("SELECT id, name, last FROM rooms ORDER BY id"))


def _insert(base: sqlite3.Connection, batch: Batch) -> None:
    base.executemany(
        "INSERT INTO people VALUES (?, ?, ?, ?, ?)",
        [(who.id, who.pseudo, who.colour, who.proof, 0) for who in batch.people],
    )
    base.executemany(
        "INSERT INTO rooms VALUES (?, ?, 0)", [(room.id, room.name) for room in batch.rooms]
    )
    base.executemany(
        "INSERT INTO messages VALUES (?, ?, ?)",
        [(record.room, record.seq, record.document) for record in batch.records],
    )
    base.executemany(
        "INSERT INTO images VALUES (?, ?, ?)",
        [(record.room, record.seq, record.image) for record in batch.records if record.image],
    )
    base.executemany(
        "INSERT INTO rooms VALUES (?, '', ?) ON CONFLICT (id) DO UPDATE SET last=excluded.last",
        list(batch.last.items()),
    )
    base.executemany(
        "UPDATE people SET nonce=? WHERE id=?",
        [(nonce, person) for person, nonce in batch.nonces.items()],
    )


def export(folder: Path, name: str, same: Callable[[str], str]) -> Iterator[str]:
    """L'historique d'un salon, en un tableau JSON, morceau par morceau ; le serveur peut courir.

    `same` : ce que deux noms d'un même salon ont de commun.
    """
    path = folder / FILE
    if not path.is_file():
        raise ChatError(f"Il n'y a pas d'historique dans {folder}.")
    try:
        with closing(_connect(path)) as base:
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
