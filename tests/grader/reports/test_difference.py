"""La première différence se montre, même invisible, même au milieu d'un long texte."""

import pytest
from rich.cells import cell_len

from grader.reports.difference import closest_line, comparable, first_difference


@pytest.mark.parametrize(
    ("expected", "received", "wanted", "got", "sentence"),
    [
        ("abc", "abd", "abc", "abd", "caractère 3 : attendu « c », reçu « d »"),
        ("abc", "ab", "abc", "ab", "caractère 3 : attendu « c », reçu la fin du texte"),
        ("ab", "abc", "ab", "abc", "caractère 3 : attendu la fin du texte, reçu « c »"),
        ("a : b", "a: b", "a·: b", "a: b", "caractère 2 : attendu une espace, reçu « : »"),
        ("a : x", "a :  x", "a :·x", "a :··x", "caractère 5 : attendu « x », reçu une espace"),
        ("ab", "ab ", "ab", "ab·", "caractère 3 : attendu la fin du texte, reçu une espace"),
        ("a b", "a\tb", "a·b", "a⇥b", "caractère 2 : attendu une espace, reçu une tabulation"),
        ("é", "e\u0301", "é", "e\\u0301", "caractère 1 : attendu « é » (U+00E9), reçu « e »"),
        ("ab", "аb", "ab", "аb", "caractère 1 : attendu « a », reçu « а » (U+0430)"),
    ],
)
def test_both_sides_show_it(
    expected: str, received: str, wanted: str, got: str, sentence: str
) -> None:
    difference = first_difference(expected, received)
    assert difference
    assert (difference.expected, difference.received) == (wanted, got)
    assert difference.sentence == sentence


def test_equal_texts_have_none() -> None:
    assert first_difference("abc", "abc") is None


def test_place_in_several_lines() -> None:
    difference = first_difference("un\ndeux\ntrois", "un\ndeux\ntrios")
    assert difference
    assert (difference.index, difference.line, difference.column) == (10, 3, 3)
    assert difference.sentence.startswith("ligne 3, caractère 3 : ")
    assert difference.received == "un⏎deux⏎trios"
    newline = first_difference("ab", "a\nb")
    assert newline
    assert (newline.line, newline.column) == (1, 2)


@pytest.mark.parametrize(
    "head", ["", "x", "漢字 ", "👩\u200d💻 ", "e\u0301té ", "\x1b[31m", "x" * 60]
)
def test_the_caret_is_under_the_difference_whatever_the_width(head: str) -> None:
    difference = first_difference(f"{head}A fin", f"{head}B fin", width=40)
    assert difference
    place = cell_len(difference.caret) - 1
    assert cell_len(difference.expected.partition("A")[0]) == place
    assert cell_len(difference.received.partition("B")[0]) == place


@pytest.mark.parametrize("letter", ["x", "漢", "\x00", "\u202e"])
def test_long_texts_are_windowed(letter: str) -> None:
    long = letter * 100_000
    difference = first_difference(f"{long}A{long}", f"{long}B{long}", width=60)
    assert difference
    for side in (difference.expected, difference.received):
        assert side.startswith("…")
        assert side.endswith("…")
        assert cell_len(side) <= 60
    assert "A" in difference.expected
    assert "B" in difference.received


def test_the_line_that_matters_is_found_among_others() -> None:
    received = "Bienvenue !\n10.0.0.1:99 a dit : saphir\nAu revoir"
    assert closest_line("10.0.0.1:99 a dit: saphir", received) == "10.0.0.1:99 a dit : saphir"


def test_a_right_line_does_not_hide_what_surrounds_it() -> None:
    assert closest_line("bonjour", "bonjour\nencore") == "bonjour\nencore"


@pytest.mark.parametrize(
    ("expected", "received"),
    [("un\ndeux", "trois\nquatre"), ("abc", "abd"), ("abc", "ééé\nççç")],
)
def test_otherwise_all_that_is_received_is_compared(expected: str, received: str) -> None:
    assert closest_line(expected, received) == received


def test_what_costs_nothing_is_not_blamed() -> None:
    received = "\x1b[31mbob a dit: salut\x1b[0m\r\n"
    assert comparable("bob a dit : salut", received) == ("bob a dit : salut", "bob a dit: salut")
    assert comparable("salut", "salut\n") == ("salut", "salut\n")
