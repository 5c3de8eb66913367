"""Ce que le serveur veut d'un nom nouveau, en plus de ce que veut protocol/text.py.

Seul un nouveau est jugé : qui a déjà son pseudo le garde, un salon aussi. Les clients s'en tiennent
donc à protocol/text.py, et c'est le serveur qui refuse, avec la raison.
"""

import re
import unicodedata
from collections.abc import Iterator

from chatroom.protocol.text import clean_name, fold
from chatroom.server.core.lookalikes import one_script, skeletons

# La ponctuation et les signes que l'on rencontre dans un nom : O'Neil, Jean-Luc, M. x_X, R&B… Tous
# les autres sont refusés, car il leur suffit d'un deux-points ou d'une virgule pour en faire une
# ligne ou une liste. Les symboles (★, ❤) et les emoji n'en sont pas.
_ALLOWED = frozenset("'’.-\u2010_!?¡¿&+*=~^%°@#$€£·・゠׳״֊་")
# Des lettres et des traits qui se lisent « : » ou « — » ; une phrase entière en un caractère ; ce
# qu'on écrit à la place de ce qui ne s'écrit pas.
_DISGUISED = re.compile("[\u02d0\u02d1\u2500-\u257f\ufdfd\ufffc\ufffd]")

# Nos mots : ce qu'écrivent les visages (client/faces/display.py, page/view/). Repliés par _words.
_ALONE = (  # à la place d'un pseudo ; ou ceux qui ont un rôle
    *("moi", "tous", "tout le monde", "personne", "message", "message retiré"),
    *("système", "erreur", "admin", "administrateur", "modérateur", "opérateur"),
)
_FIRST = ("vous", "annonce", "serveur", "le serveur", "welcome back", "reconnecté", "personne ne")
_ANYWHERE = (
    *("a dit", "avez dit", "a envoyé", "avez envoyé", "a rejoint", "ont rejoint", "a quitté"),
    *("ont quitté", "est de retour", "sont de retour", "a retiré", "a supprimé", "a changé"),
    *("a renommé", "a fermé", "a exclu", "a banni", "a été", "ont été", "s'est connecté", "autres"),
)


def clean_pseudo(text: str, limit: int) -> str:
    """Le pseudo d'un nouveau venu, tel qu'il sera gardé.

    `limit` est en caractères. ValueError, avec la raison en français, s'il ne convient pas.
    """
    name = _in_one_script(text, limit)
    for char in name + fold(name):  # « ⑴ » se replie en « (1) »
        if _reads_as_a_line(char):
            raise ValueError(f"il contient « {char} », que le chat garde pour ses lignes")
    if ours := _ours(name):
        raise ValueError(f"« {ours} » est un mot que le chat garde pour lui")
    return name


def clean_room(text: str, limit: int) -> str:
    """Le nom d'un nouveau salon, tel qu'il sera gardé. Un salon ne parle pas : toute ponctuation
    lui est permise.

    `limit` est en caractères. ValueError, avec la raison en français, s'il ne convient pas.
    """
    return _in_one_script(text, limit)


def _in_one_script(text: str, limit: int) -> str:
    name = clean_name(text, limit)
    if not one_script(name):
        raise ValueError("il mêle plusieurs alphabets")
    return name


def _reads_as_a_line(char: str) -> bool:
    if char in _ALLOWED:
        return False
    category = unicodedata.category(char)
    return (category[0] in "PS" and category != "So") or bool(_DISGUISED.match(char))


def _ours(name: str) -> str:
    """Ceux de nos mots qu'on y lit, même déguisés ; rien s'il n'en a pas."""
    readings = [_words(form) for form in skeletons(name)]
    return next((ours for ours, found in _OURS if any(map(found.search, readings))), "")


def _words(skeleton: str) -> str:
    """Ses mots, sans accent ni ponctuation, entre deux espaces."""
    letters = unicodedata.normalize("NFD", skeleton)
    bare = "".join(char for char in letters if unicodedata.category(char) != "Mn")
    words = re.findall(r"[^\W_]+", bare)
    return f" {' '.join(words)} "


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for start, texts, end in (("^", _ALONE, "$"), ("^", _FIRST, ""), ("", _ANYWHERE, "")):
        for text in texts:
            yield text, re.compile(f"{start}{_words(skeletons(text)[0])}{end}")


_OURS = tuple(_patterns())
