"""Les documents JSON : ce que l'historique garde, ce qu'un nouveau reçoit, et qui est où."""

import json
import re
from dataclasses import dataclass
from typing import Any

from chatroom.protocol.fields import Integer
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import Pictured, Said, Whispered

Posted = Said | Whispered | Pictured
KINDS: dict[str, type[Said] | type[Whispered] | type[Pictured]] = {
    "text": Said,
    "whisper": Whispered,
    "image": Pictured,
}
COLOUR = re.compile("#[0-9a-f]{6}")
_quote = json.JSONEncoder(ensure_ascii=False).encode
_NAMES = {cls: name for name, cls in KINDS.items()}


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """`members` peut n'en nommer que les premiers."""

    name: str
    count: int
    members: tuple[str, ...]


def document(message: Posted) -> str:
    """Le document JSON de ce message, sur une ligne ; la couleur s'y écrit « #rrggbb »."""
    # Écrit à la main, deux fois plus vite que par un dict : c'est le chemin de chaque message.
    fields = [f'{{"kind":"{_NAMES[type(message)]}"']
    for name, _ in message.CODECS[1:]:  # sans le salon, que la page dira
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
    cls, colour = KINDS[fields.pop("kind")], fields.pop("colour")
    if not COLOUR.fullmatch(colour):
        raise ValueError(colour)
    message = cls(room=room, colour=int(colour[1:], 16), **fields)
    for name, codec in message.CODECS:
        # Exactement : en Python, un booléen est un entier.
        if type(getattr(message, name)) is not (int if isinstance(codec, Integer) else str):
            raise TypeError(name)
    message.encode()  # chaque champ tient dans la place qu'il aurait sur le réseau
    return message


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
