"""Un vrai terminal (pty) et son écran : le client y voit un clavier, le test ce qu'on lirait."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from typing import Self

import pyte

from tests.support.processes import ENVIRONMENT, ROOT
from tests.support.waiting import DEADLINE, wait_until

# aioconsole ne ferme jamais le clavier ni l'écran : ce n'est pas l'affaire des clients.
WARNINGS = "default,ignore:unclosed transport:ResourceWarning"


class Terminal:
    """Un script lancé dans un terminal de `columns` sur `lines`."""

    def __init__(
        self, *command: str, columns: int = 100, lines: int = 40, **environment: str
    ) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self.raw = bytearray()  # les octets reçus, tels quels
        self._lines: list[str] = []  # l'écran, une fois lu ; une attente le relit sans cesse
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.popen = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=ENVIRONMENT | {"TERM": "xterm-256color"} | environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            # Le pty devient le terminal de contrôle : Ctrl-C au clavier envoie SIGINT.
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 (un seul ioctl)
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # EIO : plus personne à l'autre bout du pty
                return
            if not data:
                return
            with self._lock:
                self.raw += data
                self._stream.feed(data)
                self._lines = []

    @property
    def lines(self) -> list[str]:
        """Les lignes de l'écran, sans les blancs de droite ni les lignes vides du bas."""
        with self._lock:
            if not self._lines:
                shown = "\n".join(line.rstrip() for line in self._screen.display)
                self._lines = shown.rstrip().split("\n")
            return [*self._lines]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def press(self, text: str) -> None:
        """Appuie sur ces touches ; "\\n" est Entrée, "\\x03" Ctrl-C, "\\x04" Ctrl-D."""
        os.write(self._master, text.encode())

    def press_bytes(self, data: bytes) -> None:
        os.write(self._master, data)

    def expect(self, text: str, deadline: float = DEADLINE) -> None:
        """Attend que `text` soit à l'écran."""
        wait_until(
            lambda: text in self.text, lambda: f"« {text} » absent de :\n{self.text}", deadline
        )

    def expect_line(self, pattern: str, deadline: float = DEADLINE) -> None:
        """Attend une ligne entière de la forme `pattern` (expression régulière)."""
        wait_until(
            lambda: any(re.fullmatch(pattern, line) for line in self.lines),
            lambda: f"aucune ligne « {pattern} » dans :\n{self.text}",
            deadline,
        )

    def wait(self, deadline: float = DEADLINE) -> int:
        """Attend la fin du processus et renvoie son code de sortie."""
        try:
            code = self.popen.wait(deadline)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"toujours en marche, et à l'écran :\n{self.text}") from None
        self._reader.join()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.wait()
        os.close(self._master)
