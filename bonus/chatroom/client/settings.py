"""Les réglages du client, et ses options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import VERSION
from wording.arguments import Parser

CLIENT: dict[str, Converter] = {"host": host, "port": port(1), "log": folder}
CLIENT |= {"pseudo": name, "room": name, "lines": boolean, "code": word}
CLIENT |= {"tls": boolean, "tls_ca": file, "tls_insecure": boolean}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    host: str = HOST
    port: int = PORT
    log: Path | None = None
    pseudo: str = ""  # vide : il sera demandé
    token: str = ""  # le code d'un autre appareil, pour être la même personne
    room: str = ""  # vide : il sera demandé
    code: str = ""  # le mot de la classe ; vide : celui d'une autre fois, ou il sera demandé
    lines: bool = False  # le client en lignes, même sur un terminal
    tls: bool = False
    tls_ca: Path | None = None  # à croire, outre les autorités du système
    tls_insecure: bool = False  # croire n'importe quel certificat
    limits: Limits = field(default_factory=Limits)


def load_client(
    arguments: Sequence[str], environ: Mapping[str, str], beside: Path
) -> ClientSettings:
    """Les réglages du client, de même."""
    values, limits = load(_parser(), CLIENT, arguments, environ, beside)
    if values.get("tls_ca") or values.get("tls_insecure"):
        values["tls"] = True  # même si une autre source disait non : plutôt chiffrer pour rien
    return replace(ClientSettings(limits=limits), **values)  # type: ignore[arg-type]


def _parser() -> Parser:
    parser = chat_parser("client.py", "Le client de chat.")
    add_common(parser, CLIENT["port"], f"adresse du serveur ({HOST} par défaut)")
    add = parser.options.add_argument
    add("--pseudo", metavar="PSEUDO", type=typed(name), help="sinon, il est demandé")
    add(
        "--token",
        metavar="CODE",
        type=typed(word),
        help="être la même personne que sur un autre appareil, où /token donne ce code",
    )
    add("--room", metavar="SALON", type=typed(name), help="sinon, il est demandé")
    add(
        "--class-code",
        dest="code",
        metavar="MOT",
        type=typed(word),
        help="mot de passe du chat, s'il en a un ; sinon, il est demandé, et gardé",
    )
    add("--lines", action="store_true", help="le client en lignes, même sur un terminal")
    _tls(parser)
    parser.add_version(f"protocole {VERSION}")
    return parser


def _tls(parser: Parser) -> None:
    add = parser.options.add_argument
    add("--tls", action="store_true", help="chiffre la connexion et vérifie le serveur (TLS)")
    add_file(parser, "--tls-ca", "certificat (PEM) à croire, outre ceux du système ; suppose --tls")
    add(
        "--tls-insecure",
        action="store_true",
        help="chiffre sans vérifier qui est le serveur : pour un essai ; suppose --tls",
    )
