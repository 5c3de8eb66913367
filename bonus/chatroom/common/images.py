"""Reconnaître une image à son en-tête, sans la décoder : elle vient d'un inconnu."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_START = b"\xff\xd8"
FILL, SCAN = 0xFF, 0xDA
FRAMES = (0xC0, 0xC1, 0xC2)  # les trois formes de JPEG que l'on rencontre ; elles disent la taille
ALONE = range(0xD0, 0xDA)  # marqueurs sans longueur : rien à faire dans un en-tête
MAX_SEGMENTS = 500  # d'un en-tête JPEG ; un appareil photo en écrit une vingtaine


@dataclass(frozen=True, slots=True)
class Picture:
    """Ce qu'annonce l'en-tête d'une image ; les dimensions sont en pixels."""

    kind: Literal["PNG", "JPEG"]
    width: int
    height: int


def inspect(data: bytes, limits: Limits) -> Picture:
    """Reconnaît une image à son en-tête, sans la décoder ; ChatError si elle est refusée.

    Le temps ne dépend pas du contenu : le serveur l'appelle dans sa boucle d'événements.
    """
    if len(data) > limits.image:
        raise ChatError(f"L'image dépasse {_grouped(limits.image)} octets.")
    picture = _png_header(data) or _jpeg_header(data)
    if picture is None:
        raise ChatError("Ce n'est pas une image PNG ou JPEG.")
    if not picture.width or not picture.height:
        raise ChatError("L'image n'a aucun pixel.")
    if picture.width * picture.height > limits.pixels:
        raise ChatError(
            f"L'image, de {picture.width} × {picture.height}, "
            f"dépasse {_grouped(limits.pixels)} pixels."
        )
    if max(picture.width, picture.height) > limits.side:
        raise ChatError(
            f"L'image, de {picture.width} × {picture.height}, "
            f"a un côté de plus de {_grouped(limits.side)} pixels."
        )
    return picture


def _grouped(number: int) -> str:
    return f"{number:_}".replace("_", " ")


def _png_header(data: bytes) -> Picture | None:
    if not data.startswith(PNG_SIGNATURE + b"\0\0\0\x0dIHDR") or len(data) < 33:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return Picture("PNG", width, height)


def _jpeg_header(data: bytes) -> Picture | None:
    for marker, start, end in segments(data):
        if marker in FRAMES and end - start >= 10:
            height, width = struct.unpack_from(">HH", data, start + 5)
            return Picture("JPEG", width, height)
    return None


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Les segments de l'en-tête d'un JPEG : marqueur, début, fin ; s'arrête à la première passe.

    S'arrête aussi à la première faute, sans rien dire : qui lit n'y trouve pas ce qu'il cherche.
    """
    if not data.startswith(JPEG_START):
        return
    start = len(JPEG_START)
    for _ in range(MAX_SEGMENTS):
        if start + 4 > len(data) or data[start] != FILL:
            return
        marker, length = struct.unpack_from(">BH", data, start + 1)
        if marker == FILL:  # un octet de remplissage, que la norme permet
            start += 1
            continue
        end = start + 2 + length
        if marker < FRAMES[0] or marker in ALONE or end > len(data):
            return
        yield marker, start, end
        if marker == SCAN:
            return
        start = end
