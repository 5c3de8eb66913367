"""Le client qu'un étudiant pourrait rendre à l'étape 5 : celui du sujet, sans rien de plus.

Usage : python tests/part2/student_client.py PORT PSEUDO
"""

import socket
import sys
import threading


def receive(connection: socket.socket) -> None:
    while data := connection.recv(1024):
        print(data.decode(), flush=True)


def main() -> None:
    port, pseudo = int(sys.argv[1]), sys.argv[2]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.send(f"Hello|{pseudo}".encode())
        threading.Thread(target=receive, args=(connection,), daemon=True).start()
        while True:
            connection.send(input().encode())


if __name__ == "__main__":
    main()
