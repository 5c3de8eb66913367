"""Ce que la page lit d'un en-tête, et ce qu'en lit Python."""

import base64

import pytest
from chatroom.common import images
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from PIL import Image
from playwright.sync_api import Page

from tests.bonus.pictures import AFTER_SOI, JPEG, PNG, PROGRESSIVE, after, chunk, saved, segment

NO_LIMIT = Limits(pixels=2**64)
INSPECT = """async (encoded) => {
  const { inspect } = await import("/common/images.js");
  return encoded.map((text) => {
    const found = inspect(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
    return found && [found.type, found.width, found.height];
  });
}"""
DATA = [
    *(PNG, JPEG, PROGRESSIVE, saved(Image.new("RGB", (30, 20)), "JPEG")),
    *(PNG[:32], PNG[:33], JPEG[:3], JPEG[:20], JPEG[: JPEG.index(b"\xff\xc0") + 12]),
    *(
        b"",
        b"\xff",
        b"GIF89a",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + segment(0xC0, b"\x08") + bytes(20),
    ),
    PNG[:8] + chunk(b"tEXt", bytes(13)) + PNG[8:],
    after(JPEG, AFTER_SOI, b"\xff" * 9),
    after(JPEG, AFTER_SOI, b"\xff" * 900),
    *(after(JPEG, AFTER_SOI, b"\xff" + bytes([marker]) + b"\0\2") for marker in range(256)),
]


def seen(data: bytes) -> list[object] | None:
    try:
        picture = images.inspect(data, NO_LIMIT)
    except ChatError:
        return None
    return [f"image/{picture.kind.lower()}", picture.width, picture.height]


def test_the_same_headers(modules: Page) -> None:
    found = modules.evaluate(INSPECT, [base64.b64encode(data).decode() for data in DATA])
    assert found == [seen(data) for data in DATA]
    assert found.count(None) > 20
    assert ["image/jpeg", 30, 20] in found


@pytest.mark.parametrize(("marker", "expected"), [(0xBF, True), (0xC0, False), (0xE1, False)])
def test_a_marker_alone(modules: Page, marker: int, expected: bool) -> None:
    ask = "async (one) => (await import('/common/images.js')).alone(one)"
    assert modules.evaluate(ask, marker) is expected
