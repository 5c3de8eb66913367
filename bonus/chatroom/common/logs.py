"""Les journaux : un fichier qui tourne et la console, sans jamais faire attendre qui y écrit.

Chaque sortie a sa file et son fil d'exécution (`QueueHandler`, `QueueListener`) : un disque lent
ne retarde pas la boucle d'événements, et un terminal que personne ne lit n'arrête pas le fichier.
"""

import errno
import logging
import os
import select
import stat
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TextIO

from chatroom.common.state import make_private, reason, state_folder
from chatroom.protocol.text import neutral

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


class LogError(Exception):
    """Le dossier demandé ne peut pas recevoir de journal ; le message est pour la personne."""


class _Batch(logging.LogRecord):
    """Des lignes d'un même instant ; ou, s'il n'y en a pas, le compte de celles qui manquent."""

    def __init__(self, lines: tuple[str, ...], lost: int = 0) -> None:
        super().__init__("chatroom", logging.INFO, "", 0, "", None, None)
        self.lines = lines
        self.lost = lost
        self.weight = sum(map(len, lines)) + OVERHEAD * len(lines)


class _Stamped(logging.Formatter):
    """Chaque ligne, datée ; rien de ce qu'elle contient ne peut en commencer une autre."""

    def __init__(self, stamp: str) -> None:
        super().__init__()
        self._stamp = stamp

    def format(self, record: logging.LogRecord) -> str:
        assert isinstance(record, _Batch)
        stamp = time.strftime(self._stamp, time.localtime(record.created))
        if not record.lines:
            several = "s" if record.lost > 1 else ""
            return f"{stamp}… {record.lost} ligne{several} perdue{several}"
        return "\n".join([stamp + neutral(line) for line in record.lines])


class _Sink(logging.Handler):
    """Une sortie, à l'usage d'un seul fil d'exécution : elle se passe de verrou.

    Bloquée, elle le garderait, et `logging.shutdown` l'attendrait pour toujours en quittant.
    """

    def handle(self, record: logging.LogRecord) -> bool:
        self.emit(record)
        return True


class _Console(_Sink):
    """Écrit sur le descripteur : le tampon de sys.stdout, bloqué, empêcherait Python de finir."""

    def __init__(self, console: TextIO) -> None:
        super().__init__()
        self._console = console.fileno()
        self._encoding = console.encoding or "utf-8"
        self.setFormatter(_Stamped(CONSOLE_STAMP))

    def emit(self, record: logging.LogRecord) -> None:
        data = f"{self.format(record)}\n".encode(self._encoding, "replace")
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


class _File(_Sink, RotatingFileHandler):
    """Le fichier : lisible de son seul propriétaire, retrouvé s'il est effacé ou renommé."""

    def __init__(self, path: Path, complain: Say) -> None:
        self.complain = complain
        self._lost = 0
        self._complained = False
        super().__init__(path, maxBytes=ROTATION, backupCount=KEPT, encoding="utf-8")
        self.setFormatter(_Stamped(FILE_STAMP))

    def _open(self) -> TextIOWrapper:
        # Ni lien ni tube : le dossier commun /var/log/chat_room peut être ouvert à tous.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        number = os.open(self.baseFilename, flags | os.O_CLOEXEC, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
            with suppress(OSError):
                os.fchmod(number, 0o600)
            return open(number, "a", encoding="utf-8", errors="replace")
        except OSError:
            os.close(number)
            raise

    def emit(self, record: logging.LogRecord) -> None:
        self._follow()
        if self._lost:
            lost, self._lost = self._lost, 0
            super().emit(_Batch((), lost))
        super().emit(record)

    def _follow(self) -> None:
        """Effacé par quelqu'un, ou renommé par un autre client dont c'était le tour."""
        if self.stream is None:
            return
        try:
            if os.path.samestat(Path(self.baseFilename).stat(), os.fstat(self.stream.fileno())):
                return
        except OSError:
            pass
        self._drop()

    def _drop(self) -> None:
        """Oublie le fichier ouvert : la ligne suivante l'ouvrira de nouveau."""
        stream, self.stream = self.stream, None
        if stream:
            with suppress(OSError):  # ce qui restait dans le tampon d'un disque plein
                stream.close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (celle de logging)
        """Appelée dans un `except`, par logging : rien ne remonte, tout est compté."""
        assert isinstance(record, _Batch)
        self._drop()
        self._lost += len(record.lines) + record.lost
        if not self._complained:
            self._complained = True
            error = sys.exception()
            why = reason(error) if isinstance(error, OSError) else str(error)
            self.complain(f"Le journal {self.baseFilename} ne s'écrit plus : {why}.")


class _Outlet(QueueHandler):
    """Une sortie et la file de ce qui l'attend, bornée."""

    def __init__(self, sink: _Sink) -> None:
        self._waiting: SimpleQueue[_Batch] = SimpleQueue()
        super().__init__(self._waiting)
        self.sink = sink
        self._weight = 0
        self._gap: _Batch | None = None  # à la fin de la file : compte les lignes qui manquent
        self._reader = _Listener(self)
        self._reader.start()

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record  # il ne change pas de processus

    def enqueue(self, record: logging.LogRecord) -> None:
        """Appelée par `handle`, sous le verrou."""
        assert isinstance(record, _Batch)
        if self._weight and self._weight + record.weight > WAITING:
            if self._gap is None:
                self._gap = _Batch(())
                self._waiting.put(self._gap)
            self._gap.lost += len(record.lines)
        else:
            self._gap = None
            self._weight += record.weight
            self._waiting.put(record)

    def tell(self, text: str) -> None:
        self.handle(_Batch((text,)))

    def taken(self, record: logging.LogRecord) -> None:
        """Sortie de la file : elle ne pèse plus, et son compte ne change plus."""
        assert isinstance(record, _Batch)
        self.acquire()
        self._weight -= record.weight
        if record is self._gap:
            self._gap = None
        self.release()

    def finish(self, patience: float) -> None:
        """Écrit ce qui attend, en `patience` secondes au plus."""
        # QueueListener.stop attend sans limite : un autre fil attend à notre place.
        stopping = threading.Thread(target=self._reader.stop, daemon=True)
        stopping.start()
        stopping.join(patience)
        if not stopping.is_alive():
            self.sink.close()
        self.close()


class _Listener(QueueListener):
    def __init__(self, outlet: _Outlet) -> None:
        super().__init__(outlet.queue, outlet.sink)
        self._outlet = outlet

    def dequeue(self, block: bool) -> logging.LogRecord:
        """Une fois tout écrit, laisse venir : réveillé pour chaque ligne, ce fil en gênerait un
        autre, qui diffuse au même moment le message dont elle parle."""
        with suppress(Empty):
            return super().dequeue(block=False)
        time.sleep(REST)
        return super().dequeue(block)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        self._outlet.taken(record)
        return record


class Log:
    """Un journal ouvert. `path` est son fichier, None s'il n'a pu en ouvrir aucun."""

    def __init__(self, file: _File | None, console: _Console | None) -> None:
        self.path = Path(file.baseFilename) if file else None
        # Le fichier d'abord : ce qu'il reproche au disque en finissant ira sur la console.
        self._outlets = [_Outlet(sink) for sink in (file, console) if sink]
        if file and console:
            file.complain = self._outlets[-1].tell

    def write(self, *lines: str) -> None:
        """Écrit ces lignes, datées de maintenant. N'attend jamais et ne lève rien.

        Beaucoup de lignes coûtent à peine plus qu'une. Une fois le journal fermé, ne fait rien.
        """
        if lines:
            batch = _Batch(lines)
            for outlet in self._outlets:
                outlet.handle(batch)

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

    LogError si `folder` ne convient pas.
    """
    file = _usual_file(name, say) if folder is None else _file_in(folder, name, say)
    return Log(file, _Console(console) if console else None)


def _file_in(folder: Path, name: str, say: Say) -> _File:
    try:
        return _open_file(folder, name, say)
    except OSError as error:
        raise LogError(f"Pas de journal possible dans {folder} : {reason(error)}.") from error


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
    say(f"Journal : {file.baseFilename} ({SYSTEM_FOLDER} n'est pas accessible en écriture).")
    return file


def _open_file(folder: Path, name: str, say: Say) -> _File:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):  # la rotation y renommera des fichiers
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return _File(folder / f"{name}.log", say)
