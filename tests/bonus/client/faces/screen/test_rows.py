"""D'une entrée aux lignes de l'écran."""

import re

import pytest
from chatroom.client.faces.screen.rooms import Entry
from chatroom.client.faces.screen.rows import COLUMN, CONTRAST, HOUR, WIDE, Look, Rows, legible
from chatroom.common.colours import luminance
from chatroom.protocol.messages import Pictured
from rich.console import Console
from rich.style import Style
from rich.text import Text

PARTS = ("hour", "rule", "mine", "notice", "day", "unread", "found")
STYLES = {part: Style(meta={"part": part}) for part in PARTS}
DARK, LIGHT = (18, 22, 29), (251, 252, 254)
PICTURE = Pictured(7, 1, 0, 2, 1, 0, "bob", "a.png", 9, 40, 30)


def rows(width: int, pattern: str = "", art: int = 0) -> Rows:
    look = Look(width, STYLES, DARK, re.compile(pattern) if pattern else None)
    return Rows(look, Console(width=width), lambda _: [Text("QQQ")] * art)


def lines(made: Rows, entry: Entry) -> list[str]:
    """Ce qu'on lit ; et la hauteur annoncée est la bonne."""
    strips = made.strips(entry)
    assert made.height(entry) == len(strips)
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def test_a_wide_screen_has_a_column_for_pseudos() -> None:
    entry = Entry("oui", "bob", hour="09:41")
    assert lines(rows(WIDE), entry) == ["09:41            bob │ oui"]
    long = Entry("oui", "un pseudo bien trop long", hour="09:41")
    assert lines(rows(WIDE), long) == ["09:41 un pseudo bie… │ oui"]


def test_a_narrow_one_does_not() -> None:
    entry = Entry("oui, et encore bien des mots", "bob", hour="09:41")
    assert lines(rows(24), entry) == ["09:41 bob oui, et encore", "      bien des mots"]


def test_a_day_what_is_unread_and_a_picture() -> None:
    entry = Entry("a.png", "bob", day="lundi", picture=PICTURE, opens_day=True, opens_unread=True)
    found = lines(rows(WIDE, art=2), entry)
    assert re.fullmatch("─+ lundi ─+", found[0])
    assert re.fullmatch("─+ non lus ─+", found[1])
    assert found[2].endswith("bob │ image a.png")
    assert found[3:] == [" " * (HOUR + COLUMN + 3) + "QQQ"] * 2


def test_the_text_is_never_markup() -> None:
    assert lines(rows(WIDE), Entry("[bold]x[/bold]")) == [f"{'':>20} │ [bold]x[/bold]"]


def test_what_is_sought_is_marked() -> None:
    (strip,) = rows(WIDE, "ou").strips(Entry("oui", "bob"))
    marked = [s.text for s in strip if s.style and s.style.meta.get("part") == "found"]
    assert marked == ["ou"]


@pytest.mark.parametrize("ground", [DARK, LIGHT])
@pytest.mark.parametrize("colour", [0x000000, 0xFFFFFF, 0x2F6FDE, 0xFFFF00])
def test_every_pseudo_is_legible(colour: int, ground: tuple[int, int, int]) -> None:
    found = luminance(int(legible(colour, ground)[1:], 16))
    low, high = sorted((found, luminance(ground[0] << 16 | ground[1] << 8 | ground[2])))
    assert (high + 0.05) / (low + 0.05) >= CONTRAST


def test_a_colour_already_legible_stays() -> None:
    assert legible(0xFFFF00, DARK) == "#ffff00"
