"""Où le client en lignes lit et écrit : un terminal, ou des tubes et des fichiers."""

import asyncio
import codecs
import os
import shutil
import sys
import threading
from contextlib import suppress
from typing import Protocol, Self

READ = 65_536  # octets lus à la fois


class Console(Protocol):
    """`interactive` : quelqu'un est là pour répondre à une question."""

    interactive: bool
    colours: bool

    def write(self, text: str) -> None:
        """Une ou plusieurs lignes."""

    async def read(self, prompt: str) -> str:
        """La ligne suivante. EOFError à la fin, KeyboardInterrupt pour un Ctrl-C au clavier."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def wants_colours() -> bool:
    """https://no-color.org : NO_COLOR, s'il n'est pas vide, veut dire non."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def size() -> tuple[int, int]:
    """Colonnes et lignes ; 80 et 24 quand ce n'est pas un terminal."""
    return shutil.get_terminal_size()


class Pipes:
    """Sans terminal : des lignes, telles quelles, qu'un script peut écrire et lire."""

    interactive = False

    def __init__(self) -> None:
        self.colours = wants_colours()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._taken = threading.Semaphore(1)  # un fichier de 1 Go n'est pas lu d'un coup

    def write(self, text: str) -> None:
        print(text, flush=True)

    async def read(self, prompt: str) -> str:
        line = await self._lines.get()
        self._taken.release()
        if line is None:
            self._lines.put_nowait(None)
            raise EOFError
        return line

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        # Un fil « daemon » : rien n'interrompt une lecture, et il ne doit retenir personne.
        threading.Thread(target=self._read_all, args=(loop,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None: ...

    def _read_all(self, loop: asyncio.AbstractEventLoop) -> None:
        decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
        with suppress(RuntimeError):  # la boucle a fini entre-temps
            # os.read et non sys.stdin : verrouillé par ce fil, il bloquerait la fin de Python.
            while data := _read(sys.stdin.fileno()):
                *lines, rest = (rest + decoder.decode(data)).split("\n")
                for line in lines:
                    self._give(loop, line)
            if rest := rest + decoder.decode(b"", final=True):
                self._give(loop, rest)
            self._give(loop, None)

    def _give(self, loop: asyncio.AbstractEventLoop, line: str | None) -> None:
        self._taken.acquire()
        loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, READ)
    except OSError:  # fermé, ou un dossier
        return b""
