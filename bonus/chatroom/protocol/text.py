"""Ce qui peut servir de nom, et sous quelle forme deux noms n'en font qu'un."""

import re
import unicodedata

from chatroom.protocol.limits import LONGEST_NAME
from wording.harmless import BLANKS, neutral

# Aucune lettre ne se décompose, en NFD, en plus de quatre caractères.
MAX_DECOMPOSITION = 4
_SELECTORS = re.compile("[\ufe00-\ufe0f]")
# Un emoji composé : des symboles qu'un liant réunit en un dessin. Ailleurs, il ne se verrait pas.
_SYMBOL = "[\u2190-\u2bff\U0001f300-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]?"
_JOINED = re.compile(f"{_SYMBOL}(?:\u200d{_SYMBOL})+")
_COMMANDS = ("/", "@", "#")


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
    seen = _JOINED.sub(lambda joined: joined[0].replace("\u200d", ""), name)
    if not seen.isprintable() or neutral(name) != name or BLANKS.search(name):
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
