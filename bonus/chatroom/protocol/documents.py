"""Les documents JSON : ce que l'historique garde, ce qu'un nouveau reçoit, et qui est où.

Comme pour les trames, ce qu'un autre, plus récent, y met de plus ne gêne pas : une clé inconnue est
ignorée, et un document d'une sorte inconnue garde sa place, et son numéro, dans l'histoire.
"""

import json
import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from chatroom.protocol.fields import Integer
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import Acted, Pictured, Said, Whispered


class Missing(Enum):
    """Pourquoi un message ne se lit pas."""

    REMOVED = "removed"
    UNREADABLE = "unreadable"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class Absent:
    """La place d'un message qui ne se lit pas, ou plus. Seul `seq` en est toujours connu.

    `by` : qui l'a retiré.
    """

    room: int
    seq: int
    why: Missing
    time: int = 0
    person: int = 0
    nonce: int = 0
    colour: int = 0
    pseudo: str = ""
    by: str = ""


Written = Said | Whispered | Pictured | Acted  # ce qui a sa trame
Posted = Written | Absent
KINDS: dict[str, type[Written]] = {
    "text": Said,
    "whisper": Whispered,
    "image": Pictured,
    "act": Acted,
}
COLOUR = re.compile("#[0-9a-f]{6}")
_quote = json.JSONEncoder(ensure_ascii=False).encode
# Sans le salon, que la page dira.
_WRITTEN = {cls: (kind, [name for name, _ in cls.CODECS[1:]]) for kind, cls in KINDS.items()}
_ABSENT = ["seq", "time", "person", "nonce", "colour", "pseudo", "by"]


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """`members` peut n'en nommer que les premiers."""

    name: str
    count: int
    members: tuple[str, ...]


def document(message: Posted) -> str:
    """Le document JSON de ce message, sur une ligne ; la couleur s'y écrit « #rrggbb »."""
    # Écrit à la main, deux fois plus vite que par un dict : c'est le chemin de chaque message.
    if isinstance(message, Absent):
        kind, names = message.why.value, _ABSENT if message.why is Missing.REMOVED else _ABSENT[:1]
    else:
        kind, names = _WRITTEN[type(message)]
    fields = [f'{{"kind":"{kind}"']
    for name in names:
        value = getattr(message, name)
        if name == "colour":
            value = f"#{value:06x}"
        fields.append(f'"{name}":{_quote(value) if isinstance(value, str) else value}')
    return ",".join(fields) + "}"


def page(text: str, room: int) -> list[Posted]:
    """Les messages d'une page ; ProtocolError si elle n'en est pas une."""
    try:
        found = json.loads(text)
        if not isinstance(found, list):
            raise TypeError(found)
        return [_message(fields, room) for fields in found]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise ProtocolError("Une page d'historique est illisible.") from None


def _message(fields: Any, room: int) -> Posted:
    if not isinstance(fields, dict):
        raise TypeError(fields)
    kind = fields["kind"]
    if cls := KINDS.get(kind):
        found = {name: fields[name] for name, _ in cls.CODECS[1:]}
        message = cls(**found | {"room": room, "colour": _colour(found["colour"])})
        for name, codec in message.CODECS:
            _check(getattr(message, name), int if isinstance(codec, Integer) else str)
        message.encode()  # chaque champ tient dans la place qu'il aurait sur le réseau
        return message
    return _absent(kind, fields, room)


def _absent(kind: object, fields: dict[str, Any], room: int) -> Absent:
    _check(kind, str)
    why = next((one for one in Missing if one.value == kind), Missing.STRANGE)
    absent = Absent(room, fields["seq"], why)
    if why is Missing.REMOVED:
        names = ("time", "person", "nonce", "pseudo", "by")
        found = {name: fields[name] for name in names}
        absent = replace(absent, colour=_colour(fields["colour"]), **found)
    for name in ("seq", "time", "person", "nonce"):
        _check(getattr(absent, name), int)
    for name in ("pseudo", "by"):
        _check(getattr(absent, name), str)
    _fits(absent)
    return absent


def _fits(absent: Absent) -> None:
    """Ce qui en reste tient dans la place qu'avait le message."""
    fields = (absent.time, absent.person, absent.nonce, absent.colour, absent.pseudo)
    Said(absent.room, absent.seq, *fields, absent.by).encode()


def _check(value: object, kind: type) -> None:
    """Exactement : en Python, un booléen est un entier."""
    if type(value) is not kind:
        raise TypeError(value)


def _colour(text: Any) -> int:
    if not COLOUR.fullmatch(text):
        raise ValueError(text)
    return int(text[1:], 16)


def room_list(text: str) -> tuple[RoomSummary, ...]:
    """La liste des salons ; ProtocolError si ce n'en est pas une."""
    try:
        rooms = json.loads(text)
        if not isinstance(rooms, list):
            raise TypeError(rooms)
        return tuple(
            RoomSummary(str(room["name"]), int(room["count"]), tuple(map(str, room["members"])))
            for room in rooms
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ProtocolError("La liste des salons est illisible.") from None


def answer(text: str) -> dict[str, Any]:
    """Ce que répond le serveur à une commande ; ProtocolError si ce n'est pas un objet."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProtocolError("Une réponse est illisible.")
    return found


def names(text: str) -> tuple[str, ...]:
    """Les noms d'un tableau ; ProtocolError si ce n'en est pas un."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ProtocolError("Une liste de noms est illisible.")
    return tuple(found)
