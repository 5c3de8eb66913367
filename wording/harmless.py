"""Rendre inoffensif un texte venu d'ailleurs, avant de le montrer.

Est nuisible ce qui pilote un terminal, coupe une ligne, trompe l'œil ou déborde sur ses voisines.
Deux lectures, parce qu'elles ne veulent pas la même chose :

- `neutral` : une conversation. Toutes les langues et tous les emoji y restent entiers, même plus
  récents que ce Python ; ce qui nuit n'y a pas de sens, et devient « � » ;
- `visible` : une preuve. Il faut savoir ce qui était là : ce qui ne se voit pas y est écrit par son
  nom (« ␛ », « \\u202e »), les liants des emoji aussi.

La borne est à l'appelant : `shortened`, d'abord.
"""

import re
import unicodedata

from wording.numbers import count

REPLACEMENT = "\ufffd"  # « � »
MAX_MARKS = 4  # signes d'affilée sur une lettre : l'hébreu en met trois, « zalgo » cinquante

# Les liants (U+200C, U+200D) et les sélecteurs de variante (U+FE0F) n'y sont pas : les emoji
# composés et le persan en ont besoin.
_HARMFUL = (
    "\x00-\x1f\x7f-\x9f"  # contrôles C0 et C1 : échappements, retours à la ligne, tabulations
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # sens d'écriture
    "\u2028\u2029"  # séparateurs de lignes et de paragraphes
    "\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"  # invisibles, de largeur nulle
    "\ud800-\udfff"  # substituts isolés : ils ne s'écrivent pas en UTF-8
    "\U000e0000-\U000e0fff"  # étiquettes : un second texte, invisible, caché dans le premier
)
_HARM = re.compile(f"[{_HARMFUL}]")
# Un signe diacritique n'est jamais « \w » : cinq non-lettres d'affilée, ce peut être une pile de
# signes. unicodedata tranche ensuite, sur ces rares textes seulement.
_SUSPECT = re.compile(rf"[{_HARMFUL}]|[^\w\x00-\u02ff]{{{MAX_MARKS + 1}}}")
_JOINERS = "\u200c\u200d"
# Unicode les dit lettres, marques ou symboles, et ils ne se voient pas : deux noms différents
# auraient le même aspect.
BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef]"
)
_DELETE = 0x7F
_UNREADABLE = range(0xDC80, 0xDD00)  # un octet qui n'est pas de l'UTF-8, tel que le lit Python
_FIRST_MARK = "\u0300"


def neutral(text: str) -> str:
    """`text` où ce qui nuit devient « � » ; d'une pile de signes, les quatre premiers restent."""
    if text.isascii() and text.isprintable():
        return text
    if not _SUSPECT.search(text):
        return text
    return _without_piles(_HARM.sub(REPLACEMENT, text))


def _without_piles(text: str) -> str:
    kept = []
    marks = 0
    for char in text:
        # Un liant entre deux signes n'empêche pas la pile de monter : il compte aussi.
        piled = char in _JOINERS or unicodedata.category(char)[0] == "M"
        marks = marks + 1 if piled else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def visible(text: str, *, newlines: bool = False) -> str:
    """`text` où ce qui ne se voit pas est écrit par son nom ; `newlines` garde les « \\n »."""
    if text.isascii() and text.isprintable():
        return text
    shown = []
    marks = 0
    for char in text:
        marked = char >= _FIRST_MARK and unicodedata.category(char)[0] == "M"
        marks = marks + 1 if marked else 0
        keep = newlines if char == "\n" else marks <= MAX_MARKS and not hidden(char)
        shown.append(char if keep else named(char))
    return "".join(shown)


def hidden(char: str) -> bool:
    """Vrai pour ce qui agit ou ne se voit pas."""
    if char.isprintable():
        return bool(BLANKS.match(char))
    # Contrôle, format (sens d'écriture, largeur nulle), substitut isolé, usage privé, non
    # attribué ; mais aussi les espaces autres que « \x20 », qui, elles, ne trompent pas.
    return unicodedata.category(char) != "Zs"


def named(char: str) -> str:
    """Le caractère écrit de façon à être vu : « ␛ », « \\u202e »."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == _DELETE:
        return "␡"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    if code in _UNREADABLE:
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def shortened(text: str, limit: int, *, end: bool = False) -> str:
    """Les `limit` premiers caractères, ou les derniers, et combien manquent."""
    cut = len(text) - limit
    if cut <= 0:
        return text
    missing = f"[… {count(cut, 'caractère')} de plus]"
    return f"{missing} {text[cut:]}" if end else f"{text[:limit]} {missing}"
