"""Chercher, sans avoir à taper les accents."""

import re

import pytest
from chatroom.client.faces.screen.finder import Finder, pattern
from chatroom.client.faces.screen.rooms import Entry, OpenRoom


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


def test_from_one_answer_to_the_next() -> None:
    """La plus récente d'abord ; une annonce, qui n'est de personne, n'en est pas une."""
    room = OpenRoom("salon", [Entry("un été", "bob"), Entry("été"), Entry("l'ÉTÉ", "zoé")])
    first, _, last = room.entries
    finder = Finder()
    assert finder.move(room, 0) is None
    assert finder.summary(room) == "↑ ↓   Ctrl-O : plus ancien   Échap"
    finder.look_for(" ete ")
    assert finder.move(room, 0) is last
    assert finder.move(room, -1) is first
    assert finder.move(room, -1) is first  # il n'y en a pas avant
    room.more = False
    assert finder.summary(room) == "1 sur 2   ↑ ↓   Échap"
    finder.look_for("hiver")
    assert finder.move(room, 0) is None
    assert finder.summary(room) == "rien ici   ↑ ↓   Échap"
    finder.look_for("")
    assert finder.pattern is None
