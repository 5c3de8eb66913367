"""L'encodage d'un script que Python ne peut pas lire est appelé par son nom."""

import pytest

from grader.discovery.encodings import unreadable

TEXT = "# Étape nº 2 : l'hôte et le port où l'on écoute, à régler…\nprint('bientôt ça marche')\n"
WANTED = ", alors que Python attend de l'UTF-8"


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("cp1252", "Windows-1252 (ou latin-1)"),
        ("mac_roman", "Mac OS Roman"),
        ("cp850", "CP850 (MS-DOS)"),
        ("utf-16", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-32", "UTF-32"),
    ],
)
def test_usual_encodings_have_a_name(codec: str, name: str) -> None:
    source = TEXT.replace("nº", "n°").encode(codec, "replace")
    assert unreadable(source) == f"illisible : enregistré en {name}{WANTED}"


def test_one_accent_is_enough() -> None:
    assert (
        unreadable(b"# d\xe9but") == f"illisible : enregistré en Windows-1252 (ou latin-1){WANTED}"
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"a = 1\0", "contient des octets nuls, ce n'est pas du texte"),
        (b"\0" * 9, "contient des octets nuls, ce n'est pas du texte"),
        ("# coding: ascii\n# é".encode(), "ni de l'UTF-8, ni l'encodage annoncé"),
        (bytes(range(128, 256)), "ni de l'UTF-8, ni l'encodage annoncé"),
    ],
)
def test_the_rest_is_said_too(source: bytes, reason: str) -> None:
    assert unreadable(source) == f"illisible : {reason}"
