"""Les journaux : un fichier qui tourne et la console, sans jamais faire attendre qui y écrit.

Chaque sortie a sa file, bornée, et son fil d'exécution : un disque lent ne retarde pas la boucle
d'événements, et un terminal que personne ne lit n'arrête pas le fichier.
"""

import errno
import os
import select
import stat
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TextIO

from chatroom.common.state import make_private, state_folder
from chatroom.protocol import ChatError
from wording.harmless import neutral
from wording.numbers import plural
from wording.reasons import reason

SYSTEM_FOLDER = Path("/var/log/chat_room")
ROTATION = 5_000_000  # octets d'un fichier : un éditeur l'ouvre encore
KEPT = 5  # fichiers d'avant : 30 Mo en tout
WAITING = (
    4_000_000  # caractères en attente par sortie ; au-delà, les lignes sont comptées et perdues
)
OVERHEAD = 100  # caractères : ce que coûte une ligne en plus de son texte
CLOSING = 2.0  # secondes pour finir d'écrire ; un terminal arrêté (Ctrl-S) ne retient personne
REST = 0.05  # secondes
FILE_STAMP, CONSOLE_STAMP = "%Y-%m-%dT%H:%M:%S ", "[%H:%M:%S] "

Say = Callable[[str], None]


class _Batch:
    """Des lignes d'un même instant ; ou, s'il n'y en a pas, le compte de celles qui manquent."""

    __slots__ = ("lines", "lost", "time", "weight")

    def __init__(self, lines: tuple[str, ...], lost: int = 0) -> None:
        self.lines, self.lost, self.time = lines, lost, time.time()
        self.weight = sum(map(len, lines)) + OVERHEAD * len(lines)

    def text(self, stamp: str) -> str:
        """Chaque ligne, datée ; rien de ce qu'elle contient ne peut en commencer une autre."""
        date = time.strftime(stamp, time.localtime(self.time))
        if not self.lines:
            several = plural(self.lost)
            return f"{date}… {self.lost} ligne{several} perdue{several}\n"
        return "".join([f"{date}{neutral(line)}\n" for line in self.lines])


class _Sink(Protocol):
    """Une sortie, à l'usage d'un seul fil d'exécution. Rien n'en remonte."""

    failed: int  # lignes qu'elle n'a pas su écrire

    def write(self, batch: _Batch) -> None: ...

    def close(self) -> None: ...


class _Console:
    """Écrit sur le descripteur : le tampon de sys.stdout, bloqué, empêcherait Python de finir."""

    failed = 0  # un terminal fermé n'a plus de lecteur

    def __init__(self, console: TextIO) -> None:
        self._console = console.fileno()
        self._encoding = console.encoding or "utf-8"

    def write(self, batch: _Batch) -> None:
        data = batch.text(CONSOLE_STAMP).encode(self._encoding, "replace")
        with suppress(OSError):  # un terminal fermé : il n'y a plus personne à qui le dire
            while data:
                data = data[self._write(data) :]

    def _write(self, data: bytes) -> int:
        try:
            return os.write(self._console, data)
        except BlockingIOError:  # prompt_toolkit ou asyncio l'a rendue non bloquante
            writable = select.poll()
            writable.register(self._console, select.POLLOUT)
            writable.poll()
            return 0

    def close(self) -> None:
        """Elle n'est pas à nous."""


class _File:
    """Le fichier : lisible de son seul propriétaire, retrouvé s'il est effacé ou renommé."""

    def __init__(self, path: Path, complain: Say) -> None:
        """OSError s'il ne s'ouvre pas."""
        self.path, self.complain = path, complain
        self._lost = 0  # lignes, depuis la dernière écrite
        self.failed = 0  # lignes, depuis le début
        self._complained = False
        self._file: int | None = self._open()

    def _open(self) -> int:
        # Ni lien ni tube : le dossier commun /var/log/chat_room peut être ouvert à tous.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        number = os.open(self.path, flags | os.O_CLOEXEC, 0o600)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        with suppress(OSError):
            os.fchmod(number, 0o600)
        return number

    def write(self, batch: _Batch) -> None:
        lost, self._lost = self._lost, 0
        for each in [_Batch((), lost), batch] if lost else [batch]:
            try:
                self._append(each.text(FILE_STAMP).encode("utf-8", "replace"))
            except OSError as error:
                self.close()
                self._lost += len(each.lines) + each.lost
                self.failed += len(each.lines)
                if not self._complained:
                    self._complained = True
                    self.complain(f"Le journal {self.path} ne s'écrit plus : {reason(error)}.")

    def _append(self, data: bytes) -> None:
        """Ces lignes, entières ou pas du tout."""
        number = self._followed()
        size = os.fstat(number).st_size
        if size and size + len(data) >= ROTATION:
            self._rotate()
            number, size = self._followed(), 0
        try:
            while data:
                data = data[os.write(number, data) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(number, size)
            raise

    def _followed(self) -> int:
        """Le fichier ouvert ; un autre, s'il a été effacé, ou renommé par un autre client."""
        if self._file is not None:
            with suppress(OSError):
                if os.path.samestat(self.path.stat(), os.fstat(self._file)):
                    return self._file
        self.close()
        self._file = self._open()
        return self._file

    def _rotate(self) -> None:
        older = [self.path, *(Path(f"{self.path}.{number}") for number in range(1, KEPT + 1))]
        for number in range(KEPT, 0, -1):
            with suppress(FileNotFoundError):
                older[number - 1].replace(older[number])

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


class _Outlet:
    """Une sortie, la file de ce qui l'attend, et le fil qui l'y écrit."""

    def __init__(self, sink: _Sink) -> None:
        self.sink = sink
        self.dropped = 0  # lignes, faute de place dans la file
        self._waiting: deque[_Batch] = deque()
        self._weight = 0
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, batch: _Batch) -> None:
        with self._changed:
            if self._weight and self._weight + batch.weight > WAITING:
                if not self._waiting or self._waiting[-1].lines:
                    self._waiting.append(_Batch(()))
                self._waiting[-1].lost += len(batch.lines)
                self.dropped += len(batch.lines)
            else:
                self._weight += batch.weight
                self._waiting.append(batch)
            self._changed.notify()

    def _run(self) -> None:
        while batch := self._next():
            self.sink.write(batch)
        self.sink.close()

    def _next(self) -> _Batch | None:
        """Ce qui est à écrire maintenant ; None, quand tout l'est et qu'il faut finir.

        Une fois tout écrit, laisse venir : réveillé pour chaque ligne, ce fil en gênerait un autre,
        qui diffuse au même moment le message dont elle parle.
        """
        if not self._waiting and not self._closing:
            time.sleep(REST)
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return None
            batch = self._waiting.popleft()
            self._weight -= batch.weight
            return batch

    def finish(self, patience: float) -> None:
        """Écrit ce qui attend, en `patience` secondes au plus."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(patience)


class Log:
    """Un journal ouvert. `path` est son fichier, None s'il n'a pu en ouvrir aucun."""

    def __init__(self, file: _File | None, console: _Console | None) -> None:
        self.path = file.path if file else None
        # Le fichier d'abord : ce qu'il reproche au disque en finissant ira sur la console.
        self._outlets = [_Outlet(sink) for sink in (file, console) if sink]
        if file and console:
            shown = self._outlets[-1]
            file.complain = lambda text: shown.put(_Batch((text,)))
        self._kept = self._outlets[0] if file else None

    @property
    def lost(self) -> int:
        """Lignes qui ne sont dans aucun fichier : le disque n'en voulait pas, ou trop lentement.

        Un terminal que personne ne lit en perd aussi, qui ne comptent pas.
        """
        return self._kept.dropped + self._kept.sink.failed if self._kept else 0

    def write(self, *lines: str) -> None:
        """Écrit ces lignes, datées de maintenant. N'attend jamais et ne lève rien.

        Beaucoup de lignes coûtent à peine plus qu'une. Une fois le journal fermé, ne fait rien.
        """
        if lines:
            batch = _Batch(lines)
            for outlet in self._outlets:
                outlet.put(batch)

    def close(self) -> None:
        """Finit d'écrire, en deux secondes au plus."""
        while self._outlets:
            self._outlets[0].finish(CLOSING / 2)
            del self._outlets[0]


def open_log(name: str, folder: Path | None, console: TextIO | None, say: Say) -> Log:
    """Ouvre le journal `name` (« server », « client »), dans `folder` s'il est donné.

    Sinon dans /var/log/chat_room ; ou, s'il est fermé à l'écriture, dans le dossier d'état de la
    personne, ce que `say` annonce. `say` dit aussi, depuis un autre fil d'exécution, les ennuis du
    fichier quand il n'y a pas de console. `console` doit être un vrai fichier (`fileno`).

    ChatError si `folder` ne convient pas.
    """
    file = _usual_file(name, say) if folder is None else _file_in(folder, name, say)
    return Log(file, _Console(console) if console else None)


def _file_in(folder: Path, name: str, say: Say) -> _File:
    try:
        return _open_file(folder, name, say)
    except OSError as error:
        raise ChatError(f"Pas de journal possible dans {folder} : {reason(error)}.") from error


def _usual_file(name: str, say: Say) -> _File | None:
    with suppress(OSError):
        return _open_file(SYSTEM_FOLDER, name, say)
    folder = state_folder()
    try:
        make_private(folder)
        file = _open_file(folder, name, say)
    except OSError as error:
        say(f"Pas de journal : ni dans {SYSTEM_FOLDER}, ni dans {folder} ({reason(error)}).")
        return None
    say(f"Journal : {file.path} ({SYSTEM_FOLDER} n'est pas accessible en écriture).")
    return file


def _open_file(folder: Path, name: str, say: Say) -> _File:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):  # la rotation y renommera des fichiers
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return _File(folder / f"{name}.log", say)
