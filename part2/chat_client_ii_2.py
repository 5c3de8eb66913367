"""Client de chat, étape 2 : il dit « Hello » et montre la réponse du serveur.

Usage : python part2/chat_client_ii_2.py
"""

import re
import socket
import sys

HOST = "127.0.0.1"
PORT = 8888
# Caractères de contrôle et de sens d'écriture : venus du réseau, ils piloteraient le terminal.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    return CONTROLS.sub("�", text.rstrip("\r\n"))


def say_hello(host: str, port: int) -> str:
    """Renvoie la réponse du serveur, vide s'il part sans répondre."""
    with socket.create_connection((host, port)) as connection:
        connection.sendall(b"Hello")
        return connection.recv(1024).decode(errors="replace")


def main() -> int:
    if sys.argv[1:]:
        helping = sys.argv[1:] in (["-h"], ["--help"])
        print(__doc__, file=sys.stdout if helping else sys.stderr)
        return 0 if helping else 2
    try:
        answer = say_hello(HOST, PORT)
    except KeyboardInterrupt:
        return 0
    except ConnectionResetError:
        answer = ""
    except OSError:
        print(f"Pas de serveur sur {HOST}:{PORT}.", file=sys.stderr)
        return 1
    if not answer:
        print("Le serveur est parti sans répondre.", file=sys.stderr)
        return 1
    print(printable(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
