"""Rien de ce que montre un rapport ne pilote un terminal, ne se cache ni ne trompe l'œil."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wording.harmless import MAX_MARKS, neutral, shortened, visible

ANY = st.text(st.characters(exclude_categories=[]))  # substituts isolés compris


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bonjour tout le monde",
        "« Ça, c'est réussi ! » dit-elle : l'œuf, 12\u00a0€\u202f?",
        "日本語のテキストです、長い文章。",
        "👩\u200d🚀 ❤\ufe0f\u200d🔥 👨\u200d👩\u200d👧\u200d👦 🇫🇷 1\ufe0f\u20e3",
        "👩🏽\u200d💻👩🏽\u200d💻👩🏽\u200d💻👩🏽\u200d💻",
        "می\u200cخواهم",
        "e\u0301te\u0301 décomposé",
        "שָׁלוֹם הַעֲלִיתֶם",
        "!!!!!!!!!! ........ ————————— ★★★★★★★★",
    ],
)
def test_an_honest_text_is_left_alone(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;titre\x07", "�]0;titre�"),
        ("une\nligne\r\n", "une�ligne��"),
        ("\t\x00\x7f", "���"),
        ("\x9b31m rouge\x85", "�31m rouge�"),
        ("\u202egnol\u202c \u2066x\u2069 \u200e\u200f\u061c", "�gnol� �x� ���"),
        ("a\u2028b\u2029c", "a�b�c"),
        ("\ud800 seul \udcff", "� seul �"),
        ("ok\U000e0041\U000e007f\U000e0100", "ok���"),
        ("zéro\u200blargeur\ufeff\u2060", "zéro�largeur��"),
    ],
)
def test_what_drives_a_terminal_or_fools_the_eye_is_shown_as_such(text: str, shown: str) -> None:
    assert neutral(text) == shown


@pytest.mark.parametrize("mark", ["\u0301", "\u0e49", "\u20dd", "\ufe0f", "\u200d"])
def test_piles_of_marks_are_cut(mark: str) -> None:
    assert neutral(f"e{mark * 50}!") == f"e{mark * MAX_MARKS}!"


def test_a_joiner_does_not_start_a_new_pile() -> None:
    assert neutral("e" + "\u0301\u0301\u0301\u200d" * 10) == "e\u0301\u0301\u0301\u200d"


@given(ANY)
@example("\u0301" * 5 + "\n")
def test_whatever_the_text(text: str) -> None:
    """Plus rien de nuisible, rien à refaire, et jamais plus long."""
    safe = neutral(text)
    assert neutral(safe) == safe
    assert len(safe) <= len(text)
    safe.encode()
    assert safe.splitlines() in ([safe], [])
    categories = [unicodedata.category(char) for char in safe]
    assert not {"Cc", "Cs", "Zl", "Zp"} & set(categories)
    run = 0
    for category in categories:
        run = run + 1 if category[0] == "M" else 0
        assert run <= MAX_MARKS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("salut, ça va ?", "salut, ça va ?"),
        ("\x1b]0;titre\x07", "␛]0;titre␇"),
        ("a\x00b\tc\rd\ne", "a␀b␉c␍d␊e"),
        ("\x7f", "␡"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", "\\u2066\\u2069\\u200e\\u200f\\u061c"),
        ("it\u200b4\u200d\ufeff", "it\\u200b4\\u200d\\ufeff"),
        ("\ud800\udfff", "\\ud800\\udfff"),
        ("caf\udce9", "caf\\xe9"),
        ("\ue000\U000f0000\u0378", "\\ue000\\U000f0000\\u0378"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\u3164\u2800\U000e0100", "\\u3164\\u2800\\U000e0100"),
        ("👩 ❤\ufe0f e\u0301 漢 \u00a0", "👩 ❤\ufe0f e\u0301 漢 \u00a0"),
    ],
)
def test_what_acts_or_hides_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_newlines_are_kept_on_request() -> None:
    assert visible("a\nb\x1b\r\n", newlines=True) == "a\nb␛␍\n"


def test_stacked_accents_do_not_overflow_on_other_lines() -> None:
    shown = visible("z" + "\u0301" * 50 + "a\u0301")
    assert shown.count("\u0301") == MAX_MARKS + 1
    assert shown.count("\\u0301") == 50 - MAX_MARKS


@pytest.mark.proof
def test_no_character_of_unicode_escapes() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    categories = {unicodedata.category(char) for char in visible(everything)}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_what_is_cut_is_counted() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdef", 5) == "abcde [… 1 caractère de plus]"
    assert shortened("x" * 12347, 2) == "xx [… 12\u00a0345 caractères de plus]"
    assert shortened("abcdef", 2, end=True) == "[… 4 caractères de plus] ef"
