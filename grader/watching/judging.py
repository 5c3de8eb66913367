"""Une correction menée à part, dans un processus qu'on arrête dès qu'elle ne sert plus.

Le clavier, lui, répond toujours : ce qu'elle trouve arrive par un tube, à mesure.
"""

import os
import select
import signal
import sys
from collections.abc import Collection
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NoReturn

from grader.discovery.interpreters import Interpreter, find_interpreters
from grader.engine import grading
from grader.model.records import CheckResult, RefusedError, Report
from grader.sandbox.inherited import forget, keep_only, stops_held
from grader.sandbox.namespaces import die_with_parent
from wording.reasons import reason

GRACE = 1.0  # secondes laissées à une correction pour rendre ce qu'elle a pris à la machine
STOPPED = "Le correcteur s'est arrêté avant la fin ({how}) : « r » le relance."
MISTAKEN = "Le correcteur s'est trompé : {what}"


@dataclass(frozen=True)
class Tried:
    """Un essai vient de finir."""

    result: CheckResult  # ce que vaut le contrôle, jusque-là
    sure: bool  # vrai si plus aucun essai n'y changera rien


@dataclass(frozen=True)
class Advanced:
    """Un contrôle de plus est jugé."""

    done: int
    total: int


@dataclass(frozen=True)
class Pythons:
    """Ceux de la machine, qu'elle vient de chercher : la suivante peut s'en passer."""

    found: tuple[Interpreter, ...]

    def __call__(self, modules: Collection[str] = ()) -> list[Interpreter]:
        """Comme `find_interpreters`."""
        return find_interpreters(modules) if modules else list(self.found)


@dataclass(frozen=True)
class Failed:
    """Il n'y aura pas de rapport."""

    reason: str  # en français, à neutraliser


Found = Pythons | Tried | Advanced | Failed | Report  # le rapport, ou Failed : la fin


class Judging:
    """Une correction en cours."""

    def __init__(self, options: grading.Options) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._ended = False
        with stops_held():  # jusqu'à ce qu'elle soit de celles à arrêter
            self._reader, writer = Pipe(duplex=False)
            parent = os.getpid()
            self._process = os.fork()
            if self._process == 0:
                _live(options, writer, parent)
            writer.close()

    def fileno(self) -> int:
        return self._reader.fileno()

    def read(self) -> Found:
        """Ce qui vient de se passer ; à appeler dès qu'il y a de quoi lire, jusqu'à la fin."""
        try:
            found: Found = self._reader.recv()
        except EOFError:
            return Failed(STOPPED.format(how=self._wait()))
        return found

    def stop(self) -> None:
        """Arrête tout, s'il reste quelque chose à arrêter : l'arène meurt avec ce processus."""
        with stops_held():
            if not self._ended:
                os.kill(self._process, signal.SIGTERM)
                pidfd = os.pidfd_open(self._process)
                if not select.select([pidfd], [], [], GRACE)[0]:
                    os.kill(self._process, signal.SIGKILL)
                os.close(pidfd)
                self._wait()
            self._reader.close()

    def _wait(self) -> str:
        code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        self._ended = True
        return f"signal {-code}" if code < 0 else f"code {code}"


def _live(options: grading.Options, writer: Connection, parent: int) -> NoReturn:
    """La vie du processus d'une correction ; n'en revient jamais."""
    try:
        forget()
        signal.signal(signal.SIGTERM, _leave)  # en rendant ce qu'elle a pris
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        os.setsid()  # Ctrl-C et Ctrl-Z ne sont que pour qui l'a lancée
        keep_only(writer.fileno())
        writer.send(_judged(options, writer))
    finally:
        os._exit(0)


def _leave(number: int, _: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit


def _judged(options: grading.Options, writer: Connection) -> Found:
    def find(modules: Collection[str]) -> list[Interpreter]:
        pythons = find_interpreters(modules)
        if not modules:
            writer.send(Pythons(tuple(pythons)))
        return pythons

    told = grading.with_settings(
        options,
        find=options.find or find,
        heard=lambda result, sure: writer.send(Tried(result, sure)),
        progress=lambda done, total, _last: writer.send(Advanced(done, total)),
    )
    try:
        return grading.grade(told)
    except RefusedError as error:
        return Failed(str(error))
    except Exception as error:
        what = reason(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        return Failed(MISTAKEN.format(what=what))
