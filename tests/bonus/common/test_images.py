"""Les images, reconnues sans être décodées."""

import itertools

import pytest
from chatroom.common import images
from chatroom.common.images import Picture, inspect
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from PIL import Image

from tests.bonus.pictures import (
    AFTER_SOI,
    JPEG,
    PNG,
    after,
    chunk,
    halves,
    saved,
    segment,
)

LIMITS = Limits()


@pytest.mark.parametrize(
    ("data", "picture"),
    [
        (saved(Image.new("RGBA", (30, 20))), Picture("PNG", 30, 20)),
        (saved(Image.new("RGB", (30, 20)), "JPEG"), Picture("JPEG", 30, 20)),
        (after(JPEG, AFTER_SOI, b"\xff" * 9), Picture("JPEG", 64, 64)),  # du remplissage
    ],
    ids=["PNG", "JPEG", "remplissage"],
)
def test_a_picture(data: bytes, picture: Picture) -> None:
    assert inspect(data, LIMITS) == picture


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(ChatError, match="pas une image PNG ou JPEG"):
        inspect(saved(halves(), kind), LIMITS)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><title>non</title>",
        PNG[:8],
        PNG[:32],
        JPEG[:3],
        JPEG[:20],  # pas encore de taille
        JPEG[: JPEG.index(b"\xff\xc0") + 12],  # son segment n'est pas entier
        b"\xff\xd8" + segment(0xC0, b"\x08") + bytes(20),  # trop court pour une taille
        PNG[:8] + chunk(b"tEXt", bytes(13)) + PNG[8:],  # IHDR n'est pas le premier bloc
        b"\xff\xd8\xff\xd9",
        after(JPEG, AFTER_SOI, b"\xff\xd0\0\2"),  # un marqueur qui n'a pas de longueur
        after(JPEG, AFTER_SOI, b"\xff\x01\0\2"),
    ],
    ids=itertools.count(),
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ChatError, match="pas une image PNG ou JPEG"):
        inspect(data, LIMITS)


def test_the_bounds() -> None:
    """Une image de 8 ko peut faire 64 millions de pixels."""
    bomb = saved(Image.new("1", (8000, 8000)))
    assert len(bomb) < 10_000
    with pytest.raises(ChatError, match="8000 × 8000, dépasse 16 000 000 pixels"):
        inspect(bomb, LIMITS)
    assert inspect(bomb, Limits(pixels=64_000_000)) == Picture("PNG", 8000, 8000)
    with pytest.raises(ChatError, match="dépasse 63 999 999 pixels"):
        inspect(bomb, Limits(pixels=63_999_999))
    for size, shown in (((40_000, 1), "40000 × 1"), ((1, 40_000), "1 × 40000")):
        with pytest.raises(ChatError, match=f"{shown}, a un côté de plus de 32 767 pixels"):
            inspect(saved(Image.new("1", size)), LIMITS)
    assert inspect(saved(Image.new("1", (32_767, 1))), LIMITS)
    assert inspect(PNG, Limits(image=len(PNG)))
    with pytest.raises(ChatError, match=f"dépasse {len(PNG) - 1} octets"):
        inspect(PNG, Limits(image=len(PNG) - 1))


def test_no_pixel_at_all() -> None:
    position = JPEG.index(b"\xff\xc0") + 5
    for data in (
        PNG[:16] + bytes(4) + PNG[20:],
        JPEG[:position] + bytes(2) + JPEG[position + 2 :],
    ):
        with pytest.raises(ChatError, match="aucun pixel"):
            inspect(data, LIMITS)


def test_a_header_is_read_in_bounded_time() -> None:
    """1 Mo de segments vides ou de remplissage : des centaines de milliers de tours de boucle."""
    comment = segment(0xFE, b"")
    few, many = (comment * number for number in (images.MAX_SEGMENTS - 20, images.MAX_SEGMENTS))
    assert inspect(after(JPEG, AFTER_SOI, few), LIMITS) == Picture("JPEG", 64, 64)
    for inserted in (many, b"\xff" * images.MAX_SEGMENTS):
        with pytest.raises(ChatError, match="pas une image"):
            inspect(after(JPEG, AFTER_SOI, inserted), LIMITS)
