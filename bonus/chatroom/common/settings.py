"""Ce qui se règle : le serveur, le client, les bornes ; et comment chaque valeur s'écrit."""

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from chatroom.protocol.limits import Limits
from chatroom.protocol.text import clean_name
from wording.harmless import neutral

HOST, PORT = "127.0.0.1", 8888
# Les secondes d'une unité de temps ; « j » aussi, puisqu'on écrit « 90 jours ».
UNITS = {"": 1, "s": 1, "min": 60, "h": 3_600, "d": 86_400, "j": 86_400}
LARGEST = 1_000_000_000  # d'une borne, quelle qu'elle soit : au-delà, c'est une faute de frappe
NAME = 255  # caractères d'un nom donné d'avance ; la vraie borne est celle du serveur
SHOWN = 60  # caractères d'une valeur fautive que l'on répète

Converter = Callable[[str], object]  # ValueError, avec la raison en français


def host(text: str) -> str:
    if not re.fullmatch(r"[^\s/]{1,255}", text) or not text.isprintable():
        raise ValueError("une adresse est un nom ou une adresse IP, comme 127.0.0.1")
    return text


def port(lowest: int) -> Converter:
    def convert(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,6}", text) or not lowest <= int(text) <= 65_535:
            raise ValueError(f"un port est un entier de {lowest} à 65535")
        return int(text)

    return convert


def _path(what: str) -> Converter:
    def convert(text: str) -> Path:
        if not text or "\0" in text:
            raise ValueError(f"il faut le nom d'un {what}")
        try:
            return Path(text).expanduser()
        except RuntimeError:
            raise ValueError("cette personne n'a pas de dossier personnel") from None

    return convert


folder, file = _path("dossier"), _path("fichier")


def boolean(text: str) -> bool:
    known = {"oui": True, "yes": True, "true": True, "1": True}
    known |= {"non": False, "no": False, "false": False, "0": False}
    if text.lower() not in known:
        raise ValueError("il faut oui ou non")
    return known[text.lower()]


def name(text: str) -> str:
    return clean_name(text, NAME)


def word(text: str) -> str:
    if not text.strip() or len(text.encode()) > NAME:
        raise ValueError(f"il faut un mot de passe, de {NAME} octets au plus")
    return text.strip()


def whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 0 < int(text) <= LARGEST:
        raise ValueError(f"il faut un entier de 1 à {LARGEST}")
    return int(text)


def number(text: str, lowest: float = 0.0, *, inclusive: bool = False) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (lowest < value <= LARGEST or (inclusive and value == lowest)):
        above = "au moins égal" if inclusive else "supérieur"
        raise ValueError(f"il faut un nombre, comme 7.5, {above} à {lowest:g}")
    return value


def quota(text: str) -> int:
    return 0 if text == "0" else whole(text)  # 0 : sans limite


def rate(text: str) -> float:
    return number(text, inclusive=True)  # 0 : sans limite


def burst(text: str) -> float:
    return number(text, 1.0, inclusive=True)  # à moins d'un message, personne ne parlerait jamais


def lasting(text: str) -> float:
    """Des secondes, ou un nombre suivi de son unité ; 0 : pour toujours."""
    found = re.fullmatch(r"([0-9.]+)([a-z]*)", text.strip().lower())
    if not found or found[2] not in UNITS:
        raise ValueError("il faut une durée, comme 90d (s, min, h ou d), ou 0")
    return number(str(number(found[1], inclusive=True) * UNITS[found[2]]), inclusive=True)


def _limit(name: str, default: object) -> Converter:
    special: dict[str, Converter] = {"burst": burst, "keep": lasting}
    special |= dict.fromkeys(("rate", "volume_rate", "logged_rate", "cooldown", "gathering"), rate)
    special |= dict.fromkeys(("crowd", "newcomers", "opened"), quota)
    return special.get(name) or (whole if isinstance(default, int) else number)


# Les tables se lisent par le nom de l'attribut (« port », « rate »).
LIMITS = {item.name: _limit(item.name, item.default) for item in fields(Limits)}
# Client et serveur lisent le même fichier : chacun connaît les réglages de l'autre, et les passe.
NAMES: tuple[str, ...] = ("host", "log", "port")
NAMES += ("data", "durability", "quiet", "web", "web_port", "web_names", "tls_cert", "tls_key")
NAMES += ("trusted_proxy", "metrics", "code", "guests")
NAMES += ("pseudo", "room", "lines", "tls", "tls_ca", "tls_insecure")


def key_of_limit(name: str) -> str:
    """Sa clé dans un fichier. PSEUDO y est le pseudo, et LIMIT_PSEUDO la longueur permise."""
    return f"LIMIT_{name}".upper() if name in NAMES else name.upper()


def keys(table: Iterable[str]) -> dict[str, str]:
    """Les clés d'un fichier, et l'attribut que chacune règle (« limits.rate » pour une borne)."""
    own = {name.upper(): name for name in table}
    return own | {key_of_limit(name): f"limits.{name}" for name in LIMITS}


KEYS = frozenset(keys(NAMES))


def converter(table: Mapping[str, Converter], attribute: str) -> Converter:
    """Comment lire la valeur d'un attribut donné par `keys`."""
    limit = attribute.removeprefix("limits.")
    return LIMITS[limit] if limit != attribute else table[attribute]


def unknown(wanted: str, known: Iterable[str]) -> str:
    """« HOTS » est inconnu, et ce que la personne voulait sans doute écrire."""
    close = nearest(wanted, known)
    return f"{shown(wanted)} est inconnu{f' (peut-être {close})' if close else ''}"


def nearest(wanted: str, known: Iterable[str]) -> str | None:
    """Celui qui lui ressemble le plus, majuscules ou non ; None si aucun ne lui ressemble."""
    spelled = {name.lower(): name for name in known}
    close = difflib.get_close_matches(wanted.lower(), sorted(spelled), 1)
    return spelled[close[0]] if close else None


def shown(text: str) -> str:
    cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return f"« {neutral(cut)} »"
