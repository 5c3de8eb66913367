"""Ce qu'on demande à la base sans servir : la vérifier, la copier, y changer une personne."""

import hashlib
import os
import secrets
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from chatroom.protocol import ChatError
from chatroom.protocol.text import fold
from chatroom.server.core.pending import Altered, Batch, Code
from chatroom.server.core.people import Person, by_pseudo
from chatroom.server.storage import codes, forgetting
from chatroom.server.storage.backup import backup
from chatroom.server.storage.batches import insert
from chatroom.server.storage.belongings import export_person
from chatroom.server.storage.causes import readable
from chatroom.server.storage.checking import check
from chatroom.server.storage.clock import now
from chatroom.server.storage.consulting import consulting
from chatroom.server.storage.exporting import export
from chatroom.server.storage.opening import FILE, LOCK, lock, open_base, server_of
from chatroom.server.storage.persons import find
from chatroom.server.storage.schema import FORMAT

Task = Callable[[Path, str], Iterator[str]]
DAY = 86_400_000  # ms
SIGN_OF_LIFE = 2.0  # secondes entre deux nouvelles d'un travail qui dure
PATIENCE = 60.0  # secondes laissées au serveur pour retirer ce qu'a dit quelqu'un


class Alive:
    """De temps en temps, sur la sortie d'erreur, où en est un travail qui dure."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._said = time.monotonic()

    def __call__(self, part: float | None = None) -> None:
        if time.monotonic() - self._said >= SIGN_OF_LIFE:
            self._said = time.monotonic()
            done = "" if part is None else f" {part:.0%}".replace("%", "\u00a0%")
            print(f"{self._what}…{done}", file=sys.stderr, flush=True)


def _check(folder: Path, _: str) -> Iterator[str]:
    return check(folder, Alive("Vérification"))


def _backup(folder: Path, name: str) -> Iterator[str]:
    target = Path(name)
    backup(folder, target, Alive("Copie"))
    size = f"{target.stat().st_size / 1e6:.1f}".replace(".", ",")
    yield f"La base est copiée dans {target} ({size} Mo), et la copie est entière."


def _export(folder: Path, pseudo: str) -> Iterator[str]:
    with consulting(folder) as base:
        yield from export_person(base, _person(base, pseudo).id)


def _person(base: sqlite3.Connection, pseudo: str) -> Person:
    person = find(base, by_pseudo(pseudo))
    if person is None:
        raise ChatError(f"Personne ne s'appelle {pseudo} : il faut être venu une fois.")
    return person


@contextmanager
def _changing(folder: Path) -> Iterator[tuple[sqlite3.Connection, int | None]]:
    """La base, pour y écrire, et le serveur qui la tient ; sans serveur, nul ne la prendra."""
    path = folder / FILE
    if not path.is_file():
        raise ChatError(f"Il n'y a pas d'historique dans {folder}.")
    server = server_of(folder)
    if server:
        with consulting(folder) as found:
            _same_format(found)
    held = None if server else lock(folder / LOCK)
    try:
        with readable(path), closing(open_base(path, "full", now(), print)) as base:
            yield base, server
    finally:
        if held is not None:
            os.close(held)


def _same_format(base: sqlite3.Connection) -> None:
    (version,) = base.execute("PRAGMA user_version").fetchone()
    if version != FORMAT:
        raise ChatError("Le serveur en marche est d'une autre version : arrêtez-le d'abord.")


def _tell(server: int | None) -> None:
    """Le serveur relit ce qui a changé."""
    if server:
        with suppress(ProcessLookupError):
            os.kill(server, signal.SIGUSR1)


def _operator(folder: Path, pseudo: str) -> Iterator[str]:
    with _changing(folder) as (base, _):
        person = _person(base, pseudo)
        code = "-".join(secrets.token_hex(2) for _ in range(4))
        digest = hashlib.sha256(code.encode()).digest()
        with base:
            codes.issue(base, Code(digest, "operator", str(person.id), now() + DAY))
    yield f"{person.pseudo} sera opérateur en tapant, une seule fois et d'ici demain :"
    yield f"/operator {code}"


def _release(folder: Path, pseudo: str) -> Iterator[str]:
    with _changing(folder) as (base, server):
        person = _person(base, pseudo)
        other = f"{person.pseudo}~{person.id}"
        change = Altered(person.id, other, fold(other), person.role, person.muted)
        with base:
            insert(base, Batch(altered=[change]), now())
    _tell(server)
    yield f"{person.pseudo} est libre ; qui le portait s'appelle désormais {other}."


def _forget(folder: Path, pseudo: str) -> Iterator[str]:
    with _changing(folder) as (base, server):
        person = _person(base, pseudo)
        with base:
            forgetting.begin(base, person.id)
        _tell(server)
        yield f"{person.pseudo} n'est plus connu du serveur, et ce pseudo est libre."
        alive, deadline = Alive("Retrait de ses messages"), time.monotonic() + PATIENCE
        while place := forgetting.waiting(base).get(person.id):
            alive()
            if not server:
                with base:
                    forgetting.step(base, person.id, place)
            elif time.monotonic() > deadline:
                yield "Le serveur retire ses messages ; il n'a pas fini."
                return
            else:
                time.sleep(0.05)
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield "Ses messages et ses images sont retirés."


def _export_history(folder: Path, room: str) -> Iterator[str]:
    return export(folder, room, fold)


WHOLE: dict[str, Task] = {"export-history": _export_history, "export": _export}  # du JSON
BY_LINE: dict[str, Task] = {
    "check": _check,
    "backup": _backup,
    "forget": _forget,
    "release": _release,
    "operator": _operator,
}


def upkeep(folder: Path, task: str, subject: str) -> Iterator[str]:
    """Ce qu'il y a à écrire, morceau par morceau ; ChatError si la base ne s'y prête pas."""
    if whole := WHOLE.get(task):
        return whole(folder, subject)
    return (f"{line}\n" for line in BY_LINE[task](folder, subject))
