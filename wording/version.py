"""La version du projet, que seul le fichier VERSION donne, et l'option qui l'affiche."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wording.arguments import Parser

FILE = Path(__file__).parents[1] / "VERSION"


def version() -> str:
    return FILE.read_text(encoding="ascii").strip()


class _Show(argparse.Action):
    """Ne lit et n'importe rien tant qu'on ne la demande pas."""

    def __init__(self, *, formats: Callable[[], str], **arguments: Any) -> None:
        super().__init__(nargs=0, **arguments)
        self._formats = formats

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"TP6 {version()}, {self._formats()}")
        parser.exit()


def add_version(parser: Parser, formats: Callable[[], str]) -> None:
    """Ajoute `--version`, qui dit aussi dans quels formats ce programme lit et écrit."""
    parser.options.add_argument(
        "--version", action=_Show, formats=formats, help="affiche la version"
    )
