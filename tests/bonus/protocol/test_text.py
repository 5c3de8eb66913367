"""Les noms : ce qui peut en servir, et sous quelle forme deux noms n'en font qu'un."""

import time

import pytest
from chatroom.protocol.text import clean_name, fold
from hypothesis import example, given
from hypothesis import strategies as st

ANY = st.text(st.characters(exclude_categories=[]))  # substituts isolés compris


def test_a_name_is_tidied() -> None:
    assert clean_name("  it4\n", 20) == "it4"
    assert clean_name("E\u0301lodie", 6) == "Élodie"
    assert clean_name("Jean de la Lune", 20) == "Jean de la Lune"
    assert clean_name("❤\ufe0f it4", 20) == "❤\ufe0f it4"


@pytest.mark.parametrize(
    "name",
    [
        "👩\u200d🎓",
        "👨\u200d👩\u200d👧\u200d👦 bob",
        "❤\ufe0f\u200d🔥",
        "👩🏽\u200d🚀",
        "🏃\u200d♀\ufe0f\u200d➡\ufe0f",
        "🇫🇷",
    ],
)
def test_a_composed_emoji_is_a_name(name: str) -> None:
    """Son liant ne se voit pas, mais c'est lui qui fait le dessin."""
    assert clean_name(name, 20) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "vide"),
        (" \t\u00a0 ", "vide"),
        ("x" * 21, "20 caractères"),
        ("x" * 1_000_000, "20 caractères"),
        ("a\x1bb", "invisible"),
        ("a\u00a0b", "invisible"),
        ("a\u200db", "invisible"),
        ("👩\u200d", "invisible"),
        ("\u200d👩", "invisible"),
        ("👩\u200d\u200d🎓", "invisible"),
        ("👩\u200da", "invisible"),
        ("1\u200d2", "invisible"),
        ("🏴\U000e0067\U000e007f", "invisible"),
        ("a\u202eb", "invisible"),
        ("a\udc80b", "invisible"),
        ("bob\u3164", "invisible"),
        ("\u2800", "invisible"),
        ("bob\U000e0101", "invisible"),
        ("e" + "\u0302" * 6, "invisible"),
        ("\ufe0f", "signe"),
        ("\u0301bob", "signe"),
        ("a  b", "deux espaces"),
        ("/quit", "« / »"),
        ("@bob", "« @ »"),
        ("#salon", "« # »"),
    ],
)
def test_names_that_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        clean_name(text, 20)


def test_a_pile_of_marks_costs_nothing() -> None:
    """NFC y passerait plusieurs secondes : la longueur se regarde avant."""
    start = time.process_time()
    with pytest.raises(ValueError, match="caractères au plus"):
        clean_name("e" + "\u0301\u0323" * 50_000, 20)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob", "bOB"),
        ("ÉLODIE", "e\u0301lodie"),
        ("Straße", "STRASSE"),
        ("ﬁn", "FIN"),
        ("Ｂｏｂ", "bob"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("bob\ufe0f", "bob"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_names_that_differ() -> None:
    assert len({fold(name) for name in ("élodie", "elodie", "bob", "bob2", "b ob")}) == 5


@given(ANY)
@example("\u0345\u0301")
@example("ẞ\u037a")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=30))
def test_a_kept_name_can_be_given_again(text: str) -> None:
    try:
        name = clean_name(text, 20)
    except ValueError:
        return
    assert clean_name(name, 20) == name
    assert 0 < len(name) <= 20
    assert fold(name)


@pytest.mark.parametrize("name", ["＠", "＃salon", "／quit"])
def test_a_wide_sign_announces_a_command_too(name: str) -> None:
    """« ＠ » se replie en « @ » : ce salon serait celui des messages privés."""
    with pytest.raises(ValueError, match="annonce autre chose"):
        clean_name(name, 30)


def test_a_name_fits_in_its_field_once_composed() -> None:
    assert clean_name("\u0958" * 42, 100) == "\u0915\u093c" * 42
    with pytest.raises(ValueError, match="255 octets"):
        clean_name("\u0958" * 50, 100)
