"""Les champs d'un corps de trame : comment chacun s'écrit, et se lit sans déborder."""

from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from chatroom.protocol.frames import ProtocolError


class Codec(Protocol):
    def write(self, value: Any) -> bytes: ...

    def read(self, body: bytes, place: int) -> tuple[Any, int]:
        """La valeur, et où commence le champ suivant. ProtocolError si le corps est trop court."""


def _end(body: bytes, place: int, size: int) -> int:
    if place + size > len(body):
        raise ProtocolError("Une trame finit au milieu d'un champ.")
    return place + size


@dataclass(frozen=True)
class Integer:
    """Un entier positif, octet de poids fort d'abord."""

    size: int  # octets

    def write(self, value: int) -> bytes:
        return value.to_bytes(self.size)

    def read(self, body: bytes, place: int) -> tuple[int, int]:
        end = _end(body, place, self.size)
        return int.from_bytes(body[place:end]), end


@dataclass(frozen=True)
class Bytes:
    """Des octets, précédés de leur nombre sur `size` octets."""

    size: int

    def write(self, value: bytes) -> bytes:
        return len(value).to_bytes(self.size) + value

    def read(self, body: bytes, place: int) -> tuple[bytes, int]:
        start = _end(body, place, self.size)
        end = _end(body, start, int.from_bytes(body[place:start]))
        return body[start:end], end


@dataclass(frozen=True)
class String:
    """Un texte en UTF-8, précédé du nombre de ses octets sur `size` octets."""

    size: int

    def write(self, value: str) -> bytes:
        data = value.encode()
        return len(data).to_bytes(self.size) + data

    def read(self, body: bytes, place: int) -> tuple[str, int]:
        data, end = Bytes(self.size).read(body, place)
        return _text(data), end


@dataclass(frozen=True)
class RestBytes:
    """Tout ce qui reste du corps : sa taille est celle de la trame."""

    def write(self, value: bytes) -> bytes:
        return value

    def read(self, body: bytes, place: int) -> tuple[bytes, int]:
        return body[place:], len(body)


@dataclass(frozen=True)
class RestString:
    """Tout ce qui reste du corps, en UTF-8."""

    def write(self, value: str) -> bytes:
        return value.encode()

    def read(self, body: bytes, place: int) -> tuple[str, int]:
        return _text(body[place:]), len(body)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ProtocolError("Un texte n'est pas en UTF-8.") from None


U8 = Annotated[int, Integer(1)]
U32 = Annotated[int, Integer(4)]
U64 = Annotated[int, Integer(8)]
Colour = Annotated[int, Integer(3)]  # 0xRRGGBB
Name = Annotated[str, String(1)]  # un pseudo, un salon, un fichier
Text = Annotated[str, String(2)]
Token = Annotated[bytes, Bytes(1)]
Data = Annotated[bytes, RestBytes()]
Json = Annotated[str, RestString()]
