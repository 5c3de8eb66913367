"""Rendre un texte inoffensif à montrer : ce qui ne se voit pas, ou agit, devient visible."""

import unicodedata

from grader.reports.words import count

DELETE = 0x7F
FIRST_MARK = "\u0300"
MAX_MARKS = 3  # accents d'affilée ; au-delà, un caractère déborde sur les lignes voisines
# Invisibles, et pourtant ni de contrôle ni de format : Unicode les dit lettres, marques, symboles.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")


def hidden(char: str) -> bool:
    """Vrai pour ce qui agit ou ne se voit pas : à ne jamais écrire tel quel dans un rapport."""
    if char.isprintable():
        return char in BLANKS or "\U000e0100" <= char <= "\U000e01ef"
    # Contrôle, format (sens d'écriture, largeur nulle), substitut isolé, usage privé, non
    # attribué ; mais aussi les espaces autres que « \x20 », qui, elles, ne trompent pas.
    return unicodedata.category(char) != "Zs"


def visible(char: str) -> str:
    """Le caractère écrit de façon à être vu : « ␛ », « \\u202e »."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == DELETE:
        return "␡"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def neutral(text: str, *, newlines: bool = False) -> str:
    """`text` sans rien qui pilote un terminal, trompe l'œil ou déborde ; borné par l'appelant."""
    if text.isascii() and text.isprintable():
        return text
    shown = []
    marks = 0
    for char in text:
        marked = char >= FIRST_MARK and unicodedata.category(char).startswith("M")
        marks = marks + 1 if marked else 0
        keep = newlines if char == "\n" else marks <= MAX_MARKS and not hidden(char)
        shown.append(char if keep else visible(char))
    return "".join(shown)


def shortened(text: str, limit: int, *, end: bool = False) -> str:
    """Les `limit` premiers caractères, ou les derniers, et combien manquent."""
    cut = len(text) - limit
    if cut <= 0:
        return text
    missing = f"[… {count(cut, 'caractère')} de plus]"
    return f"{missing} {text[cut:]}" if end else f"{text[:limit]} {missing}"


def last_lines(text: str, lines: int, limit: int) -> str:
    """Les dernières lignes, `limit` caractères au plus ; « … » s'il y en avait d'autres avant."""
    before, *rest = shortened(text.rstrip(), limit, end=True).rsplit("\n", lines)
    return "\n".join(["…", *rest] if len(rest) == lines else [before, *rest])
