"""Faire lire des sources hostiles par un Python enfermé, comme la copie le sera.

Qui analyse un script en subit la taille, l'imbrication, et les défauts de l'analyseur lui-même :
c'est l'affaire d'une cellule, pas du correcteur.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import IO, Literal

from grader.discovery.interpreters import Interpreter, clean_environment
from grader.sandbox.cell import PLACE, BubblewrapCell, prepare_system
from grader.sandbox.inherited import forget, stops_held
from grader.sandbox.limits import CellLimits
from grader.sandbox.namespaces import die_with_parent, enter

Sandbox = Literal["bwrap", "none"]
MAX_ANSWER = 64_000_000  # octets ; les faits d'une copie ordinaire en font quelques milliers


def ask(
    interpreter: Interpreter, program: str, data: bytes, seconds: float, *, sandbox: Sandbox
) -> bytes:
    """Ce que répond `program` à qui l'on donne `data` : ce qu'il en a dit, s'il faut l'arrêter.

    Vide si le système refuse l'arène, ou si ce Python n'y démarre pas.
    """
    with tempfile.TemporaryFile() as given:
        given.write(data)
        given.seek(0)
        launch = _in_a_cell if sandbox == "bwrap" else _here
        reader, writer = os.pipe()
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        with stops_held():
            child = os.fork()
            if child == 0:
                os.close(reader)
                _live(lambda: launch(interpreter, program, given, writer), parent)
        os.close(writer)
        try:
            return _collect(reader, time.monotonic() + seconds)
        finally:
            os.close(reader)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)  # l'arène meurt avec lui
            os.waitpid(child, 0)


def _live(work: Callable[[], None], parent: int) -> None:
    """La vie de l'enfant, où rien ne doit remonter jusqu'à ce que faisait le correcteur."""
    try:
        forget()
        die_with_parent()
        if os.getppid() == parent:
            os.setsid()  # Ctrl-C n'est que pour le correcteur
            work()
    finally:
        os._exit(0)


def _in_a_cell(interpreter: Interpreter, program: str, given: IO[bytes], answer: int) -> None:
    enter()
    prepare_system(PLACE, [interpreter.runtime], b"")
    cell = BubblewrapCell.create(PLACE, 0, CellLimits())
    cell.copy.mkdir()
    command = cell.command(interpreter.runtime, ["-I", "-c", program], ".")
    # Sans terminal : rien ici n'en a l'usage, et l'entrée est un fichier.
    command = [word for word in command if word not in ("setsid", "--ctty")]
    subprocess.run(
        command,
        stdin=given,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        check=False,
        **cell.options,
    )


def _here(interpreter: Interpreter, program: str, given: IO[bytes], answer: int) -> None:
    os.dup2(given.fileno(), 0)
    os.dup2(answer, 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    command = [str(interpreter.path), "-I", "-c", program]
    os.execve(command[0], command, clean_environment())


def _collect(reader: int, deadline: float) -> bytes:
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and len(answer) < MAX_ANSWER:
            if selector.select(left):
                data = os.read(reader, 1 << 20)
                if not data:
                    break
                answer += data
    return bytes(answer)
