"""Les mêmes textes neutres, noms et replis que wording/harmless.py et protocol/text.py."""

import json
import random
import time
import unicodedata
from typing import Any

from chatroom.protocol.text import clean_name, fold
from playwright.sync_api import Page

from wording.harmless import neutral

LIMIT = 20
# Ce que les trois fonctions font de chaque texte, donné et rendu comme une suite de caractères :
# un substitut isolé ne passerait pas autrement.
ASK = """async ([texts, limit]) => {
  const { cleanName, fold, neutral } = await import("/protocol/text.js");
  const points = (text) => Array.from(text, (char) => char.codePointAt(0));
  const told = JSON.parse(texts).map((text) => {
    const whole = String.fromCodePoint(...text);
    let name;
    try {
      name = points(cleanName(whole, limit));
    } catch (error) {
      name = String(error);
    }
    return [points(neutral(whole)), points(fold(whole)), name];
  });
  return JSON.stringify(told);
}"""
MANY = (
    *(range(0x3400, 0xA000), range(0xAC00, 0xD7A4), range(0xE000, 0xF900)),
    *(range(0x17000, 0x1D000), range(0x20000, 0x32000), range(0xF0000, 0x110000)),
)
SPICES = [
    "eéÉaœŒßẞıİiIſKÅΣσςΑΩµŉǰΐᾳᾼ\u0345ﬁﬀ",  # des lettres, et leurs casses
    "ＢｏｂⅣ①²㎏㍿ｶﾞ가각\u1100\u1161\u11a8ᎠᏰᏸꭰꮿაᲐ",  # leurs formes de compatibilité
    "\u0301\u0323\u0308\u05b0\u0e49\u20dd\u0958\u093c\ufb2c",  # des signes
    "\u200c\u200d\ufe0e\ufe0f\u034f",  # des liants, des sélecteurs
    "👩\u200d🎓\u200d🏽\ufe0f♀→",  # des emoji composés
    " \t\n\x0b\x1c\x1f\x85\xa0\u1680\u2003\u2028\u2029\u202f\u3000\ufeff\u200b",  # des espaces
    "\x00\x1b\x7f\x9b\u202e\u2066\u2060\u180e\ufffd\ue000\ud800\U000e0041\U000e0100",
    "/@#＠＃／ a.,-_",  # des commandes
    "🙂👩🚀🏽🇫🇷漢字한שלום",
    "\u3164\u2800\uffa0\u115f\u17b4",  # des blancs
]


def told(text: str) -> list[Any]:
    try:
        name: list[int] | str = points(clean_name(text, LIMIT))
    except ValueError as why:
        name = f"RangeError: {why}"
    return [points(neutral(text)), points(fold(text)), name]


def points(text: str) -> list[int]:
    return list(map(ord, text))


def compare(page: Page, texts: list[str]) -> None:
    # En JSON : un par un, ces nombres mettraient dix secondes à passer.
    found = page.evaluate(ASK, [json.dumps(list(map(points, texts))), LIMIT])
    for text, answer in zip(texts, json.loads(found), strict=True):
        assert answer == told(text), ascii(text)


def test_texts_drawn_at_random(modules: Page) -> None:
    """Des mélanges qui ont chacun leur piège."""
    draw = random.Random(5)
    texts = []
    for _ in range(4_000):
        spices = draw.choices(SPICES, k=draw.randint(1, 3))
        texts.append("".join(draw.choices("".join(spices), k=draw.randint(0, 14))))
    compare(modules, texts)


def test_piles_and_lengths(modules: Page) -> None:
    """Autour de chaque borne, en caractères, en signes et en octets."""
    texts = ["e" + mark * n + "x" for mark in "\u0301\u200d\ufe0f" for n in range(3, 8)]
    texts += [letter * n for letter in ("x", "🙂", "e\u0301", "\u0958") for n in (19, 20, 21, 81)]
    compare(modules, texts)


def test_every_character(modules: Page) -> None:
    """Chaque caractère que Python connaît, au début d'un texte puis au milieu."""
    unknown = {"Cn", "Cs"}
    known = [
        chr(point)
        for point in range(0x110000)
        if unicodedata.category(chr(point)) not in unknown and not alike(point)
    ]
    assert len(known) > 20_000
    compare(modules, [f"{char}a{char}{char}b" for char in known])


def alike(point: int) -> bool:
    """L'un des milliers d'idéogrammes, de syllabes ou d'usage privé : un sur cent suffit."""
    return point % 97 > 0 and any(point in many for many in MANY)


def test_a_pile_of_marks_costs_nothing(modules: Page) -> None:
    """Un texte fait pour cela ne fige pas la page."""
    start = time.monotonic()
    reasons = modules.evaluate(
        """async () => {
          const { cleanName, neutral } = await import("/protocol/text.js");
          const hostile = ["e" + "\\u0301\\u0323".repeat(50_000), " ".repeat(200_000) + "x",
            "x" + " ".repeat(200_000) + "x", "\\u200d".repeat(200_000)];
          return hostile.map((text) => {
            neutral(text);
            try {
              return cleanName(text, 20);
            } catch (error) {
              return error.message;
            }
          });
        }"""
    )
    assert reasons[0] == "20 caractères au plus"
    assert reasons[1] == "x"
    assert time.monotonic() - start < 5
