"""Le serveur qu'un étudiant pourrait rendre à l'étape 6 : celui du sujet, sans rien de plus.

Usage : python tests/part2/student_server.py
"""

import socket
import threading

CLIENTS: dict[tuple[str, int], tuple[socket.socket, str]] = {}


def broadcast(text: str, sender: tuple[str, int] | None = None) -> None:
    for addr, (connection, _) in CLIENTS.items():
        if addr != sender:
            connection.send(text.encode())


def handle(connection: socket.socket, addr: tuple[str, int]) -> None:
    hello, _, pseudo = connection.recv(1024).decode().partition("|")
    if hello == "Hello":
        CLIENTS[addr] = (connection, pseudo)
        broadcast(f"Annonce : {pseudo} a rejoint la chatroom")
        while data := connection.recv(1024):
            broadcast(f"{pseudo} a dit : {data.decode()}", sender=addr)
        del CLIENTS[addr]
        broadcast(f"Annonce : {pseudo} a quitté la chatroom")
    connection.close()


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            threading.Thread(target=handle, args=server.accept(), daemon=True).start()


if __name__ == "__main__":
    main()
