"""La ligne de commande. Rien de lourd ne s'importe ici : --help doit répondre aussitôt."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.command import exits, process
from grader.model.origin import COMMAND, INSTALLED
from grader.model.records import REPORT_VERSION
from grader.model.version import VERSION
from wording.arguments import Parser, positive
from wording.harmless import shortened, visible

BY_DEFAULT = "le dossier où l'on est" if INSTALLED else "ce dépôt"
DESCRIPTION = f"""\
Juge chaque étape du TP6 sur ce qu'elle fait, hors ligne et à l'abri, et dit pourquoi.

  {COMMAND} [DOSSIER]            toutes les étapes d'une copie (par défaut, {BY_DEFAULT})
  {COMMAND} step II.5 [DOSSIER]  une étape, ou une partie
  {COMMAND} class COPIES         une classe : notes, pages, ressemblances
  {COMMAND} hint II.5            ce qui est demandé, et un indice (--level 2, 3 : plus)
  {COMMAND} watch [ÉTAPE]        juge l'étape en cours à chaque enregistrement
  {COMMAND} replay RAPPORT       rejoue ce qui a échoué, avec la même graine
  {COMMAND} doctor               dit ce qui manque à cette machine
"""
WATCH = f"""\
Juge l'étape en cours à chaque enregistrement, et montre le premier contrôle raté.

Sans ÉTAPE, reprend où l'on en était ; sans DOSSIER, dans {BY_DEFAULT}. Touches : n étape
suivante, r refaire, h un indice (puis un autre), l liste des étapes, t tout noter, q quitter.
"""
WATCH_EXITS = """\
Code de sortie : 0 quitté par « q », 2 demande incorrecte, 4 pas de bac à sable, 130 Ctrl-C.
"""
MISSING = "Il manque le module {name} : " + (
    "l'installation du correcteur est incomplète ; pipx reinstall correcteur-tp6 la refait."
    if INSTALLED
    else "make grade prépare tout ; sans make, dans le dossier du correcteur, "
    "pip install -r requirements.txt --group grader (pip 25.1 ou plus récent)."
)


def _parser(usage: str, description: str, exit_codes: str = exits.MEANING) -> Parser:
    return Parser(description, program=COMMAND, usage=f"{COMMAND} {usage}", epilog=exit_codes)


def _seed(text: str) -> int:
    if not 0 <= (number := int(text)) < 1 << 64:  # les bornes du rapport
        raise ValueError(text)
    return number


def _path(text: str) -> Path:
    if not text:  # Path("") est le dossier où l'on se trouve
        raise ValueError(text)
    return Path(text)


def _add_grading_options(parser: Parser) -> None:
    add = parser.options.add_argument
    _add_seed(parser)
    add("--json", metavar="FICHIER", type=_path, help="écrit aussi le rapport en JSON")
    add("--html", metavar="FICHIER", type=_path, help="écrit aussi le rapport en une page web")
    add("--junit", metavar="FICHIER", type=_path, help="écrit aussi le rapport en JUnit XML")
    add("--jobs", metavar="N", type=positive, help="contrôles menés de front")
    add(
        "--budget",
        metavar="SECONDES",
        type=positive,
        help="ce que peut durer, en tout, le jugement d'une copie (180 si rien n'est dit)",
    )
    _add_sandbox(parser)
    add("-v", "--verbose", action="store_true", help="montre aussi ce qui est juste")


def _add_seed(parser: Parser) -> None:
    parser.options.add_argument("--seed", metavar="N", type=_seed, help="graine du tirage au sort")


def _add_sandbox(parser: Parser) -> None:
    parser.options.add_argument(
        "--sandbox",
        choices=("bwrap", "none"),
        help="none : sans bac à sable, pour son propre code seulement",
    )


def _grade() -> Parser:
    parser = _parser("[DOSSIER] [options]", DESCRIPTION)
    parser.add_argument("folder", metavar="DOSSIER", nargs="?", type=_path, help=argparse.SUPPRESS)
    parser.set_defaults(step=None)
    _add_grading_options(parser)
    parser.add_version(f"correcteur {VERSION}, rapport {REPORT_VERSION}")
    return parser


def _step() -> Parser:
    parser = _parser(
        "step ÉTAPE [DOSSIER] [options]",
        "Juge une étape (II.5.server) ou toute une partie (II.5, II).",
    )
    parser.add_argument("step", metavar="ÉTAPE", help=argparse.SUPPRESS)
    parser.add_argument("folder", metavar="DOSSIER", nargs="?", type=_path, help=argparse.SUPPRESS)
    _add_grading_options(parser)
    return parser


def _hint() -> Parser:
    parser = _parser(
        "hint ÉTAPE [--level N]",
        "Ce qui est demandé à une étape (II.5) ou à un contrôle (II.5.server.joins), et un indice.",
        exit_codes="",
    )
    parser.add_argument("step", metavar="ÉTAPE", help=argparse.SUPPRESS)
    parser.options.add_argument(
        "--level", type=int, choices=(1, 2, 3), default=1, help="du plus vague au plus précis"
    )
    return parser


def _watch() -> Parser:
    parser = _parser("watch [ÉTAPE] [DOSSIER] [options]", WATCH, WATCH_EXITS)
    parser.add_argument("step", metavar="ÉTAPE", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("folder", metavar="DOSSIER", nargs="?", type=_path, help=argparse.SUPPRESS)
    _add_seed(parser)
    _add_sandbox(parser)
    return parser


def _replay() -> Parser:
    parser = _parser(
        "replay RAPPORT [--step ÉTAPE] [options]",
        "Rejoue, avec la même graine, les étapes d'un rapport JSON où un contrôle a échoué.",
    )
    parser.add_argument("report", metavar="RAPPORT", type=_path, help=argparse.SUPPRESS)
    parser.options.add_argument("--step", metavar="ÉTAPE", help="celle-ci seulement")
    _add_grading_options(parser)
    return parser


def _doctor() -> Parser:
    return _parser(
        "doctor",
        "Dit ce qui manque à cette machine pour corriger.",
        exit_codes="Code de sortie : 0 tout est prêt, 1 il manque quelque chose.",
    )


def _class() -> Parser:
    parser = _parser(
        "class SOURCE [--out DOSSIER] [options]",
        "Juge une classe : un dossier de copies (dossiers ou archives), ou une liste CSV\n"
        "(nom, prénom, adresse, groupe, remise, dossier). Interrompue, la correction reprend\n"
        "où elle en était ; relancée, elle ne rejuge que ce qui a changé.",
        exit_codes=exits.CLASS_MEANING,
    )
    parser.add_argument("source", metavar="SOURCE", type=_path, help=argparse.SUPPRESS)
    add = parser.options.add_argument
    add("--out", metavar="DOSSIER", type=_path, help="où vont les résultats (SOURCE-notes)")
    add("--step", metavar="ÉTAPE", help="celle-ci seulement (II.5.server), ou une partie (II)")
    add("--only", metavar="NOM", action="append", help="cette copie seulement ; se répète")
    add("--again", action="store_true", help="rejuge même ce qui n'a pas changé")
    add(
        "--apply",
        action="store_true",
        help="sans rien lancer, refait notes et pages d'après ajustements.toml",
    )
    add("--anonymous", action="store_true", help="remplace les noms (correspondance.csv)")
    add("--moodle", metavar="FEUILLE", type=_path, help="remplit cette feuille d'évaluation")
    add("--junit", action="store_true", help="écrit aussi chaque copie en JUnit XML")
    add("--gradescope", action="store_true", help="écrit aussi chaque copie pour Gradescope")
    add("--compare", metavar="ANCIEN", type=_path, help="dit ce qui a changé depuis ces résultats")
    add("--jobs", metavar="N", type=positive, help="contrôles menés de front")
    add(
        "--budget",
        metavar="SECONDES",
        type=positive,
        help="ce que peut durer, en tout, le jugement d'une copie (180 si rien n'est dit)",
    )
    return parser


PARSERS = {
    "step": _step,
    "class": _class,
    "hint": _hint,
    "watch": _watch,
    "replay": _replay,
    "doctor": _doctor,
}


def _run(given: list[str]) -> int:
    name = given.pop(0) if given and given[0] in PARSERS else "grade"
    parsed = PARSERS.get(name, _grade)().parse_args(given)
    if name == "class":
        from grader.command import classes  # noqa: PLC0415 (voir en tête)

        return classes.grade(parsed)
    from grader.command import commands  # noqa: PLC0415

    run = {
        "grade": commands.grade,
        "step": commands.grade,
        "hint": commands.hint,
        "watch": commands.watch,
        "replay": commands.replay,
        "doctor": commands.doctor,
    }
    return run[name](parsed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exécute la commande ; son code de sortie."""
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        print("\nCorrection interrompue.", file=sys.stderr)
        return exits.INTERRUPTED
    except Exception as error:
        if sys.flags.dev_mode:  # python -X dev -m grader
            raise
        return _explain(error)


def _explain(error: Exception) -> int:
    """Dit en une ligne ce qui empêche de corriger ; le code de sortie."""
    if isinstance(error, ModuleNotFoundError):
        print(MISSING.format(name=error.name), file=sys.stderr)
    elif reason := process.shortage(error):
        print(reason, file=sys.stderr)
        return exits.BAD_INPUT
    else:
        what = visible(shortened(f"{type(error).__name__}: {error}", 200))
        print(f"Le correcteur s'est trompé : {what}", file=sys.stderr)
    return exits.GRADER_ERROR
