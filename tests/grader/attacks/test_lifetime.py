"""Rien ne survit au programme qu'on arrête : pas même ce qui ignore tout signal."""

import signal
import subprocess
import time
from contextlib import suppress

import pytest

from grader.sandbox.appetite import processes_of
from tests.grader.attacks import removed
from tests.grader.sandbox.test_cell import prepared
from tests.grader.world.arena import in_arena

LASTING = 3.0  # secondes au bout desquelles qui répond encore a survécu
SURVIVOR = """
import os, signal, sys
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
os.setsid()
for line in sys.stdin:
    print(line, end="", flush=True)
"""


def answers_after_its_end() -> bool:
    """Arrête le programme comme le correcteur le fait, puis lui parle encore."""
    cell, command = prepared(SURVIVOR)
    words = [word for word in command if word not in ("setsid", "--ctty")]
    pipe = subprocess.PIPE
    # Sans tampon : il n'y reste rien que personne ne lira, et qui échouerait en se fermant.
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, bufsize=0, **cell.options) as program:
        assert program.stdin
        assert program.stdout
        program.stdin.write(b"avant\n")
        assert program.stdout.readline() == b"avant\n"
        family = processes_of(program.pid)
        assert len(family) >= 3
        program.send_signal(signal.SIGKILL)
        program.wait()
        end = time.monotonic() + LASTING
        with suppress(BrokenPipeError):
            while time.monotonic() < end:  # le noyau tue le reste aussitôt après, non avec lui
                program.stdin.write("après\n".encode())
                if program.stdout.readline() != "après\n".encode():
                    return False
            return True
        return False


@in_arena
async def test_nothing_outlives_the_program() -> None:
    assert not answers_after_its_end()


@in_arena
async def test_it_would_otherwise() -> None:
    with pytest.MonkeyPatch.context() as patch:
        removed.lifetime(patch)
        assert answers_after_its_end()
