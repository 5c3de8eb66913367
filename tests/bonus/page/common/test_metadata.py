"""De la même image, la page et Python gardent les mêmes octets."""

import base64
import random

from chatroom.common import metadata
from chatroom.protocol import ChatError
from PIL import Image
from playwright.sync_api import Page

from tests.bonus.common.test_metadata import PIECES, PROFILE, XMP, exif
from tests.bonus.pictures import (
    AFTER_IHDR,
    AFTER_SOI,
    JPEG,
    PNG,
    PROGRESSIVE,
    after,
    chunk,
    halves,
    saved,
    segment,
)

STRIP = """async (encoded) => {
  const { stripped } = await import("/common/metadata.js");
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return encoded.map((text) => {
    try {
      return btoa(Array.from(stripped(bytes(text)), (byte) => String.fromCharCode(byte)).join(""));
    } catch (error) {
      return String(error);
    }
  });
}"""
INSERTED = [
    *(segment(0xE1, XMP), segment(0xE0, b"JFIF\0" + bytes(40)), segment(0xEE, b"Adobe" + bytes(9))),
    *(segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(size)) for size in (9, 4_082, 4_083)),
    *(segment(marker, b"Exif\0\0II*\0") for marker in (0x01, 0xBF, 0xC3, 0xCC, 0xDC, 0xFD, 0xFE)),
    *(chunk(kind, bytes(4)) for kind in (b"gAMA", b"sRGB", b"tEXt", b"iCCP", b"IHDR", b"\xe9\0t ")),
    *(b"\xff" * 5, b"?", b"\xff\xd8\0\2", b"\xff\xe1\0\1", b"\xff\xff\xff\xffIDAT"),
]


def told(data: bytes) -> str:
    try:
        return base64.b64encode(metadata.stripped(data)).decode()
    except ChatError as why:
        return f"RangeError: {why}"


def compare(page: Page, pictures: list[bytes]) -> None:
    found = page.evaluate(STRIP, [base64.b64encode(data).decode() for data in pictures])
    for data, kept in zip(pictures, found, strict=True):
        assert kept == told(data), data[:99]


def test_pictures_with_something_to_tell(modules: Page) -> None:
    pictures = [PNG, JPEG, PROGRESSIVE, b"", b"GIF89a", b"\xff\xd8", PNG + JPEG, JPEG + PNG]
    for kind in ("PNG", "JPEG"):
        pictures += [saved(halves(), kind, exif=exif(orientation)) for orientation in range(10)]
        pictures.append(saved(halves(), kind, icc_profile=PROFILE))
    little = Image.Exif()
    little.endian = "<"
    little[metadata.ORIENTATION] = 6
    pictures += [saved(halves(), kind, exif=little) for kind in ("PNG", "JPEG")]
    pictures += [after(PNG, AFTER_IHDR, one) for one in INSERTED]
    pictures += [after(JPEG, AFTER_SOI, one) for one in INSERTED]
    pictures += [after(JPEG, len(JPEG) - 2, one) for one in INSERTED]
    compare(modules, pictures)
    assert len({told(data) for data in pictures}) > 30


def test_pictures_cut_and_glued_at_random(modules: Page) -> None:
    draw = random.Random(7)
    pictures = []
    for _ in range(1_500):
        data = bytearray(draw.choice([PNG, JPEG, PROGRESSIVE]))
        for piece in draw.choices([*PIECES, *INSERTED], k=draw.randint(0, 3)):
            place = draw.choice([AFTER_SOI, AFTER_IHDR, draw.randrange(len(data)), len(data)])
            data[place:place] = piece
        for place in draw.choices(range(len(data)), k=draw.randint(0, 2)):
            data[place] = draw.choice([0, 0xFF, 0xD9, 0xDA])
        cut = draw.choice([len(data), len(data), draw.randrange(len(data))])
        pictures.append(bytes(data[:cut]))
    compare(modules, pictures)
    refused = sum(told(data).startswith("RangeError") for data in pictures)
    assert 300 < refused < 1_200


def test_bounds_are_the_same(modules: Page) -> None:
    last = PROGRESSIVE.rindex(b"\xff\xda")
    scan, end = PROGRESSIVE[last:-2], len(PROGRESSIVE) - 2
    scans = metadata.MAX_SCANS - PROGRESSIVE.count(b"\xff\xda")
    compare(modules, [after(PROGRESSIVE, end, scan * number) for number in (scans, scans + 1)])
    parts = metadata.MAX_PARTS
    empty = chunk(b"tEXt", b"")
    compare(modules, [after(PNG, AFTER_IHDR, empty * number) for number in (parts - 3, parts - 2)])
    exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(12 * 199) + b"\1\x12\0\3\0\0\0\1\0\6\0\0"
    far = exif[:16] + bytes(12) + exif[16:]
    compare(modules, [after(JPEG, AFTER_SOI, segment(0xE1, one)) for one in (exif, far)])
