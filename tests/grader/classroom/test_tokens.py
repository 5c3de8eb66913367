"""Un script en jetons : ce qui change un texte sans changer un programme n'y change rien."""

import time

import pytest

from grader.classroom.tokens import MAX_BYTES, MAX_TOKENS, tokens

SCRIPT = """\
import asyncio

async def count(last):
    for number in range(1, last + 1):
        print(f"n {number}")
        await asyncio.sleep(0.5)
"""
SAME = {
    "d'autres noms": SCRIPT.replace("count", "é_1").replace("number", "i").replace("last", "n"),
    "d'autres textes, d'autres nombres": SCRIPT.replace(
        'f"n {number}"', "'a' rb'''\n\\''''"
    ).replace("0.5", "1_000.e3"),
    "des commentaires, des blancs": SCRIPT.replace("\n", "  # rien\n\n").replace("(", "(  \t"),
    "une docstring": SCRIPT.replace("(last):\n", '(last):\n    """Compte.\n\n    "Fin" ; 2."""\n'),
    "un texte en commentaire": SCRIPT + "'fini';\n",
    "d'autres imports": SCRIPT.replace(
        "import asyncio", "import sys; from os import (path,\n sep)"
    ),
    "une ligne coupée": SCRIPT.replace("range(1,", "range(\n1,").replace(
        "for number", "for \\\nnumber"
    ),
    "des fins de ligne de Windows": SCRIPT.replace("\n", "\r\n"),
    "des fins de ligne d'un vieux Mac": SCRIPT.replace("\n", "\r"),
    "une marque d'ordre des octets": "\ufeff" + SCRIPT,
}


@pytest.mark.parametrize("source", SAME.values(), ids=SAME)
def test_what_does_not_count(source: str) -> None:
    assert tokens(source.encode()).codes == tokens(SCRIPT.encode()).codes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("async def", "def"),
        ("+ 1", "- 1"),
        ("await ", ""),
        ("in range", "not in range"),
        ("1,", ""),
    ],
)
def test_what_counts(old: str, new: str) -> None:
    assert tokens(SCRIPT.replace(old, new).encode()).codes != tokens(SCRIPT.encode()).codes


def test_each_token_has_its_line() -> None:
    source = b'a = """\n\n"""\nb(\n  c, # d\n\n  e)\n\n# f\ng \\\n+ h\n'
    assert tokens(source).lines == (1, 1, 1, 4, 4, 5, 5, 7, 7, 10, 11, 11)


def test_a_string_that_is_used_stays() -> None:
    assert len(tokens(b'f(\n"a"\n)\nb = "c"\n').codes) == 4 + 3


def test_another_encoding_is_read() -> None:
    assert (
        tokens("def f(é): # à\n  g(é)\n".encode("cp1252")).codes == tokens(b"def f(e): g(e)").codes
    )


def test_a_broken_script_is_read_all_the_same() -> None:
    assert len(tokens(b"def f(:\n  x = 'abc\n$ ) ) y?\n").codes) == 12


def test_what_is_not_text_is_told() -> None:
    read = tokens("print(1)".encode("utf-16"))
    assert (read.codes, read.lines) == (b"", ())
    assert "ce n'est pas du texte" in read.note


@pytest.mark.parametrize(
    "source", [b"a" * (MAX_BYTES + 1), b"a=1\n" * MAX_TOKENS, b"(" * (MAX_TOKENS + 1)]
)
def test_a_long_script_is_cut_and_told(source: bytes) -> None:
    read = tokens(source)
    assert len(read.codes) == len(read.lines) <= MAX_TOKENS
    assert read.note.startswith("lu jusqu'à ")


@pytest.mark.parametrize("source", [b"a=1\n" * 10, b"a " * MAX_TOKENS, b"#" * MAX_BYTES])
def test_an_ordinary_one_is_not(source: bytes) -> None:
    assert not tokens(source).note


@pytest.mark.parametrize(
    "piece", ['"', "'", '"""', "f'''", '\\"', "\\", " ", "#", "(", "0.", "'''\"\"\"", "\r", "\v"]
)
def test_no_script_takes_long(piece: str) -> None:
    """Un temps quadratique se compterait ici en minutes."""
    before = time.process_time()
    tokens((piece * MAX_BYTES)[:MAX_BYTES].encode())
    tokens((piece * MAX_BYTES)[: MAX_BYTES - 2].encode() + b"\n$")
    assert time.process_time() - before < 20
