"""Ce que veut dire une ligne tapée, et ce que Tab en propose."""

import pytest
from chatroom.client.faces.commands import COMMANDS, addressed, help_lines, helped, named, parse


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("bonjour /join", ("", "bonjour /join")),
        ("  ", ("", "")),
        ("//join", ("", "/join")),
        ("/join  le salon bleu ", ("/join", "le salon bleu")),
        ("/who", ("/who", "")),
        ("/ROOMS", ("/rooms", "")),
        ("/Join Jeux", ("/join", "Jeux")),
        ("/quit", ("/quit", "")),
        ("/kick bob", ("/kick", "bob")),
        ("/lock non", ("/lock", "non")),
        ("/topic", ("/topic", "")),
    ],
)
def test_parse(line: str, expected: tuple[str, str]) -> None:
    """Un message, ou une commande et le reste de la ligne."""
    assert parse(line) == expected


BAD = ["/", "/zut", "/join", "/quit maintenant", "/msg ", "/JOIN ", "/kick", "/ban "]


@pytest.mark.parametrize("line", BAD)
def test_what_means_nothing(line: str) -> None:
    """Une ligne claire plutôt qu'un message parti par erreur."""
    with pytest.raises(ValueError, match=r"^(Commande inconnue|Usage) : /"):
        parse(line)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("bob salut à toi", ("bob", "salut à toi")),
        ("Jean Paul salut", ("Jean Paul", "salut")),
        ("jean paul salut", ("Jean Paul", "salut")),
        ("Jean salut", ("Jean", "salut")),
    ],
)
def test_addressed(rest: str, expected: tuple[str, str]) -> None:
    """Un pseudo déjà vu peut contenir des espaces."""
    assert addressed(rest, ["Jean", "Jean Paul"]) == expected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [("jean paul", ("Jean Paul", "")), ("Jean Paul 2h", ("Jean Paul", "2h")), ("bob", ("bob", ""))],
)
def test_named(rest: str, expected: tuple[str, str]) -> None:
    """Comme addressed, mais rien n'a besoin de suivre."""
    assert named(rest, ["Jean", "Jean Paul"]) == expected


def test_every_command_is_in_the_help() -> None:
    """L'aide n'en oublie aucune ; celles d'un opérateur n'encombrent que lui."""
    text = "\n".join(help_lines(operator=True))
    assert all(command.usage in text for command in COMMANDS.values())
    usual = {command.usage for command in COMMANDS.values() if not command.operator}
    assert set(helped(operator=False)) == usual
    assert len(usual) < len(COMMANDS)
    assert len(help_lines()) < 24  # un écran
