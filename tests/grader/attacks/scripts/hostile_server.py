"""Un serveur qui noie ses clients, ou les laisse à la porte."""

import contextlib
import socket
import threading
import time

from tools import orders

kind = orders["sorte"]
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 8888))
listener.listen(0 if kind == "porte close" else 100)


def drown(link: socket.socket) -> None:
    data = "Hello 127.0.0.1:\u0301\u0323\x1b]0;".encode() * 3000
    with contextlib.suppress(OSError):
        while True:
            link.sendall(data)


while kind == "porte close":
    time.sleep(10)
while True:
    accepted, _ = listener.accept()
    if kind == "noyade":
        threading.Thread(target=drown, args=(accepted,), daemon=True).start()
    else:
        accepted.close()
