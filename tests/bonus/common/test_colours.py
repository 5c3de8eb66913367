"""Des couleurs que l'on lit partout, et que l'on distingue."""

import random

from chatroom.common.colours import draw_colour, luminance


def contrast(one: float, other: float) -> float:
    """Selon WCAG 2."""
    light, dark = max(one, other), min(one, other)
    return (light + 0.05) / (dark + 0.05)


def test_luminance_of_known_colours() -> None:
    assert luminance(0x000000) == 0
    assert round(luminance(0xFFFFFF), 6) == 1
    assert round(luminance(0xFF0000), 4) == 0.2126


def test_readable_on_light_and_on_dark() -> None:
    draw = random.Random(1)
    for _ in range(300):
        colour = draw_colour(draw)
        assert 0 <= colour <= 0xFFFFFF
        assert contrast(luminance(colour), 1.0) >= 4.4
        assert contrast(luminance(colour), 0.0) >= 4.4


def test_rarely_twice_the_same() -> None:
    draw = random.Random(1)
    assert len({draw_colour(draw) for _ in range(300)}) > 290
