"""Savoir qu'un fichier du travail vient d'être enregistré, de quelque façon qu'écrive l'éditeur.

Un processus à part relit sans cesse l'état du dossier, et c'est cet état qui décide. Le système,
quand il le peut, provoque cette relecture (watchfiles). À part, aussi, parce que watchfiles a des
fils, et que le correcteur, qui fait fork, ne doit pas en avoir.
"""

import errno
import os
import re
import signal
import stat
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from grader.discovery.files import SKIPPED_FOLDERS
from grader.sandbox.inherited import forget, keep_only, stops_held
from grader.sandbox.namespaces import die_with_parent
from grader.watching.memory import FOLDER

SKIPPED = SKIPPED_FOLDERS | {FOLDER}  # notre propre état, s'il est dans le dossier suivi
# Le reste (brouillons d'éditeur, sauvegardes, pages téléchargées) ne change rien au jugement.
MATTERS = re.compile(r"(?i)\.(py|txt|json|toml|ini|cfg|ya?ml|csv)$")
EVERY = 0.5  # secondes entre deux relectures, si rien ne se passe
SHARE = 0.02  # part d'un processeur que prend, au plus, la relecture d'un grand dossier
SETTLED = 0.05  # secondes sans changement : l'éditeur a fini d'écrire
LONGEST = 1.0  # secondes ; au-delà, on juge ce qui est là
MAX_ENTRIES = 20_000  # noms parcourus
MAX_FOLDERS = 1_000  # dossiers parcourus, et suivis
MAX_NAMES = 5  # noms rapportés

What = Literal[
    "saved",  # des fichiers ont changé ; `names` en donne quelques-uns
    "gone",  # le dossier n'est plus là
    "back",  # il est revenu
    "blind",  # le système ne préviendra pas ; `reason` dit pourquoi
]
Stamp = tuple[int, int, int, int]  # inode, taille, dates du contenu et de l'inode


@dataclass(frozen=True)
class Seen:
    """Ce qui vient d'arriver au dossier."""

    what: What
    names: tuple[str, ...] = ()
    reason: str = ""


@dataclass
class Picture:
    """L'état d'un dossier : ce qui permet de dire, plus tard, ce qui y a changé."""

    files: dict[str, Stamp] = field(default_factory=dict)
    folders: tuple[str, ...] = ()


def look(root: Path) -> Picture | None:
    """L'état de ce dossier, sans suivre de lien ; None s'il n'est pas là."""
    picture = Picture()
    waiting = deque([str(root)])
    found: list[str] = []
    left = MAX_ENTRIES
    while waiting and left > 0 and len(found) < MAX_FOLDERS:
        folder = waiting.popleft()
        try:
            with os.scandir(folder) as entries:
                names = [entry for entry, _ in zip(entries, range(left), strict=False)]
        except (OSError, ValueError):
            if not found:
                return None
            continue
        found.append(folder)
        left -= len(names)
        if folder != str(root) and any(entry.name == "pyvenv.cfg" for entry in names):
            continue  # un environnement : les paquets d'autres personnes
        for entry in sorted(names, key=lambda one: one.name):
            with suppress(OSError):  # effacé entre-temps
                _note(entry, picture, waiting)
    picture.folders = tuple(found)
    return picture


def _note(entry: "os.DirEntry[str]", picture: Picture, waiting: deque[str]) -> None:
    if entry.name.startswith("."):
        return
    if entry.is_dir(follow_symlinks=False):
        if entry.name not in SKIPPED:
            waiting.append(entry.path)
    elif MATTERS.search(entry.name):
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISREG(status.st_mode):
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            picture.files[entry.path] = stamp


def changed(before: Picture, after: Picture) -> tuple[str, ...]:
    """Quelques-uns des fichiers qui ont changé : les noms seuls, ceux qui sont là d'abord."""
    paths = [path for path, stamp in after.files.items() if before.files.get(path) != stamp]
    paths += [path for path in before.files if path not in after.files]
    return tuple(Path(path).name for path in paths[:MAX_NAMES])


class Saves:
    """Ce qui arrive à un dossier, tel que le dit un processus à part."""

    def __init__(self, folder: Path) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        with stops_held():  # jusqu'à ce qu'il soit de ceux à arrêter
            self._reader, writer = Pipe(duplex=False)
            parent = os.getpid()
            self._process = os.fork()
            if self._process == 0:
                _live(folder, writer, parent)
            writer.close()

    def fileno(self) -> int:
        return self._reader.fileno()

    def read(self) -> Seen | None:
        """La suite ; None si plus personne ne regarde le dossier."""
        try:
            seen: Seen = self._reader.recv()
        except EOFError:
            return None
        return seen

    def close(self) -> None:
        with stops_held():
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._reader.close()


def _live(folder: Path, writer: Connection, parent: int) -> None:
    """La vie de qui regarde le dossier ; n'en revient jamais."""
    try:
        forget()
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        os.setsid()  # Ctrl-C et Ctrl-Z ne sont que pour le correcteur
        keep_only(writer.fileno())
        watch(folder, writer.send)
    finally:
        os._exit(0)


def watch(folder: Path, tell: Callable[[Seen], None], *, every: float = EVERY) -> None:
    """Dit sans fin ce qui arrive au dossier."""
    ticks = _Ticks(tell, every)
    known = look(folder)
    while True:
        started = time.monotonic()
        now = look(folder)
        took = time.monotonic() - started
        if now and known:
            if now != known:
                now = _settled(folder, now)
                if now and (names := changed(known, now)):
                    tell(Seen("saved", names))
        elif now or known:
            tell(Seen("back" if now else "gone"))
        known = now
        ticks.wait(known.folders if known else (), max(every, took / SHARE))


def _settled(folder: Path, picture: Picture) -> Picture | None:
    """L'état, une fois que l'éditeur a fini : entre l'ancien fichier et le nouveau, il n'y en a
    parfois aucun."""
    now: Picture | None = picture
    limit = time.monotonic() + LONGEST
    while now and time.monotonic() < limit:
        time.sleep(SETTLED)
        before, now = now, look(folder)
        if now == before:
            break
    return now


class _Ticks:
    """Attendre que le système réveille, ou que le temps passe."""

    def __init__(self, tell: Callable[[Seen], None], every: float) -> None:
        self._tell, self._every = tell, every
        self._bell: Iterator[object] | None = None
        self._folders: tuple[str, ...] = ()
        self._deaf = False

    def wait(self, folders: tuple[str, ...], seconds: float) -> None:
        if folders != self._folders or not self._bell:
            self._folders, self._bell = folders, self._set_up(folders)
        if not self._bell:
            time.sleep(seconds)
            return
        limit = time.monotonic() + seconds
        try:
            while not next(self._bell) and time.monotonic() < limit:
                pass
        except FileNotFoundError:  # un dossier vient de disparaître
            self._bell = None
            time.sleep(SETTLED)
        except (OSError, RuntimeError) as error:
            self._give_up(_why(error))

    def _set_up(self, folders: tuple[str, ...]) -> Iterator[object] | None:
        if self._deaf or not folders:
            return None
        try:
            import watchfiles  # noqa: PLC0415 (il peut manquer, et il a des fils)
        except ImportError:
            self._give_up("le module watchfiles manque")
            return None
        return watchfiles.watch(
            *folders,
            watch_filter=None,
            debounce=round(SETTLED * 1000),
            step=10,
            rust_timeout=round(self._every * 1000),
            yield_on_timeout=True,
            recursive=False,  # les dossiers du travail, et non les milliers d'un environnement
            ignore_permission_denied=True,
        )

    def _give_up(self, why: str) -> None:
        self._bell, self._deaf = None, True
        self._tell(Seen("blind", reason=why))


def _why(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOSPC or "watch limit" in str(error):
        return "trop de dossiers y sont déjà suivis (fs.inotify.max_user_watches)"
    if number == errno.EMFILE or "too many open files" in str(error).lower():
        return "trop de programmes suivent déjà des dossiers (fs.inotify.max_user_instances)"
    return "le système refuse"
