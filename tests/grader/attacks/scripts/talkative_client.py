"""Un client qui noie le correcteur sous ce qu'il envoie."""

import contextlib
import os
import socket
import time

from tools import orders

ADDRESS = ("127.0.0.1", 8888)
FLOODS = {
    "un gigaoctet": b"x" * 65_536,
    "des accents empilés": "\u0301\u0323".encode() * 16_384,
    "des échappements": b"\x1b[" * 32_768,
    "des lignes": b"\n" * 65_536,
}
kind = orders["sorte"]
if kind == "mille connexions":
    kept = []
    for _ in range(8):
        if os.fork() == 0:
            for _ in range(240):
                with contextlib.suppress(OSError):
                    link = socket.create_connection(ADDRESS, timeout=0.5)
                    kept.append(link)
                    link.settimeout(0.05)
                    link.sendall(b"x" * 2_000_000)
            break
else:
    link = socket.create_connection(ADDRESS)
    link.settimeout(5)
    with contextlib.suppress(OSError):
        for _ in range(1_000_000_000 // 65_536):
            link.sendall(FLOODS[kind])
time.sleep(60)
