"""Client de chat, étape 3 : il envoie ce qu'on tape et montre ce qui arrive, en même temps.

Usage : python part2/chat_client_ii_3.py
"""

import asyncio
import codecs
import os
import re
import sys

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


async def chat(host: str, port: int) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    print(f"Connecté à {host}:{port} (Ctrl-C pour partir)", flush=True)
    # Ouvrir l'écran et le clavier avant les deux tâches : elles le feraient chacune, et mal.
    await aioconsole.get_standard_streams()
    try:
        await asyncio.gather(async_input(writer), async_receive(reader))
    finally:
        writer.close()
        # ainput() les a rendus non bloquants, et le prochain programme hérite du terminal.
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            os.set_blocking(stream.fileno(), True)


def main() -> int:
    if sys.argv[1:]:
        helping = sys.argv[1:] in (["-h"], ["--help"])
        print(__doc__, file=sys.stdout if helping else sys.stderr)
        return 0 if helping else 2
    try:
        asyncio.run(chat(HOST, PORT))
    except (EOFError, KeyboardInterrupt):
        print("\nAu revoir !")
        return 0
    except (ConnectionResetError, BrokenPipeError):
        print(f"{ERASE}Le serveur est parti.")
    except OSError:
        print(f"Pas de serveur sur {HOST}:{PORT}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
