"""La ligne de commande. Rien de lourd ne s'importe ici : --help doit répondre aussitôt."""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[1]
OK, NOT_FULL, BAD_INPUT, GRADER_ERROR, NO_SANDBOX = 0, 1, 2, 3, 4
INTERRUPTED, TERMINATED = 130, 143

DESCRIPTION = """\
Juge chaque étape du TP6 sur ce qu'elle fait, hors ligne et à l'abri, et dit pourquoi.

  python -m grader [DOSSIER]            toutes les étapes d'une copie (par défaut, ce dépôt)
  python -m grader step II.5 [DOSSIER]  une étape, ou une partie
  python -m grader hint II.5            ce qui est demandé, et un indice (--level 2, 3 : plus)
  python -m grader replay RAPPORT       rejoue ce qui a échoué, avec la même graine
  python -m grader doctor               dit ce qui manque à cette machine
"""
EPILOGUE = """\
Code de sortie : 0 tout est juste, 1 des points manquent, 2 demande ou copie incorrecte,
3 le correcteur s'est trompé, 4 pas de bac à sable, 130 Ctrl-C.
"""


class Parser(argparse.ArgumentParser):
    """Un argparse qui parle français."""

    def __init__(self, usage: str, description: str) -> None:
        super().__init__(
            prog="python -m grader",
            usage=usage,
            description=description,
            epilog=EPILOGUE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            add_help=False,
            allow_abbrev=False,
        )
        self.options = self.add_argument_group("options")
        self.options.add_argument("-h", "--help", action="help", help="affiche cette aide")

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.format_usage()}Demande incorrecte (voir --help).\n")


def _natural(text: str) -> int:
    if (number := int(text)) < 0:
        raise ValueError(text)
    return number


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def _add_grading_options(parser: Parser) -> None:
    add = parser.options.add_argument
    add("--seed", metavar="N", type=_natural, help="graine du tirage au sort")
    add("--json", metavar="FICHIER", type=Path, help="écrit aussi le rapport en JSON")
    add("--html", metavar="FICHIER", type=Path, help="écrit aussi le rapport en une page web")
    add("--jobs", metavar="N", type=_positive, help="contrôles menés de front")
    add(
        "--sandbox",
        choices=("bwrap", "none"),
        help="none : sans bac à sable, pour son propre code seulement",
    )
    add("-v", "--verbose", action="store_true", help="montre aussi ce qui est juste")


def _grade() -> Parser:
    parser = Parser("python -m grader [DOSSIER] [options]", DESCRIPTION)
    parser.add_argument("folder", metavar="DOSSIER", nargs="?", type=Path, help=argparse.SUPPRESS)
    parser.set_defaults(step="")
    _add_grading_options(parser)
    return parser


def _step() -> Parser:
    parser = Parser(
        "python -m grader step ÉTAPE [DOSSIER] [options]",
        "Juge une étape (II.5.server) ou toute une partie (II.5, II).",
    )
    parser.add_argument("step", metavar="ÉTAPE", help=argparse.SUPPRESS)
    parser.add_argument("folder", metavar="DOSSIER", nargs="?", type=Path, help=argparse.SUPPRESS)
    _add_grading_options(parser)
    return parser


def _hint() -> Parser:
    parser = Parser(
        "python -m grader hint ÉTAPE [--level N]",
        "Ce qui est demandé à une étape (II.5) ou à un contrôle (II.5.server.joins), et un indice.",
    )
    parser.add_argument("step", metavar="ÉTAPE", help=argparse.SUPPRESS)
    parser.options.add_argument(
        "--level", type=int, choices=(1, 2, 3), default=1, help="du plus vague au plus précis"
    )
    return parser


def _replay() -> Parser:
    parser = Parser(
        "python -m grader replay RAPPORT [--step ÉTAPE] [options]",
        "Rejoue, avec la même graine, les étapes d'un rapport JSON où un contrôle a échoué.",
    )
    parser.add_argument("report", metavar="RAPPORT", type=Path, help=argparse.SUPPRESS)
    parser.options.add_argument("--step", metavar="ÉTAPE", default="", help="celle-ci seulement")
    _add_grading_options(parser)
    return parser


def _doctor() -> Parser:
    return Parser("python -m grader doctor", "Dit ce qui manque à cette machine pour corriger.")


PARSERS = {"step": _step, "hint": _hint, "replay": _replay, "doctor": _doctor}


def _terminate(*_: object) -> NoReturn:
    raise SystemExit(TERMINATED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exécute la commande ; son code de sortie."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        command = given.pop(0) if given and given[0] in PARSERS else "grade"
        parsed = PARSERS.get(command, _grade)().parse_args(given)
        commands = importlib.import_module("grader.commands")
        return int(getattr(commands, command)(parsed))
    except KeyboardInterrupt:
        print("\nCorrection interrompue.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # la sortie a été fermée, par `head` par exemple
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_FULL
