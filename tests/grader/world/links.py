"""Deux bouts d'une connexion, et ce que le noyau en dit."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from grader.world.diag import Diag, State


class Link(NamedTuple):
    """Une connexion : le programme (accepté ou non), et nous."""

    diag: Diag
    theirs: socket.socket
    ours: socket.socket

    def state(self) -> State | None:
        """L'état du bout du programme."""
        return self.diag.connection(self.ours.getpeername()[:2], self.ours.getsockname()[:2])


@contextmanager
def linked(family: int = socket.AF_INET, host: str = "127.0.0.1") -> Iterator[Link]:
    with (
        socket.create_server((host, 0), family=family) as listener,
        socket.create_connection(listener.getsockname()[:2]) as ours,
        listener.accept()[0] as theirs,
        Diag() as diag,
    ):
        yield Link(diag, theirs, ours)
