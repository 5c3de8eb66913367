"""Serveur de chat, étape 6 : il remarque les départs, et les annonce.

Usage : python part2/chat_server_ii_6.py [-p PORT] [-a HÔTE]
"""

import argparse
import asyncio
import codecs
import errno
import re
import sys
from typing import Any, NoReturn

HOST = "127.0.0.1"
PORT = 8888
MAX_BACKLOG = 1_000_000  # octets en attente d'un client qui ne lit plus
MAX_PSEUDO = 32  # caractères
# Caractères de contrôle et de sens d'écriture : venus du réseau, ils piloteraient le terminal.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

CLIENTS: dict[tuple[str, int], dict[str, Any]] = {}


def printable(text: str) -> str:
    return CONTROLS.sub("�", text.rstrip("\r\n"))


def broadcast(text: str, sender: tuple[str, int] | None = None) -> None:
    """Envoie `text` à tous les clients, sauf à `sender`."""
    for addr, client in CLIENTS.items():
        if addr != sender and not client["w"].is_closing():
            # Pas d'await drain() ici : un client qui ne lit plus ferait attendre tous les autres.
            client["w"].write(text.encode())
            if client["w"].transport.get_write_buffer_size() > MAX_BACKLOG:
                client["w"].transport.abort()


async def read_pseudo(reader: asyncio.StreamReader, decoder: codecs.IncrementalDecoder) -> str:
    """Renvoie le pseudo de « Hello|PSEUDO », rien si le client ne commence pas ainsi."""
    hello = ""
    while "Hello|".startswith(hello) and (data := await reader.read(1024)):
        hello += decoder.decode(data)
    pseudo = hello.removeprefix("Hello|") if hello.startswith("Hello|") else ""
    return printable(pseudo)[:MAX_PSEUDO].strip()


async def handle_packet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    addr = ip, port = writer.get_extra_info("peername")[:2]
    # Une lecture peut s'arrêter au milieu d'un caractère : le décodeur en garde le début.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pseudo = ""
    try:
        if not (pseudo := await read_pseudo(reader, decoder)):
            return
        if addr not in CLIENTS:
            CLIENTS[addr] = {"r": reader, "w": writer, "pseudo": pseudo}
        broadcast(f"Annonce : {pseudo} a rejoint la chatroom")
        while data := await reader.read(1024):
            if msg := decoder.decode(data):
                print(f"Message received from {ip}:{port} : {printable(msg)}", flush=True)
                broadcast(f"{pseudo} a dit : {msg}", sender=addr)
    except OSError:
        pass  # le client a disparu sans prévenir : il est parti lui aussi
    except asyncio.CancelledError:
        return  # Ctrl-C ; laissée annulée, la tâche ferait écrire une longue trace à Python 3.11
    finally:
        CLIENTS.pop(addr, None)
        writer.close()
    if pseudo:
        broadcast(f"Annonce : {pseudo} a quitté la chatroom")


async def serve(host: str, port: int) -> None:
    server = await asyncio.start_server(handle_packet, host, port)
    ip, port = server.sockets[0].getsockname()[:2]
    print(f"Serveur à l'écoute sur {ip}:{port} (Ctrl-C pour l'arrêter)", flush=True)
    try:
        # Pas serve_forever() : depuis Python 3.12, il ne s'arrête qu'une fois les clients partis.
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.01)  # que les clients à peine arrivés aient leur tâche
        server.close()


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # celui d'argparse parle anglais
        self.exit(2, f"{self.format_usage()}Arguments incorrects.\n")


def main() -> int:
    parser = Parser(description=f"Serveur de chat, sur {HOST}:{PORT} par défaut.", add_help=False)
    parser.add_argument("-p", "--port", type=int, default=PORT, help="port d'écoute")
    parser.add_argument("-a", "--address", metavar="HÔTE", default=HOST, help="adresse d'écoute")
    parser.add_argument("-h", "--help", action="help", help="affiche cette aide")
    arguments = parser.parse_args()
    host, port = arguments.address, arguments.port
    try:
        asyncio.run(serve(host, port))
    except (OSError, OverflowError, UnicodeError) as error:
        busy = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        cause = "port déjà pris" if busy else "adresse ou port impossible ici"
        print(f"Impossible d'écouter sur {host}:{port} : {cause}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nServeur arrêté.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
