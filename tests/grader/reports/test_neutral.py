"""Rien de ce que montre un rapport ne pilote un terminal, ne se cache ni ne trompe l'œil."""

import sys
import unicodedata

import pytest

from grader.reports.neutral import MAX_MARKS, last_lines, neutral, shortened


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
        ("\ue000\U000f0000\u0378", "\\ue000\\U000f0000\\u0378"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\u3164\u2800\U000e0100", "\\u3164\\u2800\\U000e0100"),
        ("👩 ❤\ufe0f e\u0301 漢 \u00a0", "👩 ❤\ufe0f e\u0301 漢 \u00a0"),
    ],
)
def test_what_acts_or_hides_is_made_visible(text: str, shown: str) -> None:
    assert neutral(text) == shown


def test_newlines_are_kept_on_request() -> None:
    assert neutral("a\nb\x1b\r\n", newlines=True) == "a\nb␛␍\n"


def test_stacked_accents_do_not_overflow_on_other_lines() -> None:
    shown = neutral("z" + "\u0301" * 50 + "a\u0301")
    assert shown.count("\u0301") == MAX_MARKS + 1
    assert shown.count("\\u0301") == 50 - MAX_MARKS


def test_no_character_of_unicode_escapes() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    categories = {unicodedata.category(char) for char in neutral(everything)}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_what_is_cut_is_counted() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdef", 5) == "abcde [… 1 caractère de plus]"
    assert shortened("x" * 12347, 2) == "xx [… 12\u00a0345 caractères de plus]"
    assert shortened("abcdef", 2, end=True) == "[… 4 caractères de plus] ef"


def test_last_lines() -> None:
    assert last_lines("b\nc\n\n", 2, 100) == "b\nc"
    assert last_lines("a\nb\nc\n\n", 2, 100) == "…\nb\nc"
    assert last_lines("", 2, 100) == ""
    assert last_lines("aaaa\nbbbb", 2, 6) == "[… 3 caractères de plus] a\nbbbb"
