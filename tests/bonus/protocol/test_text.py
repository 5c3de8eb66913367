"""Les textes hostiles, et les noms."""

import time
import unicodedata

import pytest
from chatroom.protocol.text import MAX_MARKS, clean_name, fold, neutral
from hypothesis import example, given
from hypothesis import strategies as st

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


def test_a_name_is_tidied() -> None:
    assert clean_name("  it4\n", 20) == "it4"
    assert clean_name("E\u0301lodie", 6) == "Élodie"
    assert clean_name("Jean de la Lune", 20) == "Jean de la Lune"
    assert clean_name("❤\ufe0f it4", 20) == "❤\ufe0f it4"


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
