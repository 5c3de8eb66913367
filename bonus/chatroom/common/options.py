"""Les options communes aux deux programmes."""

import argparse
from dataclasses import fields

from chatroom.common import settings
from chatroom.common.settings import PORT, Converter
from chatroom.protocol.limits import Limits
from wording.arguments import Parser


def chat_parser(program: str, description: str) -> Parser:
    """Ce qui n'est pas donné n'apparaît pas dans le résultat : une autre source en décidera."""
    return Parser(description, program=program, epilog=_limits_help(), only_given=True)


def _limits_help() -> str:
    lines = ["Bornes que règle --limit, et leur valeur par défaut :"]
    for item in fields(Limits):
        if len(lines[-1]) > 70 or len(lines) == 1:
            lines.append(" ")
        lines[-1] += f" {item.name}={item.default}"
    return "\n".join(lines)


def typed(convert: Converter) -> Converter:
    """Le même, pour argparse, qui répète ce qu'on a tapé."""

    def option(text: str) -> object:
        try:
            return convert(text)
        except ValueError as error:
            wrong = f"ne peut pas valoir {settings.shown(text)} : {error}"
            raise argparse.ArgumentTypeError(wrong) from None

    return option


def _limit(text: str) -> tuple[str, object]:
    name, equal, value = text.partition("=")
    if not equal:
        raise ValueError("il faut NOM=VALEUR, comme rate=20")
    if name not in settings.LIMITS:
        raise ValueError(settings.unknown(name, settings.LIMITS))
    return name, settings.LIMITS[name](value)


def add_common(parser: Parser, port: Converter, address: str) -> None:
    """Les options des deux programmes ; `address` dit à quoi sert la leur."""
    add = parser.options.add_argument
    add("-a", "--address", dest="host", metavar="HÔTE", type=typed(settings.host), help=address)
    port_help = f"port ({PORT} par défaut)"
    add("-p", "--port", metavar="PORT", type=typed(port), help=port_help)
    add("--config", metavar="FICHIER", type=typed(settings.file), help="fichier de configuration")
    add("--log", metavar="DOSSIER", type=typed(settings.folder), help="dossier du journal")
    limit_help = "change une borne, autant de fois que l'on veut"
    add(
        "--limit",
        dest="limits",
        metavar="NOM=VALEUR",
        action="append",
        type=typed(_limit),
        help=limit_help,
    )


def add_file(parser: Parser, option: str, text: str) -> None:
    parser.options.add_argument(option, metavar="FICHIER", type=typed(settings.file), help=text)
