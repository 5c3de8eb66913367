"""Montrer une page : sur un terminal, ou bien là où sa sortie est dirigée."""

import os
import sys
from collections.abc import Callable

from rich.console import Console

# Colonnes : en deçà, rich ne finirait pas ; au-delà, il remplirait la mémoire d'espaces.
NARROWEST, WIDEST = 40, 4000
PIPED = 100  # là où il n'y a pas de terminal


def display(print_on: Callable[[Console], None]) -> None:
    """Montre une page ; hors d'un terminal, sans les espaces dont rich remplit les lignes."""
    console = _console()
    if console.is_terminal:
        print_on(console)
        return
    with console.capture() as shown:
        print_on(console)
    print(*(line.rstrip() for line in shown.get().splitlines()), sep="\n")


def _console() -> Console:
    console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED)
    console.width = min(max(console.width, NARROWEST), WIDEST)
    return console
