"""Confier un travail hostile à un processus à part : on l'arrête à temps, il meurt avec nous."""

import contextlib
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from grader.sandbox.inherited import forget, stops_held
from grader.sandbox.namespaces import die_with_parent


def apart(work: Callable[[int], None], seconds: float, most: int) -> bytes:
    """Ce que `work` écrit dans le tube qu'on lui donne : ce qu'il en a dit, s'il faut l'arrêter.

    Il vit dans un enfant de ce processus, qui ne doit avoir qu'un fil. Il est arrêté au bout de
    `seconds`, ou à `most` octets ; s'il entre dans une arène, elle l'est avec lui.
    """
    reader, writer = os.pipe()
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    with stops_held():
        child = os.fork()
        if child == 0:
            os.close(reader)
            _live(work, writer, parent)
    os.close(writer)
    try:
        return _collect(reader, time.monotonic() + seconds, most)
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)  # l'arène meurt avec lui
        os.waitpid(child, 0)


def _live(work: Callable[[int], None], writer: int, parent: int) -> NoReturn:
    """La vie de l'enfant, où rien ne doit remonter jusqu'à ce que faisait le correcteur."""
    try:
        forget()
        die_with_parent()
        if os.getppid() == parent:
            os.setsid()  # Ctrl-C n'est que pour le correcteur
            work(writer)
    finally:
        os._exit(0)


def _collect(reader: int, deadline: float, most: int) -> bytes:
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and len(answer) < most:
            if selector.select(left):
                data = os.read(reader, 1 << 20)
                if not data:
                    break
                answer += data
    return bytes(answer)
