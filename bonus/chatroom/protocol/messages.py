"""Ce que se disent un client et le serveur : un type de trame par phrase.

Ce qu'un autre, plus récent, dit de plus ne gêne pas : un champ inconnu, à la fin d'un corps, est
ignoré ; un type inconnu aussi par un client, et refusé par un serveur, sans que rien ne se ferme.
Un champ nouveau se met donc après les autres, avec la valeur qu'il a quand un corps plus ancien
s'arrête avant lui.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass
from enum import IntEnum
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform, get_type_hints

from chatroom.protocol.fields import U8, U32, U64, Codec, Colour, Data, Json, Name, Text, Token
from chatroom.protocol.frames import encode_frame

VERSION = 2
TOKEN = 32  # octets d'un jeton : qui l'a est la personne
PROOF = 2 * TOKEN  # octets de ce qui le prouve sans le montrer : voir proofs.py
PRIVATE = "@"  # le salon où chacun, seul, reçoit ce qui n'est dit qu'à lui


class Presence(IntEnum):
    """Ce qu'une annonce dit de quelqu'un."""

    ARRIVED = 0
    LEFT = 1
    BACK = 2
    MOVED = 3  # il n'est plus dans ce salon, mais dans un autre


class Message:
    """Ce qu'une trame veut dire. Chaque champ de la classe est un champ du corps, dans l'ordre."""

    __slots__ = ()
    KIND: ClassVar[int]
    CODECS: ClassVar[tuple[tuple[str, Codec], ...]]
    NEEDED: ClassVar[int]  # combien de ces champs, les premiers, ne peuvent manquer

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
        made.NEEDED = sum(field.default is MISSING for field in names.values())
        return cast(Kind, made)

    return declare


@dataclass(frozen=True, slots=True)
class Unknown(Message):
    """Une trame d'un type que cette version ne connaît pas."""

    kind: int


def decode(kind: int, body: bytes) -> Message:
    """Le message d'une trame ; ProtocolError si le corps est trop court, ou mal écrit."""
    cls = KINDS.get(kind)
    if cls is None:
        return Unknown(kind)
    values, place = [], 0
    for number, (_, codec) in enumerate(cls.CODECS):
        if place == len(body) and number >= cls.NEEDED:
            break
        value, place = codec.read(body, place)
        values.append(value)
    return cls(*values)


# Du client au serveur


@_message(0x01)
class Hello(Message):
    """La première trame. La version 1 se présentait ainsi ; depuis, le reste est vide."""

    version: U8
    pseudo: Name = ""
    token: Token = b""


@_message(0x02)
class Join(Message):
    """Entrer dans un salon, ou le créer. `after` : le dernier numéro vu, 0 si aucun.

    `mark` : l'heure (`time`) de ce message, 0 si on l'ignore ; `word` : le mot de passe du salon.
    """

    room: Name
    after: U64
    mark: U64 = 0
    word: Name = ""


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


@_message(0x0C)
class Identify(Message):
    """Qui je suis, en réponse à Greeting.

    `token` : rien, le serveur en tirera un ; ou 32 octets, le jeton lui-même ; ou 64, sa preuve.
    `person` : le numéro gardé avec lui, 0 si aucun. `device` : 0 en ouvrant le client, puis celui
    de Welcome. `code` : celui de la classe, ou celui qui amène quelqu'un d'un autre appareil.
    """

    person: U32
    device: U32
    pseudo: Name
    code: Name
    token: Token


@_message(0x0D)
class Ask(Message):
    """Une commande et ce qui la précise, un objet JSON ; Answered ou Refused y répond."""

    verb: Name
    arguments: Json


@_message(0x0E)
class SendPart(Message):
    """Le début d'une image, dont SendImage aura la fin : d'ici là, des textes passent."""

    data: Data


# Du serveur au client


@_message(0x40)
class Greeting(Message):
    """Le serveur, en réponse à Hello. `asks` : Asks ; `server` : qui il est, pour toujours.

    `challenge` est tiré à chaque fois : la preuve d'un jeton ne sert qu'une fois.
    """

    version: U8
    asks: U8
    server: Token
    challenge: Token


@_message(0x41)
class Welcome(Message):
    """`token` : à garder, s'il n'est pas vide. `nonce` : le dernier reçu de cet appareil.

    `device` : cet appareil, à redire si la connexion est à refaire ; `role` : Role.
    """

    version: U8
    person: U32
    colour: Colour
    nonce: U64
    back: U8
    pseudo: Name
    token: Token
    device: U32 = 0
    role: U8 = 0


@_message(0x42)
class Joined(Message):
    """Le salon, son dernier numéro, combien y sont. La suite des messages est en route.

    `restarted` : ses numéros ont recommencé, `after` n'y est plus ; `mode` : Mode.
    """

    room: U32
    last: U64
    members: U32
    name: Name
    restarted: U8 = 0
    mode: U8 = 0
    topic: Text = ""


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


@_message(0x4D)
class Answered(Message):
    """La réponse à un Ask, un objet JSON."""

    verb: Name
    answer: Json


@_message(0x4E)
class Acted(Message):
    """Comme Said : ce qu'on a fait au salon, ou à son message n° `target`."""

    room: U32
    seq: U64
    time: U64
    person: U32
    nonce: U64
    colour: Colour
    pseudo: Name
    act: Name
    target: U64
    text: Text


@_message(0x4F)
class Gathered(Message):
    """Plusieurs Announced en un : `count` personnes, dont un tableau JSON nomme les premières."""

    room: U32
    event: U8
    count: U32
    names: Json


@_message(0x50)
class Parted(Message):
    """Combien d'octets de l'image en morceaux sont arrivés : d'autres peuvent partir."""

    size: U32
