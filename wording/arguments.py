"""Une ligne de commande qui parle français.

argparse cherche chacun de ses textes dans un catalogue (gettext) : le voici. Un test y réclame tous
ceux que peut lire une personne, avec le Python qui le lance.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from wording.harmless import shortened, visible
from wording.version import VERSION

INCORRECT = 2  # le code de sortie d'une demande mal écrite
SHOWN = 300  # caractères d'une faute que l'on répète
# Chaque reproche suit le nom de l'option : « --port attend une valeur ».
CATALOGUE = {
    "usage: ": "Usage : ",
    "%(heading)s:": "%(heading)s:",  # nos titres ont leur espace, que Python 3.12 ne mettrait pas
    "positional arguments": "Arguments ",
    "options": "Options ",
    "subcommands": "Commandes ",
    "show this help message and exit": "affiche cette aide",
    "show program's version number and exit": "affiche la version",
    " (default: %(default)s)": " (%(default)s si rien n'est dit)",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s %(message)s",
    "unrecognized arguments: %s": "argument inconnu, %s",
    "the following arguments are required: %s": "il manque %s",
    "one of the arguments %s is required": "il faut l'un de ces arguments, %s",
    "not allowed with argument %s": "ne va pas avec %s",
    "ignored explicit argument %r": "n'attend pas la valeur « %s »",
    "expected one argument": "attend une valeur",
    "expected at most one argument": "attend une valeur au plus",
    "expected at least one argument": "attend au moins une valeur",
    "expected %s argument": "attend %s valeur",
    "expected %s arguments": "attend %s valeurs",
    "ambiguous option: %(option)s could match %(matches)s": (
        "option ambiguë, %(option)s : %(matches)s"
    ),
    "unexpected option string: %s": "option inattendue, %s",
    "invalid %(type)s value: %(value)r": "n'accepte pas « %(value)s »",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "n'accepte pas « %(value)s » (au choix : %(choices)s)"
    ),
    "invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)": (
        "n'accepte pas « %(value)s » (peut-être « %(closest)s » ; au choix : %(choices)s)"
    ),
    "unknown parser %(parser_name)r (choices: %(choices)s)": "n'accepte pas « %(parser_name)s »",
    "can't open '%(filename)s': %(error)s": "ne peut ouvrir « %(filename)s » : %(error)s",
    "%(prog)s: error: %(message)s\n": "%(message)s\n",
    "%(prog)s: warning: %(message)s\n": "%(message)s\n",
}


def _translated(text: str) -> str:
    return CATALOGUE.get(text, text)


def _agreeing(one: str, several: str, quantity: int) -> str:
    return _translated(several if quantity > 1 else one)


@contextmanager
def _in_french() -> Iterator[None]:
    """gettext lui-même voudrait un fichier compilé, et la langue de la machine."""
    module: Any = argparse
    before = module._, module.ngettext
    module._, module.ngettext = _translated, _agreeing
    try:
        yield
    finally:
        module._, module.ngettext = before


class Parser(argparse.ArgumentParser):
    """Dit en une ligne ce qui ne va pas, et sort avec 2.

    `only_given` : ce qui n'est pas donné n'est pas dans le résultat ; une autre source en décidera.
    """

    def __init__(
        self,
        description: str,
        *,
        program: str | None = None,
        usage: str | None = None,
        epilog: str | None = None,
        only_given: bool = False,
    ) -> None:
        super().__init__(
            prog=program,
            usage=usage,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            argument_default=argparse.SUPPRESS if only_given else None,
            add_help=False,
            allow_abbrev=False,
        )
        self.options = self.add_argument_group("Options ")
        self.options.add_argument("-h", "--help", action="help", help="affiche cette aide")

    def add_version(self, formats: str) -> None:
        """`--version`, qui dit aussi dans quels formats ce programme lit et écrit."""
        told = f"TP6 {VERSION}, {formats}"
        add = self.options.add_argument
        add("--version", action="version", version=told, help="affiche la version")

    def parse_args(self, *given: Any, **named: Any) -> Any:
        with _in_french():
            return super().parse_args(*given, **named)

    def format_usage(self) -> str:
        with _in_french():
            return super().format_usage()

    def format_help(self) -> str:
        with _in_french():
            return super().format_help()

    def error(self, message: str) -> NoReturn:
        reason = visible(shortened(message, SHOWN))
        self.exit(INCORRECT, f"Demande incorrecte : {reason} (voir --help).\n")


def at_least(lowest: int) -> Callable[[str], int]:
    """Le convertisseur d'un entier qui ne descend pas plus bas ; ValueError sinon."""

    def convert(text: str) -> int:
        if (number := int(text)) < lowest:
            raise ValueError(text)
        return number

    return convert


positive = at_least(1)
