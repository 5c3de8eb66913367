"""La plus grande taille de chaque trame, selon qui parle, et ce qu'il a déjà dit."""

from collections.abc import Mapping

from chatroom.protocol.limits import FRAME, LONGEST_NAME, Limits
from chatroom.protocol.messages import (
    KINDS,
    PROOF,
    TOKEN,
    Ask,
    Closing,
    GetImage,
    GetPage,
    Greeting,
    Hello,
    Identify,
    Join,
    Leave,
    ListRooms,
    Message,
    Notice,
    Ping,
    Pong,
    Say,
    SendImage,
    SendPart,
    Welcome,
    Whisper,
)

PART = 32_768  # octets d'un morceau d'image, au plus
SLACK = 64  # octets laissés, à la fin d'un corps, aux champs d'un autre plus récent
STRANGE = 4_096  # octets au plus d'une trame d'un type inconnu, d'un client
SERVER = 0x40  # à partir de lui, les types sont ceux du serveur

# La plus grande taille de chaque trame d'un serveur ; et de celles par lesquelles il commence :
# « HTTP » commencerait une longue trame, à attendre.
FROM_SERVER: Mapping[int, int] = dict.fromkeys(
    (Ping.KIND, Pong.KIND, *range(SERVER, 2 * SERVER)), FRAME
)
GREETING = {kind.KIND: FRAME for kind in (Greeting, Welcome, Notice, Closing, Ping)}


def before_hello(limits: Limits) -> dict[int, int]:
    """La plus grande taille de chaque trame d'un inconnu."""
    return {Hello.KIND: 1 + _name(limits.pseudo) + 1 + TOKEN + SLACK}


def after_greeting(limits: Limits) -> dict[int, int]:
    """Et de qui le serveur a salué, mais qui ne s'est pas présenté."""
    identify = 4 + 4 + _name(limits.pseudo) + _name(LONGEST_NAME) + 1 + PROOF
    return {Identify.KIND: identify + SLACK}


def after_hello(limits: Limits) -> dict[int, int]:
    """La plus grande taille de chaque trame d'un client qui s'est présenté."""
    room, pseudo, image = _name(limits.room), _name(limits.pseudo), _name(limits.image_name)
    known: dict[type[Message], int] = {
        Join: room + 8 + 8 + _name(LONGEST_NAME),
        Leave: 4,
        Say: 4 + 8 + 2 + limits.text,
        Whisper: pseudo + 8 + 2 + limits.text,
        GetPage: 4 + 8 + 1,
        GetImage: 4 + 8,
        ListRooms: room,
        Ping: 0,
        Pong: 0,
    }
    strange = {kind: STRANGE for kind in range(SERVER) if kind not in KINDS}
    # Le dernier champ de ceux-là prend tout ce qui reste : rien ne le suivra.
    whole = {SendImage.KIND: 4 + 8 + image + limits.image, Ask.KIND: STRANGE, SendPart.KIND: PART}
    return strange | whole | {kind.KIND: size + SLACK for kind, size in known.items()}


def _name(characters: int) -> int:
    """Octets d'un nom : quatre au plus par caractère, et un pour sa taille."""
    return 1 + min(4 * characters, LONGEST_NAME)
