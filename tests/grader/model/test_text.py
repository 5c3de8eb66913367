"""Comparer un texte, du plus sévère au plus large."""

import time

import pytest

from grader.model.records import Match
from grader.model.text import compare, compare_line, lines_with, plain, tidy

WORD = "zabolira"
EXPECTED = f"it4 a dit : é{WORD} çà"
LOG = f"Message received from 10.1.2.3:4567 : {WORD}"
RED, RESET = "\x1b[1;31m", "\x1b[0m"
DECOMPOSED = EXPECTED.replace("é", "e\u0301").replace("ç", "c\u0327").replace("à", "a\u0300")


@pytest.mark.parametrize(
    ("received", "match"),
    [
        (EXPECTED, Match.EXACT),
        (f"{EXPECTED}\n", Match.TOLERANT),
        (f"\r\n\t {EXPECTED}  \r\n", Match.TOLERANT),
        (f"{RED}it4{RESET} a dit : é{RED}{WORD}{RESET} çà", Match.TOLERANT),
        (DECOMPOSED, Match.TOLERANT),
        (f"Bienvenue !\n{EXPECTED}\n", Match.TOLERANT),  # le mot de bienvenue de la copie
        (f"Bienvenue !{EXPECTED}", Match.WORD),
        (f"{EXPECTED}\nluo a dit : {WORD}", Match.WORD),  # attribué à deux personnes
        (f"{EXPECTED}\n{EXPECTED}", Match.WORD),  # dit deux fois
        (f"it4 dit : {WORD}", Match.WORD),
        (f"{WORD[:3]}{RED}{WORD[3:]}", Match.WORD),
        (EXPECTED.replace(WORD, WORD[:-1]), Match.NONE),
        (WORD.upper(), Match.NONE),
        ("", Match.NONE),
    ],
)
def test_a_text(received: str, match: Match) -> None:
    assert compare(EXPECTED, received, WORD) is match


def test_an_empty_line_is_not_the_text() -> None:
    assert compare("", "\n\n", "mot") is Match.TOLERANT
    assert compare(WORD, "\n\n", WORD) is Match.NONE


@pytest.mark.parametrize(
    ("screen", "match"),
    [
        (LOG, Match.EXACT),
        (f"Serveur lancé\n{LOG}\nencore\n", Match.EXACT),
        (f"12:34:56 ✨ {LOG} [ok]", Match.TOLERANT),
        (f"{RED}{LOG}{RESET}\r\n", Match.TOLERANT),
        (LOG.replace(WORD, f"'{WORD}'"), Match.TOLERANT),
        (LOG.replace(WORD, f'"{WORD}"'), Match.TOLERANT),
        (LOG.replace(WORD, f"b'{WORD}'"), Match.TOLERANT),
        (LOG.replace(WORD, f"« {WORD} »"), Match.TOLERANT),
        (LOG.replace(" : ", " :  "), Match.TOLERANT),
        (LOG.replace("Message received", "Message reçu"), Match.WORD),
        (LOG.replace(" : ", " :\n"), Match.WORD),
        (LOG.replace("10.1.2.3", "10x1x2x3"), Match.WORD),  # un point n'est pas un joker
        (f"10.1.2.3:4567 {WORD}", Match.WORD),
        (LOG.replace(WORD, WORD[::-1]), Match.NONE),
        ("", Match.NONE),
    ],
)
def test_a_line_among_others(screen: str, match: Match) -> None:
    assert compare_line(LOG, screen, WORD) is match


def test_accents_written_otherwise_in_a_line() -> None:
    assert compare_line(EXPECTED, f"> {DECOMPOSED}", WORD) is Match.TOLERANT


def test_a_word_that_would_be_a_pattern() -> None:
    hostile = "a+(b|c)*["
    assert compare_line(f"dit : {hostile}", f"dit : '{hostile}'", hostile) is Match.TOLERANT
    assert compare_line(f"dit : {hostile}", "dit : aab", hostile) is Match.NONE


@pytest.mark.parametrize(
    "sequence",
    [
        *("\x1b[31m", "\x1b[38;5;196m", "\x1b[?25l", "\x1b[2 q", "\x1bc", "\x1b(B"),
        *("\x1b]0;titre\x07", "\x1b]8;;http://x\x1b\\"),
    ],
)
def test_escape_sequences_go(sequence: str) -> None:
    assert plain(f"a{sequence}b{sequence}") == "ab"


def test_what_is_not_a_sequence_stays() -> None:
    assert plain("[31m é\x1b") == "[31m é\x1b"


def test_the_lines_that_hold_a_word() -> None:
    assert lines_with(WORD, f"un\n {RED}{EXPECTED}{RESET}\r\n{WORD} \n") == [EXPECTED, WORD]


def test_tidy() -> None:
    assert tidy(f" {RED}e\u0301\r\nx{RESET} \n") == "é\nx"
    assert tidy("─" * 200 + "\nx") == "\ufffd\nx"


HOSTILE = {
    "ESC": "\x1b" * 1_000_000,
    "CSI sans fin": "\x1b[" + "0;" * 500_000,
    "CSI répétés": "\x1b[0;" * 250_000,
    "intermédiaires": "\x1b[" + " " * 1_000_000,
    "ESC et blancs": "\x1b " * 500_000,
    "ESC puis blancs": "\x1b" + " " * 1_000_000,
    "OSC sans fin": "\x1b]" + "x" * 1_000_000,
    "OSC répétés": "\x1b]x" * 333_333,
    "blancs": " " * 1_000_000,
    "lignes": "\n" * 1_000_000,
    "accents": "e" + "\u0301\u0316" * 500_000,
    "le mot": (WORD + " ") * 110_000,
    "presque la ligne": LOG[:-1] * 20_000,
    "guillemets": "'« " * 333_333,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_megabyte_is_quickly_compared(text: str) -> None:
    started = time.process_time()
    compare(EXPECTED, text, WORD)
    compare_line(LOG, text, WORD)
    assert time.process_time() - started < 3
