"""Les options communes : ce qui est donné, et ce qu'on dit de ce qui ne va pas."""

import argparse
from dataclasses import fields
from pathlib import Path

import pytest
from chatroom.common import settings
from chatroom.common.options import add_common, add_file, chat_parser, typed
from chatroom.protocol.limits import Limits

from wording.arguments import Parser


@pytest.fixture
def parser() -> Parser:
    made = chat_parser("essai.py", "Un essai.")
    add_common(made, settings.port(1), "où écouter")
    add_file(made, "--clé", "une clé")
    return made


def test_only_what_is_given_is_there(parser: Parser) -> None:
    assert vars(parser.parse_args([])) == {}
    given = ["-a", "::1", "-p", "80", "--config", "c", "--log", "d", "--clé", "k"]
    given += ["--limit", "rate=5", "--limit", "text=9"]
    assert vars(parser.parse_args(given)) == {
        "host": "::1",
        "port": 80,
        "config": Path("c"),
        "log": Path("d"),
        "clé": Path("k"),
        "limits": [("rate", 5.0), ("text", 9)],
    }


def test_the_help_names_every_bound(parser: Parser) -> None:
    text = parser.format_help()
    assert "Un essai." in text
    assert "où écouter" in text
    for item in fields(Limits):
        assert f" {item.name}={item.default}" in text


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("-p", "0"), "un port est un entier de 1 à 65535"),
        (("--limit", "rate"), "il faut NOM=VALEUR, comme rate=20"),
        (("--limit", "rat=5"), "« rat » est inconnu (peut-être rate)"),
        (("--limit", "RATE=5"), "« RATE » est inconnu (peut-être rate)"),  # sa clé d'un fichier
        (("--limit", "LIMIT_PSEUDO=5"), "« LIMIT_PSEUDO » est inconnu (peut-être pseudo)"),
        (("--limit", "rate=x"), "il faut un nombre"),
    ],
)
def test_what_is_wrong(
    parser: Parser, given: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser.parse_args(given)
    assert why in capsys.readouterr().err


def test_the_wrong_value_is_repeated() -> None:
    assert typed(settings.whole)("3") == 3
    with pytest.raises(
        argparse.ArgumentTypeError, match=r"^ne peut pas valoir « x » : il faut un entier"
    ):
        typed(settings.whole)("x")
