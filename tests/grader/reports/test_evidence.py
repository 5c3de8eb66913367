"""Un échec se montre une fois : ni le même texte deux fois, ni « attendu rien »."""

import pytest

from grader.model.records import Failure, Match
from grader.reports.difference import WIDTH
from grader.reports.evidence import (
    both_ends,
    difference,
    last_lines,
    likeness,
    output,
    received,
    sent,
)

TRACE = 'Traceback (most recent call last):\n  File "x.py", line 3\nKeyError: 1'


def test_two_sentences_are_compared_letter_by_letter() -> None:
    failure = Failure("", expected="a dit : x", received="a dit: x", match=Match.WORD)
    found = difference(failure, WIDTH)
    assert found
    assert found.index == 5
    assert likeness(failure).startswith("le mot tiré au sort y est")


@pytest.mark.parametrize(
    ("expected", "got", "match"),
    [
        ("/tmp/web_page", "/tmp/page", Match.WORD),
        ("https://a.fr", "la page", Match.WORD),
        ("la page", "https://a.fr\n", Match.WORD),
        ("4 pages", "1 page", None),  # une mesure
        ("a dit : x", "", Match.NONE),
    ],
)
def test_other_texts_are_only_shown(expected: str, got: str, match: Match | None) -> None:
    failure = Failure("", expected=expected, received=got, match=match)
    assert difference(failure, WIDTH) is None
    assert likeness(failure) == ""


def test_a_sentence_with_a_path_in_it_is_a_sentence() -> None:
    failure = Failure("", expected="/tmp/x : oui", received="/tmp/x : non", match=Match.WORD)
    assert difference(failure, WIDTH)


@pytest.mark.parametrize(
    ("failure", "shown", "below"),
    [
        # Ce qui est reçu et ce que montre le terminal : une seule fois.
        (Failure("", expected="a", received=TRACE, output=f"…\n{TRACE}\n"), TRACE, ""),
        (Failure("", received=TRACE, output=f"\x1b[31m{TRACE}\n"), None, f"{TRACE}\n"),
        (Failure("", received=TRACE[9:], output=TRACE), None, TRACE),
        (Failure("", expected="a", received=f"un\nb\n{TRACE}"), f"un\nb\n{TRACE}", ""),
        (Failure("", expected="2", received="1 seule :\nfin", output="fin"), "1 seule :\nfin", ""),
        # Les mêmes nombres, l'un en ligne, l'autre en colonne, et coupé.
        (Failure("", expected="2", received="1 2 3", output="…\n2\n3\n"), "1 2 3", ""),
        # Un mot parmi beaucoup d'autres lignes : les deux apprennent quelque chose.
        (Failure("", expected="a", received="KeyError", output=TRACE), "KeyError", TRACE),
        (Failure("", received="trop", output=TRACE), "trop", TRACE),
        # On n'attendait rien : seul ce qui vient se montre.
        (Failure("", output=TRACE), None, TRACE),
        (Failure("", expected="a", output=TRACE), "", TRACE),
        (Failure(""), None, ""),
    ],
)
def test_the_same_text_is_shown_once(failure: Failure, shown: str | None, below: str) -> None:
    assert received(failure) == shown
    assert output(failure) == below


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Hello", "Hello"), ("Hello\n", "Hello⏎"), ("a\n\nb", "a⏎\n⏎\nb"), ("\n", "⏎"), ("", "")],
)
def test_each_newline_that_is_sent_is_seen(text: str, shown: str) -> None:
    assert sent(Failure("", sent=text)) == shown


def test_last_lines() -> None:
    assert last_lines("b\nc\n\n", 2, 100) == "b\nc"
    assert last_lines("a\nb\nc\n\n", 2, 100) == "…\nb\nc"
    assert last_lines("", 2, 100) == ""
    assert last_lines("aaaa\nbbbb", 2, 6) == "[… 3 caractères de plus] a\nbbbb"


def test_both_ends() -> None:
    assert both_ends("a\nb\nc\n", 3, 100) == "a\nb\nc"
    assert both_ends("a\nb\nc\nd\ne\nf", 3, 100) == "a\nb\n[… 3 lignes de plus]\nf"
    assert both_ends("", 3, 100) == ""
    assert both_ends("début" + "x" * 90 + "fin", 3, 10) == "début [… 88 caractères de plus] xxfin"
