"""Ce que la personne demande : gardé tel qu'il partira, ou refusé avec une phrase pour elle."""

import pytest
from chatroom.client.core.checks import checked_image, checked_name, checked_text


def test_a_name_is_kept_as_it_will_be_written() -> None:
    assert checked_name("Pseudo", "  e\u0301lodie ", 20) == "élodie"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "Pseudo refusé : il est vide."),
        ("x" * 21, "Pseudo refusé : 20 caractères au plus."),
        ("/quit", "Pseudo refusé : il commence par « / », qui annonce autre chose."),
    ],
)
def test_a_name_is_refused_with_a_sentence(name: str, why: str) -> None:
    with pytest.raises(ValueError, match="Pseudo") as refused:
        checked_name("Pseudo", name, 20)
    assert str(refused.value) == why


def test_a_text_is_harmless_and_without_edges() -> None:
    assert checked_text("  rouge\x1b[31m ", 100) == "rouge\N{REPLACEMENT CHARACTER}[31m"


@pytest.mark.parametrize("text", ["", " \u2003"])
def test_a_text_is_not_empty(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Un message vide\.$"):
        checked_text(text, 100)


def test_a_text_is_measured_in_bytes() -> None:
    assert checked_text("é" * 5, 10) == "é" * 5
    with pytest.raises(ValueError, match=r"^Trop long : un message a 10 octets au plus\.$"):
        checked_text("é" * 5 + "!", 10)


def test_an_image_is_neither_empty_nor_too_large() -> None:
    assert checked_image(b"0123", 4) == b"0123"
    for image in (b"", b"01234"):
        with pytest.raises(ValueError, match=r"^Une image a 4 octets au plus\.$"):
            checked_image(image, 4)
