"""Une couleur par personne, lisible sur un fond clair comme sur un fond sombre."""

import colorsys
import random

# La luminance dont le contraste est le même avec le blanc et avec le noir : 4,58 (WCAG 2).
LUMINANCE = 0.179


def luminance(colour: int) -> float:
    """Luminance relative de 0xRRGGBB, de 0 (noir) à 1 (blanc), selon WCAG 2."""
    parts = [(colour >> shift & 0xFF) / 255 for shift in (16, 8, 0)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def draw_colour(draw: random.Random) -> int:
    """Une teinte au hasard, 0xRRGGBB, à la luminance voulue."""
    hue, saturation = draw.random(), draw.uniform(0.6, 1.0)
    low, high = 0.0, 1.0
    colour = 0
    for _ in range(12):
        lightness = (low + high) / 2
        parts = colorsys.hls_to_rgb(hue, lightness, saturation)
        colour = sum(
            round(part * 255) << shift for part, shift in zip(parts, (16, 8, 0), strict=True)
        )
        low, high = (lightness, high) if luminance(colour) < LUMINANCE else (low, lightness)
    return colour
