"""Les nombres tels qu'on les écrit en français."""

from math import ceil


def plural(quantity: float) -> str:
    """« s » à partir de deux : « 1,5 point », « 2 points »."""
    return "s" if abs(quantity) >= 2 else ""


def count(quantity: int, noun: str) -> str:
    """« 1 caractère », « 12 345 caractères »."""
    return f"{quantity:,} {noun}{plural(quantity)}".replace(",", "\u00a0")


def delay(seconds: float) -> str:
    """« 1 seconde », « 42 secondes », « 3 minutes », « 1 heure » : arrondi par excès."""
    whole = max(1, ceil(round(seconds, 3)))
    for length, noun in ((3_600, "heure"), (60, "minute")):
        if whole >= length:
            return count(ceil(whole / length), noun)
    return count(whole, "seconde")
