"""Les images, dessinées sans rien croire."""

import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from chatroom.client import drawing
from chatroom.client.drawing import ascii_art
from chatroom.common.images import inspect
from chatroom.common.metadata import MAX_SCANS, ORIENTATION
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

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
    see_through,
    segment,
)
from tests.support.processes import ROOT

LIMITS = Limits()
WHITE, BLACK = "Q", " "  # le plus dense et le plus léger des caractères d'ascii_magic
TURN = Image.Transpose.FLIP_LEFT_RIGHT
# Ce que dessine un programme qui ne fait que cela : combien de lignes, et ce qu'il a pris en Mo.
MEMORY = """
import re, sys
from chatroom.client.drawing import ascii_art
from chatroom.protocol.limits import Limits
with open(sys.argv[1], "rb") as file:
    lines = ascii_art(file.read(), 80, 40, Limits()).count("\\n") + 1
with open("/proc/self/status") as status:
    print(lines, int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) // 1024)
"""
COLOURED_LINE = re.compile(r"(\x1b\[\d+m|[ -~])*\x1b\[49m\x1b\[39m")


def plain(data: bytes, columns: int = 40, rows: int = 40) -> list[str]:
    return ascii_art(data, columns, rows, LIMITS, colour=False).split("\n")


def test_a_picture_too_big_is_not_decoded() -> None:
    with pytest.raises(ChatError, match="dépasse 1 000 pixels"):
        ascii_art(PNG, 80, 40, Limits(pixels=1_000))


@settings(deadline=None, derandomize=True)
@given(
    st.sampled_from([PNG, JPEG, PROGRESSIVE, saved(see_through())]),
    st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=4)), max_size=4),
    st.floats(0, 1),
)
def test_any_bytes_are_a_picture_or_an_image_error(
    data: bytes, changes: list[tuple[float, bytes]], kept: float
) -> None:
    damaged = bytearray(data)
    for where, written in changes:
        position = int(where * len(damaged))
        damaged[position : position + len(written)] = written
    cut = bytes(damaged[: round(kept * len(damaged))])
    limits = Limits(pixels=1_000_000)  # une taille tirée au sort n'a pas à coûter des secondes
    try:
        picture = inspect(cut, limits)
        assert 0 < picture.width * picture.height <= limits.pixels
        lines = ascii_art(cut, 8, 8, limits).split("\n")
    except ChatError:
        return
    assert all(COLOURED_LINE.fullmatch(line) for line in lines)


@pytest.mark.parametrize(
    "data",
    [
        *(saved(halves(mode)) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        saved(see_through()),
        *(saved(halves(mode), "JPEG") for mode in ("L", "RGB", "CMYK")),
        PROGRESSIVE,
    ],
    ids=["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "PA", "JPEG-L", "JPEG", "CMYK", "progressif"],
)
def test_every_kind_of_pixel_is_drawn(data: bytes) -> None:
    assert plain(data) == [WHITE * 20 + BLACK * 20] * 20
    line = f"\x1b[40m\x1b[37m{WHITE * 20}\x1b[90m{BLACK * 20}\x1b[49m\x1b[39m"
    assert ascii_art(data, 40, 40, LIMITS).split("\n") == [line] * 20


def test_sixteen_bits_are_shades_not_all_white() -> None:
    ramp = Image.linear_gradient("L").convert("I").point(lambda level: level * 257)
    assert plain(saved(ramp.convert("I;16"))) == plain(saved(Image.linear_gradient("L")))


@pytest.mark.parametrize(
    ("colour", "code"),
    [("red", 31), ("lime", 32), ("yellow", 33), ("blue", 34), ("magenta", 35), ("cyan", 36)],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_red_picture_is_red(colour: str, code: int, kind: str) -> None:
    art = ascii_art(saved(Image.new("RGB", (100, 50), colour), kind), 20, 20, LIMITS)
    assert set(re.findall(r"\x1b\[(\d+)m", art)) == {"40", str(code), "49", "39"}


@pytest.mark.parametrize(
    ("size", "columns", "rows"),
    [
        ((200, 100), 80, 20),
        ((100, 200), 40, 40),
        ((16, 16), 80, 40),  # une icône occupe la place qu'on lui donne
        ((1, 500), 1, 40),
        ((500, 1), 80, 1),
        ((1, 1), 80, 40),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_proportions_are_kept(size: tuple[int, int], columns: int, rows: int, kind: str) -> None:
    lines = plain(saved(Image.new("RGB", size, "white"), kind), 80, 40)
    assert (len(lines[0]), len(lines)) == (columns, rows)
    assert len(set(lines)) == 1


def test_the_size_of_a_drawing_is_bounded() -> None:
    """Un terminal d'aucune ligne, ou d'un milliard de colonnes."""
    for asked, limits, columns, rows in (
        (-5, LIMITS, 1, 1),
        (10**9, Limits(columns=30, rows=10), 20, 10),
        (10**9, Limits(columns=10, rows=30), 10, 5),
    ):
        lines = ascii_art(PNG, asked, asked, limits, colour=False).split("\n")
        assert (len(lines[0]), len(lines)) == (columns, rows)


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_picture_is_shown_as_the_camera_was_held(orientation: int, order: str) -> None:
    """De 1 à 8, chacune une des façons de tourner ou retourner ; 0 et 9 ne veulent rien dire."""
    image = halves(size=(80, 20))
    image.paste((128, 128, 128), (0, 0, 20, 8))  # un coin, pour ne confondre aucune des huit
    exif = Image.Exif()
    exif.endian = order
    exif[ORIENTATION] = orientation
    upright = saved(ImageOps.exif_transpose(Image.open(BytesIO(saved(image, exif=exif)))))
    assert plain(saved(image, exif=exif)) == plain(upright)
    turned = plain(saved(image, "JPEG", quality=100, exif=exif))
    assert [line[::10] for line in turned[::5]] == [line[::10] for line in plain(upright)[::5]]


def test_transparency_shows_a_neutral_grey() -> None:
    black, white = (saved(Image.new("RGBA", (8, 8), (v, v, v, 0))) for v in (0, 255))
    grey = plain(saved(Image.new("RGB", (8, 8), drawing.GREY)))
    assert plain(black) == plain(white) == grey
    assert plain(saved(Image.new("RGB", (8, 8), "white"), transparency=(255, 255, 255))) == grey


def test_an_animation_is_its_first_picture() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("black", "red")]
    assert plain(saved(halves(), save_all=True, append_images=frames)) == plain(PNG)


@pytest.mark.parametrize("data", [PNG, JPEG, PROGRESSIVE], ids=["PNG", "JPEG", "progressif"])
def test_a_picture_cut_short_is_refused(data: bytes) -> None:
    for end in (len(data) * 2 // 3, len(data) - 12):
        with pytest.raises(ChatError, match="abîmée ou incomplète"):
            ascii_art(data[:end], 40, 40, LIMITS)


def test_pixels_that_do_not_decode_are_refused() -> None:
    broken = PNG[:AFTER_IHDR] + chunk(b"IDAT", b"pas du zlib") + chunk(b"IEND", b"")
    missing = PNG[:AFTER_IHDR] + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    position = JPEG.index(b"\xff\xc0") + 4
    twelve_bits = JPEG[:position] + b"\x0c" + JPEG[position + 1 :]
    three_bits = PNG[:24] + b"\x03" + PNG[25:]
    for data in (broken, missing, twelve_bits, three_bits):
        assert inspect(data, LIMITS).width == 64
        with pytest.raises(ChatError, match="abîmée ou incomplète"):
            ascii_art(data, 40, 40, LIMITS)


def test_metadata_do_not_reach_the_decoder() -> None:
    """Pillow en déploierait des mégaoctets, ou avertirait, ce qui ici ferait échouer le test."""
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**6)))
    broken_exif = b"II*\0\x08\0\0\0\xff\xff\x0f\x01\x02\0\xff\xff\xff\xff\xff\xff"
    for inserted in (bomb * 70, chunk(b"acTL", b""), chunk(b"eXIf", broken_exif)):
        assert plain(after(PNG, AFTER_IHDR, inserted)) == plain(PNG)
    for body in (broken_exif, b"MM\0*\xff\xff\xff\xff", b"II", b""):
        inserted = segment(0xE1, b"Exif\0\0" + body) + segment(0xE2, b"MPF\0" + body)
        assert plain(after(JPEG, AFTER_SOI, inserted)) == plain(JPEG)


def test_the_decoder_is_given_pixels_only(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[bytes] = []

    def spy(pixels: bytes) -> BytesIO:
        given.append(pixels)
        return BytesIO(pixels)

    monkeypatch.setattr(drawing, "BytesIO", spy)
    secret = b"ICC_PROFILE\0\1\1"
    plain(after(PNG, AFTER_IHDR, chunk(b"tEXt", secret)))
    colours = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")  # dit quelles sont les composantes
    jpeg = after(JPEG, AFTER_SOI, colours)
    plain(after(jpeg, AFTER_SOI, segment(0xE2, secret) + segment(0xFE, secret)))
    assert given == [PNG, jpeg]


def test_a_picture_of_two_sizes_is_refused() -> None:
    """La petite passerait le contrôle, la grande serait décodée."""
    small = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    frame = JPEG.index(b"\xff\xc0")
    for data in (
        after(PNG, 8, small),
        after(JPEG, frame, JPEG[frame : frame + 5] + b"\0\2\0\2" + JPEG[frame + 9 : frame + 19]),
    ):
        picture = inspect(data, LIMITS)
        assert (picture.width, picture.height) == (2, 2)
        with pytest.raises(ChatError, match="abîmée"):
            ascii_art(data, 40, 40, LIMITS)


def test_a_picture_of_a_thousand_scans_is_refused() -> None:
    last, scans = PROGRESSIVE.rindex(b"\xff\xda"), PROGRESSIVE.count(b"\xff\xda")
    scan, end = PROGRESSIVE[last:-2], len(PROGRESSIVE) - 2
    most = after(PROGRESSIVE, end, scan * (MAX_SCANS - scans))
    assert plain(most)
    with pytest.raises(ChatError, match="trop de passes"):
        plain(after(most, len(most) - 2, scan))


def test_the_biggest_picture_accepted() -> None:
    assert plain(saved(halves("1", (4000, 4000)))) == plain(saved(halves("1", (4, 4))))


def test_bands_are_the_whole_picture() -> None:
    """Faite d'une bande à la fois, une image est la même que d'un coup."""
    noise = Image.effect_noise((97, 53), 200)
    seen = Image.merge("RGBA", [noise, noise.rotate(180), noise, noise.transpose(TURN)])
    for image in (seen, seen.convert("RGB"), noise, noise.convert("LA")):
        for size in ((1, 1), (5, 3), (40, 17), (97, 53), (80, 60)):
            flat = Image.new("RGB", image.size, drawing.GREY)
            flat.paste(image, mask=image if image.has_transparency_data else None)
            expected = flat.resize(size, Image.Resampling.BOX)
            difference = ImageChops.difference(drawing._shrink(image, size), expected)
            assert max(difference.tobytes()) <= 2, (image.mode, size)


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["LA", "RGBA", "P", "large", "JPEG", "progressif"])
def test_the_memory_a_drawing_takes(kind: str, tmp_path: Path) -> None:
    """De la plus lourde des images acceptées de chaque sorte : quatre octets par pixel, et c'est
    tout ; un JPEG progressif, que libjpeg lit en entier, en prend deux par composante.
    """
    big, (width, height) = (4_000, 4_000), (LIMITS.side, LIMITS.pixels // LIMITS.side)
    make: dict[str, Callable[[], bytes]] = {
        "LA": lambda: saved(Image.new("LA", big), compress_level=1),
        "RGBA": lambda: PNG[:16] + sixteen_bits(4_000, 4_000),
        "P": lambda: saved(Image.new("P", big), transparency=bytes(256)),
        "large": lambda: PNG[:16] + sixteen_bits(width, height),
        "JPEG": lambda: saved(Image.new("CMYK", big), "JPEG"),
        "progressif": lambda: saved(Image.new("CMYK", big), "JPEG", progressive=True),
    }
    (tmp_path / "image").write_bytes(make[kind]())
    command = [sys.executable, "-c", MEMORY, str(tmp_path / "image")]
    where = {"PYTHONPATH": f"{ROOT}:{ROOT / 'bonus'}"}
    said = subprocess.run(command, env=where, capture_output=True, text=True, check=True).stdout
    lines, megabytes = map(int, said.split())
    assert lines > 0
    assert megabytes < (180 if kind == "progressif" else 120)


def sixteen_bits(width: int, height: int) -> bytes:
    """La suite d'un PNG après « IHDR », en RVBA de seize bits : Pillow ne sait pas en écrire."""
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    pixels = zlib.compress(bytes((8 * width + 1) * height), 1)
    return chunk(b"IHDR", header)[8:] + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_threads_draw_side_by_side() -> None:
    pictures = [PNG, JPEG, PROGRESSIVE, saved(see_through())] * 2
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(plain, pictures)) == [plain(data) for data in pictures]
