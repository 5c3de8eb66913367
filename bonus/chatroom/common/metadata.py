"""Ce qu'une image montre, sans ce qu'elle raconte : lieu, date, appareil, vignettes, textes.

Elle n'est pas décodée : ses morceaux sont gardés tels quels, ou pas du tout. N'est gardé que ce qui
est nommé ici, car chaque logiciel a les siens (EXIF, XMP, IPTC, MPF, C2PA…), et rien de ce qui suit
la fin de l'image.
"""

import re
import struct
import zlib
from collections.abc import Iterator

from chatroom.common.images import (
    ALONE,
    FRAMES,
    JPEG_START,
    PNG_SIGNATURE,
    SCAN,
    Picture,
    inspect,
)
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits

DAMAGED = "L'image est abîmée ou incomplète."
SCANS = "L'image a trop de passes : elle serait trop longue à décoder."
MAX_PARTS = 5_000  # morceaux : libpng en fait un de 8 ko, donc 2 000 d'un fichier de 16 Mo
MAX_SCANS = 64  # passes d'un JPEG progressif, d'ordinaire 10 ; chacune relit toute l'image
MAX_PROFILE = 4_096  # octets : celui d'un téléphone en a 600, celui d'une imprimante 500 000

# D'un PNG, de quoi faire ses pixels ; et de quoi leur donner leurs couleurs, avec sa taille.
PNG_PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
PNG_COLOURS = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"iCCP": MAX_PROFILE}

END, JFIF, EXIF, ICC, ADOBE = 0xD9, 0xE0, 0xE1, 0xE2, 0xEE
APPLICATION = range(0xE0, 0xFF)  # tous les segments d'application, et les commentaires
# FF 00 est un octet FF de l'image, FF D0 à D7 un repère dans une passe, FF FF du remplissage.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

ORIENTATION = 0x0112  # l'étiquette EXIF : comment l'appareil était tenu
UPRIGHT, LAST = 1, 8
MAX_ENTRIES = 200  # étiquettes lues d'un bloc EXIF ; un appareil photo en écrit une vingtaine


def accepted(data: bytes, limits: Limits) -> tuple[bytes, Picture]:
    """Cette image sans métadonnées, et ce qu'annonce son en-tête ; ChatError si elle est refusée.

    Celui qui l'envoie l'a déjà passée par ici, s'il est des nôtres ; le serveur, qui n'en sait
    rien, le refait : un ancien client n'est pas refusé, et ce qu'il dit de trop n'est pas gardé.
    """
    kept = stripped(data)
    return kept, inspect(kept, limits)


def pixels(data: bytes) -> tuple[bytes, int]:
    """Une image réduite à ses pixels, et son orientation EXIF. ChatError si elle est incomplète."""
    kept, orientation = _sorted(data)
    return b"".join(part for part, shown in kept if shown), orientation


def stripped(data: bytes) -> bytes:
    """Une image sans métadonnées : ses pixels, leurs couleurs, et dans quel sens la regarder.

    ChatError si elle est incomplète ; ce qui n'est ni PNG ni JPEG ne change pas. Linéaire et sans
    décodage : le serveur l'appelle dans sa boucle d'événements.
    """
    if not data.startswith((PNG_SIGNATURE, JPEG_START)):
        return data
    kept, orientation = _sorted(data)
    parts = [part for part, _ in kept]
    if UPRIGHT < orientation <= LAST:
        png = data.startswith(PNG_SIGNATURE)
        # L'EXIF le plus court qui le dise, à la place du premier : après IHDR, après SOI.
        exif = struct.pack(">4sIHHHIHxxI", b"MM\0*", 8, 1, ORIENTATION, 3, 1, orientation, 0)
        parts.insert(2 if png else 1, _chunk(b"eXIf", exif) if png else _exif(exif))
    return b"".join(parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _exif(body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, EXIF, len(body) + 8) + b"Exif\0\0" + body


def _sorted(data: bytes) -> tuple[list[tuple[bytes, bool]], int]:
    """Les morceaux à garder, vrais s'ils font les pixels ; et l'orientation."""
    if data.startswith(PNG_SIGNATURE):
        return _png(data)
    return _jpeg(data)


def _png(data: bytes) -> tuple[list[tuple[bytes, bool]], int]:
    kept, orientation = [(PNG_SIGNATURE, True)], 0  # 0 : pas encore vue
    for kind, start, end in _chunks(data):
        if kind in PNG_PIXELS:
            kept.append((data[start:end], True))
        elif end - start - 12 <= PNG_COLOURS.get(kind, -1):
            kept.append((data[start:end], False))
        elif kind == b"eXIf":
            orientation = orientation or _orientation(data[start + 8 : end - 4])
    return kept, orientation


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Les blocs d'un PNG, de son seul IHDR jusqu'à IEND : sa sorte, son début, sa fin."""
    start = len(PNG_SIGNATURE)
    for number in range(MAX_PARTS):
        if start + 12 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, start)
        end = start + 12 + length
        if end > len(data) or (kind == b"IHDR") != (number == 0):
            break
        yield kind, start, end
        if kind == b"IEND":
            return
        start = end
    raise ChatError(DAMAGED)


def _jpeg(data: bytes) -> tuple[list[tuple[bytes, bool]], int]:
    kept, orientation, frames = [(JPEG_START, True)], 0, 0
    for marker, start, end in _segments(data):
        body = data[start + 4 : end]
        if marker == EXIF and body.startswith(b"Exif\0\0"):
            orientation = orientation or _orientation(body[6:])
        elif marker == ICC and body[:14] == b"ICC_PROFILE\0\1\1" and len(body) <= MAX_PROFILE:
            kept.append((data[start:end], False))
        elif marker == JFIF and body.startswith(b"JFIF\0") and len(body) >= 14:
            kept.append((b"\xff\xe0\0\x10" + body[:12] + b"\0\0", True))  # sans vignette
        elif marker == ADOBE and body.startswith(b"Adobe") and len(body) >= 12:
            kept.append((b"\xff\xee\0\x0e" + body[:12], True))
        elif marker not in APPLICATION:
            frames += marker in FRAMES
            kept.append((data[start:end], True))
    if frames != 1:
        raise ChatError(DAMAGED)
    return kept, orientation


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Les segments d'un JPEG : son marqueur (0 : les données d'une passe), son début, sa fin."""
    start, scans, coded = len(JPEG_START), 0, False
    for _ in range(MAX_PARTS):
        found = _MARKER.search(data, start)
        place = found.start() if found else len(data)
        if coded:
            yield 0, start, place
        elif data[start:place].strip(b"\xff"):  # autre chose que du remplissage
            break
        if found is None and coded:  # sans fin : le décodeur dira s'il y manque quelque chose
            return
        if found and scans and found[0][1] == END:
            yield END, place, place + 2
            return
        if place + 4 > len(data):
            break
        marker, length = struct.unpack_from(">BH", data, place + 1)
        end = place + 2 + length
        if marker < FRAMES[0] or marker in ALONE or length < 2 or end > len(data):
            break
        scans += marker == SCAN
        if scans > MAX_SCANS:
            raise ChatError(SCANS)
        yield marker, place, end
        start, coded = end, marker == SCAN
    raise ChatError(DAMAGED)


def _orientation(exif: bytes) -> int:
    """L'orientation que dit un bloc EXIF, de 1 à 8 ; 1, tel quel, s'il n'en dit rien de lisible."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return UPRIGHT
    try:
        (directory,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, directory)
        for entry in range(min(entries, MAX_ENTRIES)):
            tag, value = struct.unpack_from(f"{order}H6xH", exif, directory + 2 + 12 * entry)
            if tag == ORIENTATION:
                return int(value)
    except struct.error:  # le bloc finit avant ce qu'il annonce
        pass
    return UPRIGHT
