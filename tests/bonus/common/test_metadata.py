"""Ce qu'une image raconte et ne montre pas : rien n'en reste, et ses pixels n'en souffrent pas."""

import contextlib
import itertools
import os
import time
import zlib
from io import BytesIO

import pytest
from chatroom.common.images import Picture
from chatroom.common.metadata import MAX_PARTS, MAX_SCANS, accepted, pixels, stripped
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

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

LIMITS = Limits()
SECRET = b"48.85 N, 2.29 E"
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
KINDS = pytest.mark.parametrize("kind", ["PNG", "JPEG"])
XMP = b"http://ns.adobe.com/xap/1.0/\0" + SECRET
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(orientation: int = 1) -> Image.Exif:
    told = Image.Exif()
    told[ORIENTATION], told[MAKER] = orientation, SECRET.decode()
    told[GPS] = {1: "N", 2: (48.0, 51.0, 30.0)}
    return told


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def test_a_picture_that_tells_nothing_does_not_change() -> None:
    for data in (PNG, JPEG, PROGRESSIVE, saved(halves("CMYK"), "JPEG"), saved(halves("P"))):
        assert stripped(data) == data
        assert pixels(data) == (data, 0)


@KINDS
@pytest.mark.parametrize("orientation", range(10))
def test_of_an_exif_only_the_way_the_camera_was_held_is_left(kind: str, orientation: int) -> None:
    data = saved(halves(size=(80, 20)), kind, exif=exif(orientation))
    kept = stripped(data)
    assert SECRET in data
    assert SECRET not in kept
    left = dict(opened(kept).getexif())
    assert left == ({ORIENTATION: orientation} if 1 < orientation < 9 else {})
    shown, wanted = (ImageOps.exif_transpose(opened(one)) for one in (kept, data))
    assert (shown.size, shown.tobytes()) == (wanted.size, wanted.tobytes())
    assert stripped(kept) == kept
    assert pixels(data)[1] == orientation
    assert pixels(data)[0] == stripped(saved(halves(size=(80, 20)), kind))


@pytest.mark.parametrize(
    "told",
    [
        segment(0xE1, XMP),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET),
        segment(0xE0, b"JFXX\0\x10" + JPEG),
        segment(0xE2, b"MPF\0" + SECRET),
        segment(0xE2, b"ICC_PROFILE\0\1\2" + SECRET),
        segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(10_000)),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04" + SECRET),
        segment(0xEB, b"JP" + SECRET),  # C2PA
        segment(0xEE, b"Ducky" + SECRET),
        segment(0xFE, SECRET),
        segment(0xFD, SECRET),
        segment(0xE1, b"") * 100,
    ],
    ids=itertools.count(),
)
def test_what_a_jpeg_tells_is_left_out(told: bytes) -> None:
    """En tête, et entre deux passes, où certains lecteurs l'acceptent aussi."""
    assert stripped(after(JPEG, AFTER_SOI, told)) == JPEG
    between = PROGRESSIVE.rindex(b"\xff\xc4")
    assert stripped(after(PROGRESSIVE, between, told)) == PROGRESSIVE


def test_what_says_the_colours_of_a_jpeg_says_nothing_else() -> None:
    """JFIF peut contenir une vignette, et l'un et l'autre finir par n'importe quoi."""
    jfif, adobe = JPEG[6:20], b"Adobe\0\x64\0\0\0\0\1"
    thumbnail = segment(0xE0, jfif[:-2] + b"\2\2" + b"\7" * 12)
    expected = JPEG[:20] + segment(0xEE, adobe) + JPEG[20:]
    assert stripped(expected) == expected
    told = JPEG[:2] + thumbnail + segment(0xEE, adobe + SECRET) + JPEG[20:]
    assert stripped(told) == expected


@pytest.mark.parametrize(
    "told",
    [
        *(chunk(kind, b"a\0" + SECRET) for kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"teXt")),
        chunk(b"tIME", b"\x07\xea\x0b\x1e\0\0\0"),
        chunk(b"iCCP", b"a\0\0" + os.urandom(5_000)),
        chunk(b"sRGB", SECRET),
        chunk(b"caBX", SECRET),
        chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(10**6))) * 100,
    ],
    ids=itertools.count(),
)
def test_what_a_png_tells_is_left_out(told: bytes) -> None:
    assert stripped(after(PNG, AFTER_IHDR, told)) == PNG
    assert stripped(after(PNG, len(PNG) - 12, told)) == PNG


@pytest.mark.parametrize("data", [PNG, JPEG, PROGRESSIVE], ids=["PNG", "JPEG", "progressif"])
def test_nothing_follows_a_picture(data: bytes) -> None:
    for rest in (b"<html><script>alert(1)</script>", b"PK\3\4", JPEG, PNG, b"\xff\xd9", b"\0" * 99):
        assert stripped(data + rest) == data


def test_an_animation_is_its_first_picture() -> None:
    """Les suivantes n'ont été vues ni bornées par personne."""
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("black", "red")]
    assert stripped(saved(halves(), save_all=True, append_images=frames)) == PNG


@KINDS
def test_colours_are_kept(kind: str) -> None:
    """Le profil d'un téléphone, et non celui d'une imprimante."""
    data = saved(halves(), kind, icc_profile=PROFILE)
    assert stripped(data) == data
    assert opened(stripped(data)).info["icc_profile"] == PROFILE
    assert pixels(data)[0] == saved(halves(), kind)


def test_the_shades_of_a_png_are_kept() -> None:
    shades = chunk(b"gAMA", bytes(4)) + chunk(b"sRGB", b"\0") + chunk(b"cHRM", bytes(32))
    data = after(PNG, AFTER_IHDR, shades + chunk(b"cICP", b"\x0c\x0d\0\1"))
    assert stripped(data) == data


def test_what_pillow_writes_of_its_own() -> None:
    told = PngImagePlugin.PngInfo()
    for number, name in enumerate(("Author", "Comment", "XML:com.adobe.xmp")):
        told.add_itxt(name, SECRET.decode(), zip=bool(number % 2))
    assert stripped(saved(halves(), pnginfo=told, dpi=(300, 300))) == PNG
    data = saved(halves(), "JPEG", comment=SECRET, xmp=SECRET, exif=exif())
    assert stripped(data) == JPEG


@pytest.mark.parametrize(
    "data",
    [
        PNG[:-1],
        PNG[:33],
        PNG[:8] + PNG[33:],  # sans IHDR
        after(PNG, AFTER_IHDR, PNG[8:AFTER_IHDR]),  # deux IHDR
        after(PNG, AFTER_IHDR, b"\xff\xff\xff\xffIDAT"),
        after(PNG, AFTER_IHDR, chunk(b"tEXt", b"") * MAX_PARTS),
        JPEG[:4],
        b"\xff\xd8\xff\xd9",
        after(JPEG, AFTER_SOI, b"?"),
        after(JPEG, AFTER_SOI, b"\xff\xe1\0\1"),
        after(JPEG, AFTER_SOI, b"\xff\x01\0\2"),
        after(JPEG, AFTER_SOI, b"\xff\xd8\0\2"),
        after(JPEG, len(JPEG) - 2, b"\xff\xe1\xff\xff"),
        after(JPEG, len(JPEG) - 2, JPEG[2:]),  # deux tailles
        after(JPEG, AFTER_SOI, segment(0xE1, b"") * MAX_PARTS),
        JPEG[: JPEG.index(b"\xff\xda")] + b"\xff\xd9",  # aucune passe
    ],
    ids=itertools.count(),
)
def test_a_damaged_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ChatError, match="abîmée ou incomplète"):
        stripped(data)


def test_a_picture_of_a_thousand_scans_is_refused() -> None:
    last, scans = PROGRESSIVE.rindex(b"\xff\xda"), PROGRESSIVE.count(b"\xff\xda")
    scan, end = PROGRESSIVE[last:-2], len(PROGRESSIVE) - 2
    most = after(PROGRESSIVE, end, scan * (MAX_SCANS - scans))
    assert stripped(most) == most
    with pytest.raises(ChatError, match="trop de passes"):
        stripped(after(most, end, scan))


def test_a_picture_is_accepted_without_what_it_tells() -> None:
    """Sa taille ne compte que ce qui en sera gardé."""
    told = after(PNG, AFTER_IHDR, chunk(b"tEXt", bytes(10_000)))
    assert accepted(told, Limits(image=len(PNG))) == (PNG, Picture("PNG", 64, 64))
    with pytest.raises(ChatError, match="dépasse"):
        accepted(told, Limits(image=len(PNG) - 1))
    for data in (b"", b"GIF89a", b"\x89PNG", b"\xff"):
        with pytest.raises(ChatError, match="pas une image PNG ou JPEG"):
            accepted(data, LIMITS)


PIECES = [
    PNG,
    JPEG,
    PROGRESSIVE,
    segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12"),
    b"\xff\xda\0\2",
]
PIECES += [b"\xff", b"\xff\xd9", chunk(b"eXIf", b"II*\0"), chunk(b"IEND", b""), b"\0\0\0\0IDAT"]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), min_size=1, max_size=5))
def test_any_bytes_are_stripped_or_refused(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for whole in (data, data[: len(data) * 2 // 3]):
        try:
            kept = stripped(whole)
        except ChatError:
            continue
        assert len(kept) <= len(whole) + 36  # un EXIF d'une étiquette, à la place d'un plus court
        assert stripped(kept) == kept


@pytest.mark.parametrize(
    "data",
    [
        JPEG[:-2] + b"\xff" * 10**6,
        JPEG[:-2] + b"\xff\0" * (10**6 // 2),
        after(JPEG, AFTER_SOI, segment(0xE5, b"") * (10**6 // 4)),
        after(JPEG, len(JPEG) - 2, segment(0xFE, b"") * (10**6 // 4)),
        after(
            JPEG, AFTER_SOI, segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(65_000)) * 15
        ),
        after(PNG, AFTER_IHDR, chunk(b"tEXt", b"") * (10**6 // 12)),
        after(PNG, AFTER_IHDR, chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff" + bytes(65_000)) * 15),
        after(PNG, AFTER_IHDR, chunk(b"IDAT", bytes(9)) * 4_000),
    ],
    ids=itertools.count(),
)
def test_a_hostile_picture_does_not_hold_the_server(data: bytes) -> None:
    start = time.process_time()
    for _ in range(3):
        with contextlib.suppress(ChatError):
            stripped(data)
    assert time.process_time() - start < 0.3
