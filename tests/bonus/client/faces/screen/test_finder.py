"""Chercher, sans avoir à taper les accents."""

import re

import pytest
from chatroom.client.faces.screen.finder import pattern


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("ete", "l'été"),
        ("été", "L'ETE"),
        ("ELODIE", "élodie"),
        ("c a", "ç à"),
        ("a.b", "a.b"),
        ("(", "une (parenthèse"),
        ("[-]", "un [-]"),
        ("日本", "à 日本"),
        ("e\u0301", "é"),
    ],
    ids=ascii,
)
def test_finds(wanted: str, text: str) -> None:
    assert pattern(wanted).search(text)


@pytest.mark.parametrize(("wanted", "text"), [("a.b", "axb"), ("ete", "ate"), ("n", "m")])
def test_does_not_find(wanted: str, text: str) -> None:
    assert not pattern(wanted).search(text)


def test_shows_where() -> None:
    found = pattern("ete").search("cet été-là")
    assert found
    assert found.span() == (4, 7)
    assert isinstance(pattern("x"), re.Pattern)
