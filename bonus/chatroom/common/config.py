"""D'où viennent les réglages : les valeurs par défaut, un fichier, l'environnement, les options.

La dernière source qui parle d'un réglage l'emporte. `bonus/chat.conf.example` montre un fichier.
"""

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from chatroom.common.settings import (
    KEYS,
    Converter,
    converter,
    keys,
    nearest,
    shown,
    unknown,
)
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from wording.arguments import Parser
from wording.reasons import reason

PREFIX = "CHAT_"
VARIABLES = KEYS | {"CONFIG"}  # CHAT_… peut aussi être à un autre programme : on le lui laisse
MAX_SIZE = 64_000  # octets d'un fichier de configuration : dix fois l'exemple
LINE = re.compile(r"\s*(?P<key>[^=\s]*)\s*=\s*(?P<value>.*?)\s*")
# Entre guillemets, un « # » est un caractère comme un autre ; ailleurs, après une espace, non.
QUOTED = re.compile(r"""(?P<quote>["'])(?P<value>.*?)(?P=quote)(?:\s+#.*)?""")
COMMENT = re.compile(r"(?:^|\s+)#.*")
# Ce que Kubernetes dit d'un service nommé « chat » : CHAT_SERVICE_HOST, CHAT_PORT_80_TCP…
FOREIGN = re.compile(r"(\w+_)?SERVICE_(HOST|PORT)\w*|(\w+_)?PORT_\d+_\w+")

Values = dict[str, object]  # par attribut ; « limits.rate » pour une borne


def load(
    parser: Parser,
    table: Mapping[str, Converter],
    arguments: Sequence[str],
    environ: Mapping[str, str],
    beside: Path,
) -> tuple[Values, Limits]:
    """Les réglages de `table` et les bornes ; `beside` : le fichier lu, quand nul n'est nommé.

    ChatError pour un fichier ou l'environnement ; SystemExit(2), comme argparse, pour une option.
    """
    options = vars(parser.parse_args(arguments))
    chosen = options.pop("config", None) or environ.get(f"{PREFIX}CONFIG")
    limits = options.pop("limits", [])
    values: Values = {}
    if chosen or beside.exists():
        values |= read_file(Path(chosen or beside), table)
    values |= _from_environment(environ, table)
    options = {name: tuple(one) if type(one) is list else one for name, one in options.items()}
    values |= options | {f"limits.{name}": value for name, value in limits}
    own = {name: value for name, value in values.items() if "." not in name}
    bounds = {name.removeprefix("limits."): values[name] for name in values.keys() - own.keys()}
    try:
        return own, replace(Limits(), **bounds)  # type: ignore[arg-type]
    except ValueError as why:
        raise ChatError(f"Ces bornes ne vont pas ensemble : {why}.") from None


def read_file(path: Path, table: Mapping[str, Converter]) -> Values:
    """Les valeurs des clés de `table` et des bornes ; ChatError avec le numéro de la ligne."""
    attributes = keys(table)
    values: Values = {}
    seen: dict[str, int] = {}
    for number, line in enumerate(_lines(path), start=1):
        where = f"{path}, ligne {number}"
        if not COMMENT.sub("", line, count=1).strip():
            continue
        key, text = _key_and_value(line, where)
        if key in seen:
            raise ChatError(f"{where} : {key} est déjà donné ligne {seen[key]}.")
        seen[key] = number
        if key in attributes:  # sinon, elle est pour l'autre programme
            value = _converted(table, attributes[key], text, f"{where} : {key}")
            # Un chemin s'y entend à partir du fichier, d'où que le programme soit lancé.
            values[attributes[key]] = path.parent / value if isinstance(value, Path) else value
    return values


def _key_and_value(line: str, where: str) -> tuple[str, str]:
    found = LINE.fullmatch(line)
    if not found:
        raise ChatError(f"{where} : il faut CLÉ=VALEUR, et non {shown(line.strip())}.")
    key, text = found["key"], found["value"]
    if key not in KEYS:
        raise ChatError(f"{where} : {unknown(key, KEYS)}.")
    if not text.startswith(('"', "'")):
        return key, COMMENT.sub("", text, count=1)
    quoted = QUOTED.fullmatch(text)
    if not quoted:
        raise ChatError(f"{where} : {key} a des guillemets mal fermés.")
    return key, quoted["value"]


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # un tube ne doit pas faire attendre


def _lines(path: Path) -> list[str]:
    try:
        with open(path, "rb", opener=_opener) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ChatError(f"{path} n'est pas un fichier ordinaire.")
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise ChatError(f"Configuration {path} : {reason(error)}.") from error
    if len(data) > MAX_SIZE:
        raise ChatError(f"{path} dépasse {MAX_SIZE} octets : ce n'est pas une configuration.")
    try:
        text = data.decode("utf-8-sig")  # le Bloc-notes commence par une marque (BOM)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ChatError(f"{path}, ligne {line} : ce n'est pas de l'UTF-8.") from None
    return text.replace("\r\n", "\n").split("\n")


def _from_environment(environ: Mapping[str, str], table: Mapping[str, Converter]) -> Values:
    attributes = keys(table)
    values: Values = {}
    for name, text in environ.items():
        key = name.removeprefix(PREFIX)
        if key == name or not text or FOREIGN.fullmatch(key):  # vide : comme si elle manquait
            continue
        if key in attributes:
            values[attributes[key]] = _converted(table, attributes[key], text, name)
        elif key not in VARIABLES and (close := nearest(key, VARIABLES)):
            raise ChatError(f"{shown(name)} est inconnu (peut-être {PREFIX}{close}).")
    return values


def _converted(table: Mapping[str, Converter], attribute: str, text: str, where: str) -> object:
    if not text.isprintable():
        raise ChatError(f"{where} contient un caractère invisible : {shown(text)}.")
    try:
        return converter(table, attribute)(text)
    except ValueError as error:
        raise ChatError(f"{where} ne peut pas valoir {shown(text)} : {error}.") from None
