"""Comment chaque réglage s'écrit, et ce qu'on dit d'une valeur qui ne va pas."""

from pathlib import Path

import pytest
from chatroom.common import settings
from chatroom.common.settings import Converter


@pytest.mark.parametrize(
    ("convert", "text", "value"),
    [
        (settings.host, "chat.exemple.fr", "chat.exemple.fr"),
        (settings.port(0), "0", 0),
        (settings.port(1), "65535", 65_535),
        (settings.folder, "/var/log", Path("/var/log")),
        (settings.file, "a.pem", Path("a.pem")),
        (settings.boolean, "OUI", True),
        (settings.boolean, "0", False),
        (settings.name, " zoé ", "zoé"),
        (settings.whole, "12", 12),
        (settings.number, "7.5", 7.5),
        (settings.rate, "0", 0.0),
        (settings.burst, "1", 1.0),
    ],
)
def test_a_value(convert: Converter, text: str, value: object) -> None:
    found = convert(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("convert", "text", "why"),
    [
        (settings.host, "a b", "une adresse est un nom"),
        (settings.port(1), "0", "un port est un entier de 1 à 65535"),
        (settings.port(0), "65536", "un port est un entier de 0 à 65535"),
        (settings.port(0), "-1", "un port est"),
        (settings.folder, "", "il faut le nom d'un dossier"),
        (settings.file, "a\0b", "il faut le nom d'un fichier"),
        (settings.file, "~personne-de-ce-nom/a", "n'a pas de dossier personnel"),
        (settings.boolean, "peut-être", "il faut oui ou non"),
        (settings.name, "", "il est vide"),
        (settings.whole, "0", "il faut un entier de 1 à"),
        (settings.whole, "1.5", "il faut un entier"),
        (settings.number, "0", "supérieur à 0"),
        (settings.number, "beaucoup", "il faut un nombre"),
        (settings.number, "nan", "il faut un nombre"),
        (settings.rate, "-1", "au moins égal à 0"),
        (settings.burst, "0.5", "au moins égal à 1"),
    ],
)
def test_a_value_refused(convert: Converter, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        convert(text)


def test_the_key_of_a_bound_is_not_the_key_of_a_setting() -> None:
    """PSEUDO est un pseudo, et LIMIT_PSEUDO sa longueur."""
    assert settings.key_of_limit("rate") == "RATE"
    assert settings.key_of_limit("pseudo") == "LIMIT_PSEUDO"
    assert settings.keys(["pseudo"]).items() >= {
        "PSEUDO": "pseudo", "LIMIT_PSEUDO": "limits.pseudo", "RATE": "limits.rate",
    }.items()  # fmt: skip
    assert settings.keys([]).keys() | {name.upper() for name in settings.NAMES} == settings.KEYS


def test_how_a_key_is_read() -> None:
    table: dict[str, Converter] = {"port": settings.port(1)}
    assert settings.converter(table, "port")("80") == 80
    assert settings.converter(table, "limits.rate")("0") == 0.0


def test_what_is_said_of_a_word_unknown() -> None:
    assert settings.unknown("HOTS", ["HOST", "PORT"]) == "« HOTS » est inconnu (peut-être HOST)"
    assert settings.unknown("zzz", ["HOST"]) == "« zzz » est inconnu"
    assert settings.nearest("Hots", ["HOST", "PORT"]) == "HOST"
    assert settings.nearest("zzz", ["HOST"]) is None


def test_a_value_is_shown_short_and_harmless() -> None:
    assert settings.shown("a\x1b[31m") == "« a�[31m »"
    assert settings.shown("x" * 100) == f"« {'x' * settings.SHOWN}… »"


def test_how_long() -> None:
    texts = ["0", "90", "2s", "3min", "1.5h", "90d", "90j", " 2H "]
    expected = [0, 90, 2, 180, 5_400, 7_776_000, 7_776_000, 7_200]
    assert [settings.lasting(text) for text in texts] == expected
    for wrong in ("", "d", "3 mois", "-1d", "1e9d", "99999d", "1.2.3h"):
        with pytest.raises(ValueError, match="il faut un"):
            settings.lasting(wrong)
