"""Remplit des sockets que personne ne lira : le noyau garde tout, et nul processus n'en a rien."""

import contextlib
import socket
import time

from tools import behave, orders, succeeded

BLOCK = bytes(1 << 16)
wanted, sent = int(orders["octets"]), 0
kept: list[socket.socket] = []
listener = socket.create_server(("127.0.0.1", 0))
while sent < wanted and len(kept) < 200:
    one = socket.create_connection(listener.getsockname())
    other, _ = listener.accept()
    kept += [one, other]
    for end in (one, other):
        end.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                sent += end.send(BLOCK)
time.sleep(1)
if sent >= wanted:
    succeeded("autant de mémoire que voulu")
behave()
