"""Où deux textes se séparent, et de quoi le faire voir."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

from rich.cells import cell_len

from grader.model.text import tidy
from wording.harmless import named, visible

WIDTH = 64  # colonnes d'une fenêtre
SYMBOLS = {"\n": "⏎", "\t": "⇥", "\u00a0": "⍽"}
NAMES = {
    "": "la fin du texte",
    " ": "une espace",
    "\u00a0": "une espace insécable",
    "\n": "un retour à la ligne",
    "\r": "un retour chariot",
    "\t": "une tabulation",
    "\x1b": "une séquence d'échappement",
}
BORDER = re.compile(r"^ +| +$| +(?=\n)")
MAX_LINES, MAX_LINE = 200, 500  # parmi lesquelles on cherche la plus proche


@dataclass(frozen=True)
class Difference:
    """La première différence ; ligne et colonne partent de 1."""

    index: int
    line: int
    column: int
    expected: str  # une ligne autour de la différence, les invisibles montrés
    received: str
    caret: str  # à écrire sous l'une comme sous l'autre
    sentence: str  # « caractère 7 : attendu « : », reçu une espace »


def first_difference(expected: str, received: str, width: int = WIDTH) -> Difference | None:
    """Rien si les textes sont égaux. Les fenêtres tiennent en `width` colonnes."""
    if expected == received:
        return None
    pairs = enumerate(zip(expected, received, strict=False))
    shortest = min(len(expected), len(received))
    index = next((i for i, (a, b) in pairs if a != b), shortest)
    # Le début commun ne se montre qu'une fois : l'accent circonflexe vaut pour les deux lignes.
    head = _head(expected[:index], width * 2 // 3)
    indent = cell_len(head)
    line = expected.count("\n", 0, index) + 1
    column = index - expected.rfind("\n", 0, index)
    place = f"caractère {column}"
    if "\n" in expected or "\n" in received:
        place = f"ligne {line}, {place}"
    names = [_name(text[index : index + 1]) for text in (expected, received)]
    return Difference(
        index=index,
        line=line,
        column=column,
        expected=head + _tail(expected, index, width - indent),
        received=head + _tail(received, index, width - indent),
        caret=" " * indent + "^",
        sentence=f"{place} : attendu {names[0]}, reçu {names[1]}",
    )


def comparable(expected: str, received: str) -> tuple[str, str]:
    """Les deux textes sans ce qui ne coûte rien, et la seule ligne qui compte de `received`.

    Désigner une couleur ou une ligne d'accueil tromperait : ce n'est pas la faute.
    """
    wanted, got = tidy(expected), closest_line(tidy(expected), tidy(received))
    return (expected, received) if wanted == got else (wanted, got)


def closest_line(expected: str, received: str) -> str:
    """De plusieurs lignes reçues, celle qui ressemble le plus à la seule attendue."""
    if "\n" in expected or "\n" not in received:
        return received
    matcher = SequenceMatcher(b=expected[:MAX_LINE], autojunk=False)

    def likeness(line: str) -> float:
        matcher.set_seq1(line[:MAX_LINE])
        return matcher.quick_ratio()

    best = max(received.split("\n")[-MAX_LINES:], key=likeness)
    # Une ligne juste parmi d'autres : la faute est alors dans ce qui l'entoure.
    return received if best == expected or not likeness(best) else best


def marked(char: str) -> str:
    """Un caractère, montré même s'il est invisible ou s'il se fond dans son voisin."""
    if unicodedata.category(char).startswith("M"):
        return named(char)
    return SYMBOLS.get(char) or visible(char)


def _dotted(text: str) -> str:
    """Les espaces qui comptent, en points : au bord du texte, d'une ligne, ou de la différence."""
    return BORDER.sub(lambda spaces: "·" * len(spaces[0]), text)


def _head(text: str, room: int) -> str:
    """La fin du début commun, en `room` colonnes."""
    pieces = [SYMBOLS.get(char) or visible(char) for char in _dotted(text[-room:])]
    cut = len(text) > room
    while cell_len("".join(pieces)) > room - cut:
        pieces.pop(0)
        cut = True
    return "…" * cut + "".join(pieces)


def _tail(text: str, index: int, room: int) -> str:
    """Ce qui suit, à partir de la différence, en `room` colonnes."""
    pieces = [marked(char) for char in _dotted(text[index : index + room])]
    cut = len(text) > index + room
    while cell_len("".join(pieces)) > room - cut:
        pieces.pop()
        cut = True
    return "".join(pieces) + "…" * cut


def _name(char: str) -> str:
    if char in NAMES:
        return NAMES[char]
    # Deux lettres de même dessin ne se distinguent que par leur numéro.
    return f"« {marked(char)} »" + ("" if char.isascii() else f" (U+{ord(char):04X})")
