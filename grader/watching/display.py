"""Montrer l'état du travail : un écran qu'on refait ; hors d'un terminal, une suite de lignes."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from grader.watching import screen
from grader.watching.work import Order, Work

NARROWEST, WIDEST = 40, 100  # colonnes ; plus longues, des phrases se lisent mal
PIPED = 100  # là où il n'y a pas de terminal
HOME, END_OF_LINE, END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"


class Display:
    """L'écran du travail. `keys` : quelqu'un peut presser des touches."""

    def __init__(self, *, keys: bool) -> None:
        self._keys = keys
        self._live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = ""
        self._fresh = True

    def start_over(self) -> None:
        """Autre chose a été écrit à l'écran, ou sa taille a changé."""
        self._fresh = True

    def show(self, work: Work) -> None:
        console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED)
        height = console.height
        console.width = min(max(console.width, NARROWEST), WIDEST)
        with console.capture() as captured:
            screen.show(work, console, keys=self._keys)
        text = "\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n"))
        if self._live:
            self._redraw(text, height)
        elif work.judging is Order.NOTHING and text != self._shown:  # rien de provisoire
            print(text, end="\n\n", flush=True)
            self._shown = text

    def _redraw(self, text: str, height: int) -> None:
        """D'un seul coup, ligne sur ligne : effacer d'abord ferait clignoter."""
        if text == self._shown and not self._fresh:
            return
        # La première fois, ce que l'on voyait monte dans l'historique du terminal.
        above = "\n" * height if self._fresh else ""
        lines = text.replace("\n", f"{END_OF_LINE}\n")
        sys.stdout.write(f"{above}{HOME}{lines}{END_OF_LINE}\n{END_OF_SCREEN}")
        sys.stdout.flush()
        self._shown, self._fresh = text, False


@contextmanager
def woken_by_signals() -> Iterator[int]:
    """Un descripteur où se lit qu'un signal est arrivé : d'une attente, la boucle ne sort pas
    autrement. Une fenêtre redimensionnée en est un."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    before = signal.signal(signal.SIGWINCH, lambda _number, _frame: None)
    number = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(number)
        signal.signal(signal.SIGWINCH, before)
        os.close(reader)
        os.close(writer)
