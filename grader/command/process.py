"""Le processus du correcteur : de quelque façon qu'on le lance, il part du même point.

Qui le lance lui laisse des signaux ignorés ou bloqués, des limites, des sorties fermées, pleines ou
dans un autre encodage que l'UTF-8 : rien de cela ne doit changer un verdict, ni perdre un rapport.
"""

import errno
import io
import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from grader.command.exits import BAD_INPUT
from wording.reasons import reason

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

GONE = frozenset({errno.EPIPE, errno.EIO})  # plus personne n'y lit : rien à dire, ni à qui
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
MOST_FILES = 65_536  # au-delà, rien ici ne s'en sert


class _Output(io.RawIOBase):
    """Une sortie où ce qui ne peut plus s'écrire n'empêche ni de finir, ni de rendre un code."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.failure: OSError | None = None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return os.isatty(self._number)

    def write(self, data: "ReadableBuffer", /) -> int:
        while self.failure is None:
            try:
                return os.write(self._number, data)
            except BlockingIOError:  # un autre programme l'a voulue ainsi, qui la partage
                select.select([], [self._number], [])
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


def as_process(main: Callable[[], int]) -> int:
    """Exécute `main` et renvoie le code de sortie, quoi que nous ait laissé qui nous lance."""
    _open_standard()
    out, _ = (_take_over(name) for name in ("stdout", "stderr"))
    _settle_signals()
    _widen()
    try:
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    sys.stdout.flush()
    if out.failure and out.failure.errno not in GONE:
        print(f"La sortie standard est perdue : {reason(out.failure)}.", file=sys.stderr)
        return BAD_INPUT
    return code


def _open_standard() -> None:
    """Une entrée ou une sortie déjà fermée : aucun autre fichier ne doit prendre sa place."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)
            file = open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (gardé ouvert)
            setattr(sys, name, file)


def _take_over(name: str) -> _Output:
    """Un caractère que la sortie ne sait pas écrire y devient « ? » : « ✗ », en latin-1."""
    given = getattr(sys, name)
    given.flush()
    output = _Output(given.fileno())
    text = io.TextIOWrapper(
        io.BufferedWriter(output),
        encoding=given.encoding,
        errors="replace",
        line_buffering=given.line_buffering,
    )
    setattr(sys, name, text)
    return output


def _settle_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignoré, le noyau nous cacherait nos enfants
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _terminate)


def _terminate(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def _widen() -> None:
    """Autant de fichiers ouverts que le système nous en permet."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def shortage(error: BaseException) -> str:
    """Ce qui manque à la machine pour corriger, si c'est ce que dit cette erreur ; vide sinon."""
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        return "La mémoire manque."
    if number == errno.EAGAIN or "can't start new thread" in str(error):
        allowed, _ = resource.getrlimit(resource.RLIMIT_NPROC)
        limit = f" (ulimit -u : {allowed})" if allowed != resource.RLIM_INFINITY else ""
        return f"Le système refuse un processus de plus{limit}."
    if number in (errno.EMFILE, errno.ENFILE):
        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return f"Le système refuse un fichier ouvert de plus (ulimit -n : {allowed})."
    if number in FULL:
        return "Il n'y a plus de place sur le disque des fichiers temporaires (TMPDIR)."
    if number == errno.ENOENT and "No usable temporary directory" in str(error):
        return "Aucun dossier temporaire où écrire : TMPDIR en désigne un."
    return ""
