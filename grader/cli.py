"""La ligne de commande. Rien de lourd ne s'importe ici : --help doit répondre aussitôt."""

import argparse
import importlib
import os
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]
OK, NOT_FULL, BAD_INPUT, GRADER_ERROR, NO_SANDBOX = 0, 1, 2, 3, 4
INTERRUPTED = 130

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


WRONG_VALUE = "{option} n'accepte pas {what}"
# Ce que dit argparse, dans sa langue, et ce qu'on en dit.
REASONS = (
    (r"unrecognized arguments: (?P<what>.*)", "argument inconnu, {what}"),
    (r"the following arguments are required: (?P<what>.*)", "il manque {what}"),
    (r"argument (?P<option>\S+): expected one argument", "il manque la valeur de {option}"),
    (r"argument (?P<option>\S+): invalid choice: (?P<what>.*) \(choose", WRONG_VALUE),
    (r"argument (?P<option>\S+): invalid \w+ value: (?P<what>.*)", WRONG_VALUE),
    (r"argument (?P<option>\S+): ignored explicit argument", "{option} n'attend pas de valeur"),
)


class Formatter(argparse.RawDescriptionHelpFormatter):
    """« usage » s'écrit « Usage », avec une espace devant les deux points."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: Any = None) -> None:
        super().add_usage(usage, actions, groups, prefix or "Usage : ")


class Parser(argparse.ArgumentParser):
    """Un argparse qui parle français."""

    def __init__(self, usage: str, description: str) -> None:
        super().__init__(
            prog="python -m grader",
            usage=usage,
            description=description,
            epilog=EPILOGUE,
            formatter_class=Formatter,
            add_help=False,
            allow_abbrev=False,
        )
        self.options = self.add_argument_group("Options ")
        self.options.add_argument("-h", "--help", action="help", help="affiche cette aide")

    def error(self, message: str) -> NoReturn:
        reason = _harmless(_in_french(message))
        self.exit(BAD_INPUT, f"Demande incorrecte : {reason} (voir --help).\n")


def _in_french(message: str) -> str:
    for pattern, french in REASONS:
        if found := re.match(pattern, message, re.DOTALL):
            option = found.groupdict().get("option", "").rpartition("/")[2]
            return french.format(**found.groupdict() | {"option": option})
    return "arguments illisibles"


def _harmless(text: str) -> str:
    reports = importlib.import_module("grader.reports.neutral")
    return str(reports.neutral(reports.shortened(text, 200)))


def _seed(text: str) -> int:
    if not 0 <= (number := int(text)) < 1 << 64:  # les bornes du rapport
        raise ValueError(text)
    return number


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def _path(text: str) -> Path:
    if not text:  # Path("") est le dossier où l'on se trouve
        raise ValueError(text)
    return Path(text)


def _add_grading_options(parser: Parser) -> None:
    add = parser.options.add_argument
    add("--seed", metavar="N", type=_seed, help="graine du tirage au sort")
    add("--json", metavar="FICHIER", type=_path, help="écrit aussi le rapport en JSON")
    add("--html", metavar="FICHIER", type=_path, help="écrit aussi le rapport en une page web")
    add("--jobs", metavar="N", type=_positive, help="contrôles menés de front")
    add(
        "--sandbox",
        choices=("bwrap", "none"),
        help="none : sans bac à sable, pour son propre code seulement",
    )
    add("-v", "--verbose", action="store_true", help="montre aussi ce qui est juste")


def _grade() -> Parser:
    parser = Parser("python -m grader [DOSSIER] [options]", DESCRIPTION)
    parser.add_argument("folder", metavar="DOSSIER", nargs="?", type=_path, help=argparse.SUPPRESS)
    parser.set_defaults(step=None)
    _add_grading_options(parser)
    return parser


def _step() -> Parser:
    parser = Parser(
        "python -m grader step ÉTAPE [DOSSIER] [options]",
        "Juge une étape (II.5.server) ou toute une partie (II.5, II).",
    )
    parser.add_argument("step", metavar="ÉTAPE", help=argparse.SUPPRESS)
    parser.add_argument("folder", metavar="DOSSIER", nargs="?", type=_path, help=argparse.SUPPRESS)
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
    parser.add_argument("report", metavar="RAPPORT", type=_path, help=argparse.SUPPRESS)
    parser.options.add_argument("--step", metavar="ÉTAPE", help="celle-ci seulement")
    _add_grading_options(parser)
    return parser


def _doctor() -> Parser:
    return Parser("python -m grader doctor", "Dit ce qui manque à cette machine pour corriger.")


PARSERS = {"step": _step, "hint": _hint, "replay": _replay, "doctor": _doctor}


def _terminate(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def _open_standard() -> None:
    """Une entrée ou une sortie déjà fermée : aucun autre fichier ne doit prendre sa place."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)
            file = open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (gardé ouvert)
            setattr(sys, name, file)


def _silence() -> None:
    """Ce qui reste à écrire ne peut pas l'être : que Python ne s'en plaigne pas en finissant."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(given: list[str]) -> int:
    command = given.pop(0) if given and given[0] in PARSERS else "grade"
    try:
        parsed = PARSERS.get(command, _grade)().parse_args(given)
        commands = importlib.import_module("grader.commands")
        return int(getattr(commands, command)(parsed))
    finally:
        sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exécute la commande ; son code de sortie."""
    _open_standard()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _terminate)
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        print("\nCorrection interrompue.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # la sortie a été fermée, par `head` par exemple
        _silence()
        return NOT_FULL
    except Exception as error:
        if sys.flags.dev_mode:  # python -X dev -m grader
            raise
        _silence()
        if isinstance(error, ModuleNotFoundError):
            print(f"Il manque le module {error.name} : make grade prépare tout.", file=sys.stderr)
            return GRADER_ERROR
        what = _harmless(f"{type(error).__name__}: {error}")
        print(f"Le correcteur s'est trompé : {what}", file=sys.stderr)
        return GRADER_ERROR
