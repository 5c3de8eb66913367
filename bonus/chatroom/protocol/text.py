"""Rendre inoffensif un texte venu d'ailleurs, et choisir ce qui peut servir de nom."""

import re
import unicodedata

from chatroom.protocol.limits import LONGEST_NAME

REPLACEMENT = "\ufffd"  # « � »
MAX_MARKS = 4  # signes d'affilée sur une lettre : l'hébreu en met trois, « zalgo » cinquante
# Aucune lettre ne se décompose, en NFD, en plus de quatre caractères.
MAX_DECOMPOSITION = 4

# Ce qui pilote un terminal ou trompe l'œil. Les liants (U+200C, U+200D) et les sélecteurs de
# variante (U+FE0F) restent : les emoji composés et le persan en ont besoin.
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
# Ils passent pour imprimables et ne se voient pas : deux noms différents auraient le même aspect.
_BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef]"
)
_SELECTORS = re.compile("[\ufe00-\ufe0f]")
_COMMANDS = ("/", "@", "#")


def neutral(text: str) -> str:
    """`text` sans rien qui pilote un terminal, coupe une ligne ou déborde sur les voisines.

    Ce qui est nuisible devient « � » ; d'une pile de signes, les quatre premiers restent.
    """
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


def clean_name(text: str, limit: int) -> str:
    """Le pseudo ou le nom de salon tel qu'il sera gardé : composé (NFC), sans espace au bord.

    `limit` est en caractères. ValueError, avec la raison en français, s'il ne convient pas.
    """
    name = text.strip()
    # D'abord sa longueur : le temps que prend NFC croît comme le carré d'une pile de signes.
    if len(name) <= limit * MAX_DECOMPOSITION:
        name = unicodedata.normalize("NFC", name)
    if len(name) > limit:
        raise ValueError(f"{limit} caractères au plus")
    if not name:
        raise ValueError("il est vide")
    if not name.isprintable() or neutral(name) != name or _BLANKS.search(name):
        raise ValueError("il contient un caractère invisible ou interdit")
    if fold(name).startswith(_COMMANDS):  # « ＠ » aussi : il se replie en « @ »
        raise ValueError(f"il commence par « {name[0]} », qui annonce autre chose")
    if unicodedata.category(name[0])[0] == "M":
        raise ValueError("il commence par un signe qui se poserait sur la lettre d'avant")
    if "  " in name:
        raise ValueError("il contient deux espaces de suite")
    if len(name.encode()) > LONGEST_NAME:  # composé, un nom s'allonge parfois
        raise ValueError(f"{LONGEST_NAME} octets au plus")
    return name


def fold(name: str) -> str:
    """La forme sous laquelle deux noms se comparent : « ÉLODIE » et « élodie » n'en font qu'un.

    Les accents comptent. C'est `toNFKC_Casefold` (Unicode, définition D147), ou presque.
    """
    once = unicodedata.normalize("NFD", _SELECTORS.sub("", name)).casefold()
    twice = unicodedata.normalize("NFKC", once).casefold()
    return unicodedata.normalize("NFKC", twice)
