"""Serveur de chat, étape 3 : il montre qui dit quoi, à plusieurs clients à la fois.

Usage : python part2/chat_server_ii_3.py
"""

import asyncio
import codecs
import errno
import re
import sys

HOST = "127.0.0.1"
PORT = 8888
# Caractères de contrôle et de sens d'écriture : venus du réseau, ils piloteraient le terminal.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    return CONTROLS.sub("�", text.rstrip("\r\n"))


async def handle_packet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    ip, port = writer.get_extra_info("peername")[:2]
    # Une lecture peut s'arrêter au milieu d'un caractère : le décodeur en garde le début.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        while data := await reader.read(1024):
            if msg := decoder.decode(data):
                print(f"Message received from {ip}:{port} : {printable(msg)}", flush=True)
                writer.write(f"Hello {ip}:{port}".encode())
                await writer.drain()
    except OSError:
        pass  # le client a disparu sans prévenir
    except asyncio.CancelledError:
        pass  # Ctrl-C ; laissée annulée, la tâche ferait écrire une longue trace à Python 3.11
    finally:
        writer.close()


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


def main() -> int:
    if sys.argv[1:]:
        helping = sys.argv[1:] in (["-h"], ["--help"])
        print(__doc__, file=sys.stdout if helping else sys.stderr)
        return 0 if helping else 2
    try:
        asyncio.run(serve(HOST, PORT))
    except OSError as error:
        cause = "port déjà pris" if error.errno == errno.EADDRINUSE else "adresse impossible ici"
        print(f"Impossible d'écouter sur {HOST}:{PORT} : {cause}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nServeur arrêté.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
