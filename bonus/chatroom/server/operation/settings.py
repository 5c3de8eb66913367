"""Les réglages du serveur, et ses options."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path

from chatroom.common.config import load
from chatroom.common.options import add_common, add_file, chat_parser, typed
from chatroom.common.settings import (
    HOST,
    PORT,
    Converter,
    boolean,
    file,
    folder,
    host,
    name,
    port,
    word,
)
from chatroom.common.state import state_folder
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import VERSION
from chatroom.server.storage.schema import FORMAT
from chatroom.server.transports.origins import Network
from wording.arguments import Parser

WEB_PORT = 8080
DURABILITIES = ("full", "normal", "off")
DURABILITY_HELP = (
    "full (par défaut) : un message n'est montré qu'une fois sur le disque, rien de ce qui a été "
    "vu ne se perd ; normal : une coupure de courant peut perdre les derniers messages vus, un "
    "kill -9 non ; off : montré avant d'être écrit, un simple plantage en perd"
)


def hosts(text: str) -> tuple[str, ...]:
    """Des noms de machines, séparés par des virgules, tels qu'un navigateur les écrit."""
    names = tuple(_ascii(name.strip()) for name in text.split(","))
    if not all(re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", name) for name in names):
        raise ValueError("il faut des noms de machines, comme chat.exemple.fr")
    return names


def networks(text: str) -> tuple[Network, ...]:
    """Des adresses, ou des réseaux (10.0.0.0/8), séparés par des virgules."""
    try:
        return tuple(ip_network(name.strip()) for name in text.split(","))
    except ValueError:
        raise ValueError("il faut des adresses, comme 10.0.0.1 ou 10.0.0.0/8") from None


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode("ascii").lower()  # « été.fr » : « xn--t-9fab.fr »
    except UnicodeError:
        return ""


def endpoint(text: str) -> tuple[str, int]:
    """Un port de cette machine, ou « hôte:port » ; l'hôte est entre crochets s'il a des « : »."""
    found = re.fullmatch(r"(?:(?:\[(?P<v6>[^\]]+)\]|(?P<name>[^:\[\]]+)):)?(?P<port>[^:]*)", text)
    if not found:
        raise ValueError("il faut un port, ou HÔTE:PORT comme 127.0.0.1:9100")
    return host(found["v6"] or found["name"] or HOST), port(0)(found["port"])  # type: ignore[return-value]


def durability(text: str) -> str:
    if text not in DURABILITIES:
        raise ValueError(f"il faut {', '.join(DURABILITIES[:-1])} ou {DURABILITIES[-1]}")
    return text


UPKEEP: tuple[tuple[str, str, Converter, str], ...] = (
    ("--export-history", "SALON", name, "écrit l'historique d'un salon en JSON"),
    ("--export", "PSEUDO", name, "écrit tout ce que la base a d'une personne, en JSON"),
    ("--forget", "PSEUDO", name, "oublie une personne, et retire tout ce qu'elle a dit"),
    ("--release", "PSEUDO", name, "rend un pseudo à qui le voudra ; qui le portait en change"),
    ("--operator", "PSEUDO", name, "montre un code, valable une fois, qui en fait un opérateur"),
    ("--backup", "FICHIER", file, "copie la base, même pendant que le serveur y écrit"),
)
SERVER: dict[str, Converter] = {"host": host, "port": port(0), "log": folder}
SERVER |= {"data": folder, "durability": durability, "quiet": boolean}
SERVER |= {"web": boolean, "web_port": port(0), "web_names": hosts}
SERVER |= {"tls_cert": file, "tls_key": file, "trusted_proxy": networks, "metrics": endpoint}
SERVER |= {"code": word, "guests": file}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    data: Path  # dossier de la base de données
    host: str = HOST
    port: int = PORT  # 0 : le système en choisit un
    log: Path | None = None  # dossier du journal ; None : le dossier habituel
    durability: str = "full"  # l'un des DURABILITIES
    quiet: bool = False  # rien sur la console
    web: bool = True  # la page web
    web_port: int = WEB_PORT  # 0 : le système en choisit un
    web_names: tuple[str, ...] = ()  # où l'on peut la joindre, outre les noms de cette machine
    trusted_proxy: tuple[Network, ...] = ()  # de qui l'on croit l'adresse de ceux qu'il amène
    tls_cert: Path | None = None  # None : sans TLS
    tls_key: Path | None = None  # None : elle est dans le fichier du certificat
    metrics: tuple[str, int] | None = None  # où donner les mesures ; None : nulle part
    code: str = ""  # le mot de la classe, demandé à qui vient ; vide : à personne
    guests: Path | None = None  # le fichier des seuls pseudos qui peuvent venir
    make_cert: bool = False  # faire un certificat, au lieu de servir
    task: tuple[str, str] | None = None  # ce qu'on demande à la base, au lieu de servir
    limits: Limits = field(default_factory=Limits)


def load_server(
    arguments: Sequence[str], environ: Mapping[str, str], beside: Path
) -> ServerSettings:
    """Les réglages du serveur ; `beside` est le fichier lu, s'il existe, quand nul n'est nommé.

    ChatError pour un fichier ou l'environnement ; SystemExit(2), comme argparse, pour une option.
    """
    values, limits = load(_parser(), SERVER, arguments, environ, beside)
    values.setdefault("data", state_folder(environ))
    if "tls_key" in values and "tls_cert" not in values:
        raise ChatError("Il y a une clé privée (TLS_KEY), et pas de certificat (TLS_CERT).")
    return replace(ServerSettings(data=Path(), limits=limits), **values)  # type: ignore[arg-type]


def _parser() -> Parser:
    parser = chat_parser("server.py", "Le serveur de chat.")
    add_common(parser, SERVER["port"], f"adresse où écouter ({HOST} par défaut)")
    add = parser.options.add_argument
    add("--data", metavar="DOSSIER", type=typed(folder), help="dossier de l'historique")
    add(
        "--durability",
        metavar="{full,normal,off}",
        type=typed(durability),
        help=DURABILITY_HELP,
    )
    add("--quiet", action="store_true", help="n'écrit rien sur la console")
    add(
        "--metrics",
        metavar="[HÔTE:]PORT",
        type=typed(endpoint),
        help=f"donne à cette adresse l'état du serveur, /healthz et /metrics ({HOST} par défaut)",
    )
    _door(parser)
    _upkeep(parser)
    _web(parser)
    _tls(parser)
    parser.add_version(f"protocole {VERSION}, base {FORMAT}")
    return parser


def _door(parser: Parser) -> None:
    add = parser.options.add_argument
    add(
        "--code",
        metavar="MOT",
        type=typed(word),
        help="mot de passe demandé, une fois, à qui vient",
    )
    text = "seuls pseudos qui peuvent venir, un par ligne"
    add("--list", dest="guests", metavar="FICHIER", type=typed(file), help=text)


def _upkeep(parser: Parser) -> None:
    """Ce qu'on demande à la base, que le serveur soit en marche ou non."""
    add = parser.options.add_argument
    for option, metavar, convert, text in UPKEEP:

        def task(value: str, option: str = option, convert: Converter = convert) -> object:
            return option.removeprefix("--"), str(convert(value))

        add(option, dest="task", metavar=metavar, type=typed(task), help=text)
    add(
        "--check",
        dest="task",
        action="store_const",
        const=("check", ""),
        help="vérifie la base, et compte ce qu'elle contient",
    )


def _web(parser: Parser) -> None:
    add = parser.options.add_argument
    port_help = f"port de la page web ({WEB_PORT} par défaut)"
    add("--web-port", metavar="PORT", type=typed(SERVER["web_port"]), help=port_help)
    add("--no-web", dest="web", action="store_false", help="pas de page web")
    add(
        "--web-name",
        dest="web_names",
        metavar="NOM",
        action="extend",
        type=typed(hosts),
        help="autre nom sous lequel joindre la page (derrière un mandataire, par exemple), autant "
        "de fois que l'on veut",
    )
    add(
        "--trusted-proxy",
        metavar="ADRESSE",
        action="extend",
        type=typed(networks),
        help="mandataire (adresse ou réseau) dont on croit X-Forwarded-For pour la page, et l'en-"
        "tête PROXY pour les clients, autant de fois que l'on veut",
    )


def _tls(parser: Parser) -> None:
    add_file(parser, "--tls-cert", "certificat (PEM) : tout est alors chiffré, page web comprise")
    add_file(parser, "--tls-key", "sa clé privée (PEM) ; sans cette option, elle est avec lui")
    parser.options.add_argument(
        "--make-cert",
        action="store_true",
        help="fait un certificat pour cette machine et dit comment s'en servir, sans lancer le "
        "serveur",
    )
