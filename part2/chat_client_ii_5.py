"""Client de chat, étape 5 : il demande un pseudo, et se présente.

Usage : python part2/chat_client_ii_5.py [-p PORT] [-a HÔTE]
"""

import argparse
import asyncio
import codecs
import contextlib
import os
import re
import sys
from typing import NoReturn

import aioconsole

HOST = "127.0.0.1"
PORT = 8888
# Caractères de contrôle et de sens d'écriture : venus du réseau, ils piloteraient le terminal.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Sur un terminal, un message qui arrive prend la place de l'invite, qui revient en dessous.
PROMPT, ERASE = ("> ", "\r\x1b[K") if sys.stdout.isatty() else ("", "")


def printable(text: str) -> str:
    return CONTROLS.sub("�", text.rstrip("\r\n"))


async def async_input(writer: asyncio.StreamWriter) -> None:
    """Envoie chaque ligne tapée."""
    while True:
        try:
            line = printable(await aioconsole.ainput(PROMPT))
        except UnicodeError:
            line = ""  # des octets qui ne sont pas du texte : le terminal n'est pas en UTF-8
        if line:
            writer.write(line.encode())
            await writer.drain()


async def async_receive(reader: asyncio.StreamReader) -> None:
    """Montre ce que dit le serveur, tant qu'il est là."""
    # Une lecture peut s'arrêter au milieu d'un caractère : le décodeur en garde le début.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while True:
        data = await reader.read(1024)
        if not data:
            return
        if msg := printable(decoder.decode(data)):
            # aprint() et non print() : ainput() a rendu la sortie non bloquante, et print()
            # y perdrait du texte sans le dire.
            await aioconsole.aprint(f"{ERASE}{msg}\n{PROMPT}", end="")


async def chat(host: str, port: int, pseudo: str) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    print(f"Connecté à {host}:{port} (Ctrl-C pour partir)", flush=True)
    # Ouvrir l'écran et le clavier avant les deux tâches : elles le feraient chacune, et mal.
    await aioconsole.get_standard_streams()
    writer.write(f"Hello|{pseudo}".encode())
    try:
        await asyncio.gather(async_input(writer), async_receive(reader))
    finally:
        writer.close()
        # ainput() les a rendus non bloquants, et le prochain programme hérite du terminal.
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            os.set_blocking(stream.fileno(), True)


def ask_pseudo() -> str:
    pseudo = ""
    while not pseudo:
        with contextlib.suppress(UnicodeDecodeError):  # des octets qui ne sont pas du texte
            pseudo = printable(input("Pseudo : ")).strip()
    return pseudo


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # celui d'argparse parle anglais
        self.exit(2, f"{self.format_usage()}Arguments incorrects.\n")


def main() -> int:
    parser = Parser(description=f"Client de chat, vers {HOST}:{PORT} par défaut.", add_help=False)
    parser.add_argument("-p", "--port", type=int, default=PORT, help="port du serveur")
    parser.add_argument("-a", "--address", metavar="HÔTE", default=HOST, help="son adresse")
    parser.add_argument("-h", "--help", action="help", help="affiche cette aide")
    arguments = parser.parse_args()
    host, port = arguments.address, arguments.port
    try:
        # Avant la boucle : input() l'arrêterait, et ne marche plus après ainput().
        pseudo = ask_pseudo()
        asyncio.run(chat(host, port, pseudo))
    except (EOFError, KeyboardInterrupt):
        print("\nAu revoir !")
        return 0
    except (ConnectionResetError, BrokenPipeError):
        print(f"{ERASE}Le serveur est parti.")
    except (OSError, OverflowError, UnicodeError):
        print(f"Pas de serveur sur {host}:{port}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
