"""Faire lire des sources hostiles par un Python enfermé, comme la copie le sera.

Qui analyse un script en subit la taille, l'imbrication, et les défauts de l'analyseur lui-même :
c'est l'affaire d'une cellule, pas du correcteur.
"""

import functools
import os
import subprocess
import tempfile
from typing import IO, Literal

from grader.discovery.interpreters import Interpreter, clean_environment
from grader.sandbox.apart import apart
from grader.sandbox.cell import PLACE, BubblewrapCell, prepare_system
from grader.sandbox.limits import CellLimits
from grader.sandbox.namespaces import enter

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
        work = functools.partial(launch, interpreter, program, given)
        return apart(work, seconds, MAX_ANSWER)


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
