"""Les noms que l'on prendrait l'un pour l'autre (UTS #39) : leurs squelettes, leur écriture.

Les deux tables de unicode/ sont celles d'Unicode, et non d'une bibliothèque : confusables et
confusable_homoglyphs ne font pas de squelette, pèsent trois et un mégaoctets, et datent de 2021 et
de 2024 ; PyICU demande ICU, trente mégaoctets, et un compilateur.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from importlib.resources import files

from chatroom.protocol.text import fold

TIMES = 5  # aucun caractère ne change plus de trois fois
# Ce qui ne se voit pas, et qu'un nom peut contenir : les liants et les variantes d'un emoji.
_UNSEEN = dict.fromkeys([0x200D, *range(0xFE00, 0xFE10)])
# Les langues qui ont plusieurs écritures ; le latin se mêle à chacune (« hautement restrictif »).
_LANGUAGES = {"Jpan": ("Hani", "Hira", "Kana"), "Kore": ("Hani", "Hang"), "Hanb": ("Hani", "Bopo")}


def skeletons(name: str) -> tuple[str, ...]:
    """Ce à quoi ressemble un nom, de toutes les façons de le lire : une à trois.

    Deux noms se confondent si un squelette de l'un, au moins, en est un de l'autre. Un seul n'y
    suffirait pas : « ALICE » est alice, « aIice » s'y lit d'un I majuscule, et « ALlCE », d'un l.
    Les accents comptent : « élodie » n'est pas « elodie ». Mais « 0 » se lit O, « 1 » se lit l, et
    « rn » se lit m. Ne sert qu'à comparer ; ne se montre pas.
    """
    readings = (fold(_capitals(name)), name, fold(_capitals(_bars(name))))
    return tuple(dict.fromkeys(map(_settled, readings)))


def _capitals(name: str) -> str:
    """Les capitales telles qu'on les lit, un trait droit en I : « ТІМ », en russe, est TIM."""
    letters = unicodedata.normalize("NFD", name)
    capitals = {one for one in letters if unicodedata.category(one) == "Lu"}
    return letters.translate({ord(one): "I" if _bar(one) else _seen(one) for one in capitals})


def _bars(name: str) -> str:
    """Les traits droits en I, là où l'on attend une capitale : parmi d'autres, ou à un début."""
    sorts = {unicodedata.category(one) for one in name if not _bar(one)}
    if "Lu" in sorts and "Ll" not in sorts:
        return "".join("I" if _bar(one) else one for one in name)
    words = name.split(" ")
    return " ".join("I" + word[1:] if word and _bar(word[0]) else word for word in words)


def _bar(char: str) -> bool:
    """Vrai de tout ce qui se lit « l », « I » ou « 1 »."""
    return _seen(char) == "l"


def _seen(char: str) -> str:
    return _CONFUSABLES.get(ord(char), char)


def _settled(name: str) -> str:
    """Le squelette, en minuscules, de son squelette : « 0 » donne « O », puis « o »."""
    for _ in range(TIMES):
        before, name = name, fold(_skeleton(name))
        if name == before:
            break
    return name


def _skeleton(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.translate(_UNSEEN))
    return unicodedata.normalize("NFD", letters.translate(_CONFUSABLES))


def one_script(name: str) -> bool:
    """Vrai si un nom s'écrit d'un seul alphabet, ou du mélange d'une langue d'Asie et du latin."""
    known = [found for char in fold(name) if (found := _scripts(char))]
    if not known or frozenset.intersection(*known):
        return True
    others = [found for found in known if "Latn" not in found]
    return bool(frozenset.intersection(*others) & _LANGUAGES.keys())


def _scripts(char: str) -> frozenset[str]:
    """Les écritures où il sert, et les langues qui les mêlent ; vide s'il sert partout."""
    first, last, found = _SCRIPTS[bisect_right(_SCRIPTS, ord(char), key=lambda run: run[0]) - 1]
    return found if first <= ord(char) <= last else frozenset()


def _lines(name: str) -> Iterator[str]:
    text = files("chatroom.server.core").joinpath("unicode", name).read_text("utf-8")
    return (line for line in text.splitlines() if not line.startswith("#"))


def _confusables() -> Iterator[tuple[int, str]]:
    """Chaque caractère qui en imite d'autres, et ceux qu'il imite."""
    for line in _lines("confusables.txt"):
        for entry in line.split("; "):
            model, _, sources = entry.partition(" < ")
            shown = "".join(chr(int(code, 16)) for code in model.split())
            for source in sources.split():
                yield int(source, 16), shown


def _runs() -> Iterator[tuple[int, int, frozenset[str]]]:
    """Les suites de caractères d'une même écriture : le premier, le dernier, où ils servent."""
    for line in _lines("scripts.txt"):
        names, _, places = line.partition(" < ")
        found = set(names.split())
        found |= {one for one, among in _LANGUAGES.items() if found.intersection(among)}
        for place in places.split():
            first, _, last = place.partition("..")
            yield int(first, 16), int(last or first, 16), frozenset(found)


_CONFUSABLES = dict(_confusables())
_SCRIPTS = sorted(_runs(), key=lambda run: run[0])
