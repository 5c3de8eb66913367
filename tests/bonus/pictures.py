"""Des images faites pour les tests, et de quoi en abîmer."""

import struct
import zlib
from io import BytesIO

from PIL import Image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    image.save(file := BytesIO(), kind, **options)
    return file.getvalue()


def halves(mode: str = "RGB", size: tuple[int, int] = (64, 64)) -> Image.Image:
    """Blanc à gauche, noir à droite."""
    image = Image.new("L", size, 0)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    if mode == "I;16":
        return image.convert("I").point(lambda level: level * 257).convert("I;16")
    return image.convert(mode)


def see_through() -> Image.Image:
    """Une palette dont chaque couleur a sa transparence : ce que Pillow nomme PA."""
    image = halves("P")
    image.info["transparency"] = bytes([255] * 256)
    return image


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def after(data: bytes, position: int, inserted: bytes) -> bytes:
    return data[:position] + inserted + data[position:]


PNG, JPEG = saved(halves()), saved(halves(), "JPEG")
PROGRESSIVE = saved(halves(), "JPEG", progressive=True)
AFTER_IHDR, AFTER_SOI = 33, 2
