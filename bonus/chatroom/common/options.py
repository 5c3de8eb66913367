"""Les options de la ligne de commande, par un argparse qui parle français."""

import argparse
import re
from dataclasses import fields
from typing import Any, NoReturn

from chatroom.common import settings
from chatroom.common.settings import HOST, PORT, WEB_PORT, Converter
from chatroom.protocol.limits import Limits
from chatroom.protocol.text import neutral

# Ce que dit argparse, dans sa langue, et ce qu'on en dit.
REASONS = (
    (r"unrecognized arguments: (?P<what>.*)", "argument inconnu : {what}"),
    (r"argument (?P<option>\S+): expected one argument", "il manque la valeur de {option}"),
    (r"argument (?P<option>\S+): ignored explicit argument", "{option} n'attend pas de valeur"),
    (r"argument (?P<option>\S+): (?P<what>.*)", "{option} {what}"),  # dit par nos convertisseurs
)
DURABILITY_HELP = (
    "full (par défaut) : un message n'est montré qu'une fois sur le disque, rien de ce qui a été "
    "vu ne se perd ; normal : une coupure de courant peut perdre les derniers messages vus, un "
    "kill -9 non ; off : montré avant d'être écrit, un simple plantage en perd"
)


class Formatter(argparse.RawDescriptionHelpFormatter):
    """« usage : », avec l'espace du français devant les deux points."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: Any = None) -> None:
        super().add_usage(usage, actions, groups, prefix or "usage : ")


class Parser(argparse.ArgumentParser):
    """Ce qui n'est pas donné n'apparaît pas dans le résultat : une autre source en décidera."""

    def __init__(self, program: str, description: str) -> None:
        super().__init__(
            prog=program,
            description=description,
            epilog=_limits_help(),
            formatter_class=Formatter,
            argument_default=argparse.SUPPRESS,
            add_help=False,
            allow_abbrev=False,
        )
        self.options = self.add_argument_group("Options ")

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.format_usage()}{neutral(_in_french(message))}.\n")


def _in_french(message: str) -> str:
    for pattern, french in REASONS:
        if found := re.match(pattern, message, re.DOTALL):
            option = found.groupdict().get("option", "").rpartition("/")[2]
            return french.format(**found.groupdict() | {"option": option})
    return "arguments incorrects"


def _limits_help() -> str:
    lines = ["Bornes que règle --limit, et leur valeur par défaut :"]
    for item in fields(Limits):
        if len(lines[-1]) > 70 or len(lines) == 1:
            lines.append(" ")
        lines[-1] += f" {item.name}={item.default}"
    return "\n".join(lines)


def _typed(convert: Converter) -> Converter:
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


def _common(parser: Parser, port: Converter, address: str) -> None:
    add = parser.options.add_argument
    add("-a", "--address", dest="host", metavar="HÔTE", type=_typed(settings.host), help=address)
    port_help = f"port ({PORT} par défaut)"
    add("-p", "--port", metavar="PORT", type=_typed(port), help=port_help)
    add("--config", metavar="FICHIER", type=_typed(settings.file), help="fichier de configuration")
    add("--log", metavar="DOSSIER", type=_typed(settings.folder), help="dossier du journal")
    limit_help = "change une borne, autant de fois que l'on veut"
    add(
        "--limit",
        dest="limits",
        metavar="NOM=VALEUR",
        action="append",
        type=_typed(_limit),
        help=limit_help,
    )


def _file(parser: Parser, option: str, text: str) -> None:
    parser.options.add_argument(option, metavar="FICHIER", type=_typed(settings.file), help=text)


def _web(parser: Parser) -> None:
    add = parser.options.add_argument
    port_help = f"port de la page web ({WEB_PORT} par défaut)"
    add("--web-port", metavar="PORT", type=_typed(settings.SERVER["web_port"]), help=port_help)
    add("--no-web", dest="web", action="store_false", help="pas de page web")
    add(
        "--web-name",
        dest="web_names",
        metavar="NOM",
        action="extend",
        type=_typed(settings.hosts),
        help="autre nom sous lequel joindre la page (derrière un mandataire, par exemple), autant "
        "de fois que l'on veut",
    )


def _server_tls(parser: Parser) -> None:
    _file(parser, "--tls-cert", "certificat (PEM) : tout est alors chiffré, page web comprise")
    _file(parser, "--tls-key", "sa clé privée (PEM) ; sans cette option, elle est avec lui")
    parser.options.add_argument(
        "--make-cert",
        action="store_true",
        help="fait un certificat pour cette machine et dit comment s'en servir, sans lancer le "
        "serveur",
    )


def _client_tls(parser: Parser) -> None:
    add = parser.options.add_argument
    add("--tls", action="store_true", help="chiffre la connexion et vérifie le serveur (TLS)")
    _file(parser, "--tls-ca", "certificat (PEM) à croire, outre ceux du système ; suppose --tls")
    add(
        "--tls-insecure",
        action="store_true",
        help="chiffre sans vérifier qui est le serveur : pour un essai ; suppose --tls",
    )


def server_parser() -> Parser:
    parser = Parser("server.py", "Le serveur de chat.")
    _common(parser, settings.SERVER["port"], f"adresse où écouter ({HOST} par défaut)")
    add = parser.options.add_argument
    add("--data", metavar="DOSSIER", type=_typed(settings.folder), help="dossier de l'historique")
    add(
        "--durability",
        metavar="{full,normal,off}",
        type=_typed(settings.durability),
        help=DURABILITY_HELP,
    )
    add("--quiet", action="store_true", help="n'écrit rien sur la console")
    add(
        "--export-history",
        dest="export",
        metavar="SALON",
        type=_typed(settings.name),
        help="écrit l'historique d'un salon en JSON, sans lancer le serveur",
    )
    _web(parser)
    _server_tls(parser)
    add("-h", "--help", action="help", help="affiche cette aide")
    return parser


def client_parser() -> Parser:
    parser = Parser("client.py", "Le client de chat.")
    _common(parser, settings.CLIENT["port"], f"adresse du serveur ({HOST} par défaut)")
    add = parser.options.add_argument
    add("--pseudo", metavar="PSEUDO", type=_typed(settings.name), help="sinon, il est demandé")
    add("--room", metavar="SALON", type=_typed(settings.name), help="sinon, il est demandé")
    add("--lines", action="store_true", help="le client en lignes, même sur un terminal")
    _client_tls(parser)
    add("-h", "--help", action="help", help="affiche cette aide")
    return parser
