"""Ce que se disent un client et le serveur : un type de trame par phrase."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform, get_type_hints

from chatroom.protocol.fields import U8, U32, U64, Codec, Colour, Data, Json, Name, Text, Token
from chatroom.protocol.frames import ProtocolError, encode_frame
from chatroom.protocol.limits import FRAME, Limits
from wording.numbers import count

VERSION = 1
TOKEN = 32  # octets d'un jeton : qui l'a est la personne
PRIVATE = "@"  # le salon où chacun, seul, reçoit ce qui n'est dit qu'à lui


class Presence(IntEnum):
    """Ce qu'une annonce dit de quelqu'un."""

    ARRIVED = 0
    LEFT = 1
    BACK = 2


class Message:
    """Ce qu'une trame veut dire. Chaque champ de la classe est un champ du corps, dans l'ordre."""

    __slots__ = ()
    KIND: ClassVar[int]
    CODECS: ClassVar[tuple[tuple[str, Codec], ...]]

    def encode(self) -> bytes:
        """La trame entière. ValueError ou OverflowError si un champ ne tient pas dans le sien."""
        body = b"".join([codec.write(getattr(self, name)) for name, codec in self.CODECS])
        return encode_frame(self.KIND, body)


KINDS: dict[int, type[Message]] = {}
Kind = TypeVar("Kind", bound=type[Any])


@dataclass_transform(frozen_default=True)
def _message(kind: int) -> Callable[[Kind], Kind]:
    def declare(cls: Kind) -> Kind:
        made: Any = dataclass(frozen=True, slots=True)(cls)
        hints = get_type_hints(made, include_extras=True)
        names = made.__dataclass_fields__
        made.KIND, KINDS[kind] = kind, made
        made.CODECS = tuple((name, hints[name].__metadata__[0]) for name in names)
        return cast(Kind, made)

    return declare


def decode(kind: int, body: bytes) -> Message:
    """Le message d'une trame ; ProtocolError si le corps n'en est pas un."""
    cls = KINDS[kind]
    values, place = [], 0
    for _, codec in cls.CODECS:
        value, place = codec.read(body, place)
        values.append(value)
    if extra := len(body) - place:
        raise ProtocolError(f"{count(extra, 'octet')} de trop dans une trame {cls.__name__}.")
    return cls(*values)


# Du client au serveur


@_message(0x01)
class Hello(Message):
    """La première trame : qui je suis, et le jeton qui le prouve, tiré la première fois."""

    version: U8
    pseudo: Name
    token: Token


@_message(0x02)
class Join(Message):
    """Entrer dans un salon, ou le créer. `after` : le dernier numéro vu, 0 si aucun."""

    room: Name
    after: U64


@_message(0x03)
class Leave(Message):
    room: U32


@_message(0x04)
class Say(Message):
    """Parler. `nonce` compte mes messages : deux fois le même n'en font qu'un."""

    room: U32
    nonce: U64
    text: Text


@_message(0x05)
class Whisper(Message):
    """Ne parler qu'à une personne, là ou non."""

    pseudo: Name
    nonce: U64
    text: Text


@_message(0x06)
class SendImage(Message):
    room: U32
    nonce: U64
    name: Name
    data: Data


@_message(0x07)
class GetPage(Message):
    """Une page d'historique : celle d'avant le numéro `seq`, ou celle d'après."""

    room: U32
    seq: U64
    forwards: U8


@_message(0x08)
class GetImage(Message):
    room: U32
    seq: U64


@_message(0x09)
class ListRooms(Message):
    """Qui est où ; dans un seul salon si `room` n'est pas vide."""

    room: Name


@_message(0x0A)
class Ping(Message):
    """Es-tu là ? Vaut dans les deux sens."""


@_message(0x0B)
class Pong(Message):
    """Oui."""


# Du serveur au client


@_message(0x41)
class Welcome(Message):
    """`token` : à garder, si Hello n'en avait pas. `nonce` : le dernier reçu d'elle."""

    version: U8
    person: U32
    colour: Colour
    nonce: U64
    back: U8
    pseudo: Name
    token: Token


@_message(0x42)
class Joined(Message):
    """Le salon, son dernier numéro, combien y sont. La suite des messages est en route."""

    room: U32
    last: U64
    members: U32
    name: Name


@_message(0x43)
class Said(Message):
    """Un message du salon, à son auteur aussi : c'est son accusé de réception.

    `time` : quand le serveur l'a reçu, en millisecondes depuis 1970 (UTC).
    """

    room: U32
    seq: U64
    time: U64
    person: U32
    nonce: U64
    colour: Colour
    pseudo: Name
    text: Text


@_message(0x44)
class Whispered(Message):
    """Comme Said, pour `to` seul, dans le salon privé de chacun des deux."""

    room: U32
    seq: U64
    time: U64
    person: U32
    nonce: U64
    colour: Colour
    pseudo: Name
    to: Name
    text: Text


@_message(0x45)
class Pictured(Message):
    """Comme Said, pour une image ; ses octets se demandent par GetImage."""

    room: U32
    seq: U64
    time: U64
    person: U32
    nonce: U64
    colour: Colour
    pseudo: Name
    name: Name
    size: U32
    width: U32
    height: U32


@_message(0x46)
class Page(Message):
    """Une page : un tableau JSON de messages, du plus ancien au plus récent."""

    room: U32
    forwards: U8
    more: U8
    documents: Json


@_message(0x47)
class Image(Message):
    room: U32
    seq: U64
    data: Data


@_message(0x48)
class RoomList(Message):
    """[{"name": …, "count": …, "members": […]}, …] en JSON."""

    rooms: Json


@_message(0x49)
class Announced(Message):
    """`event` : Presence."""

    room: U32
    event: U8
    person: U32
    colour: Colour
    pseudo: Name


@_message(0x4A)
class Notice(Message):
    """Une phrase du serveur, à montrer."""

    text: Text


@_message(0x4B)
class Refused(Message):
    """Cette demande n'aura pas lieu ; `nonce` dit quel message, 0 si ce n'en est pas un."""

    reason: U8
    nonce: U64
    text: Text


@_message(0x4C)
class Closing(Message):
    """Le dernier mot du serveur avant de fermer."""

    reason: U8
    text: Text


# La plus grande taille de chaque trame d'un serveur ; et de celles par lesquelles il commence :
# « HTTP » commencerait une longue trame, à attendre.
FROM_SERVER: Mapping[int, int] = {
    kind: FRAME for kind in KINDS if kind > 0x40 or KINDS[kind] in (Ping, Pong)
}
GREETING = {kind.KIND: FRAME for kind in (Welcome, Notice, Closing, Ping)}


def before_hello(limits: Limits) -> dict[int, int]:
    """La plus grande taille de chaque trame d'un inconnu."""
    return {Hello.KIND: 1 + _name(limits.pseudo) + 1 + TOKEN}


def after_hello(limits: Limits) -> dict[int, int]:
    """La plus grande taille de chaque trame d'un client qui s'est présenté."""
    room, pseudo = _name(limits.room), _name(limits.pseudo)
    return {
        Join.KIND: room + 8,
        Leave.KIND: 4,
        Say.KIND: 4 + 8 + 2 + limits.text,
        Whisper.KIND: pseudo + 8 + 2 + limits.text,
        SendImage.KIND: 4 + 8 + _name(limits.image_name) + limits.image,
        GetPage.KIND: 4 + 8 + 1,
        GetImage.KIND: 4 + 8,
        ListRooms.KIND: room,
        Ping.KIND: 0,
        Pong.KIND: 0,
    }


def _name(characters: int) -> int:
    """Octets d'un nom : quatre au plus par caractère, et un pour sa taille."""
    return 1 + min(4 * characters, 255)
