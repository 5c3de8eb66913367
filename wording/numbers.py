"""Les nombres tels qu'on les écrit en français."""


def plural(quantity: float) -> str:
    """« s » à partir de deux : « 1,5 point », « 2 points »."""
    return "s" if abs(quantity) >= 2 else ""


def count(quantity: int, noun: str) -> str:
    """« 1 caractère », « 12 345 caractères »."""
    return f"{quantity:,} {noun}{plural(quantity)}".replace(",", "\u00a0")
