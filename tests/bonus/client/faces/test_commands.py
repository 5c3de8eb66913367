"""Ce que veut dire une ligne tapée, et ce que Tab en propose."""

from pathlib import Path

import pytest
from chatroom.client.core.events import Entered, RoomsListed
from chatroom.client.faces.commands import COMMANDS, UsageError, addressed, help_lines, parse
from chatroom.client.faces.names import Names
from chatroom.protocol.documents import RoomSummary


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("bonjour /join", ("", "bonjour /join")),
        ("  ", ("", "")),
        ("//join", ("", "/join")),
        ("/join  le salon bleu ", ("/join", "le salon bleu")),
        ("/who", ("/who", "")),
        ("/quit", ("/quit", "")),
    ],
)
def test_parse(line: str, expected: tuple[str, str]) -> None:
    """Un message, ou une commande et le reste de la ligne."""
    assert parse(line) == expected


@pytest.mark.parametrize("line", ["/", "/zut", "/join", "/quit maintenant", "/msg ", "/JOIN x"])
def test_what_means_nothing(line: str) -> None:
    """Une ligne claire plutôt qu'un message parti par erreur."""
    with pytest.raises(UsageError, match=r"^(Commande inconnue|Usage) : /"):
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


def test_every_command_is_in_the_help() -> None:
    """L'aide n'en oublie aucune."""
    text = "\n".join(help_lines())
    assert all(command.usage in text for command in COMMANDS.values())


def test_completion(tmp_path: Path) -> None:
    """Commandes, salons, pseudos, fichiers : chaque proposition est la ligne entière."""
    names = Names()
    names.learn(Entered("général", 1, again=False, restarted=False))
    names.learn(RoomsListed((RoomSummary("Gestion", 1, ("Élodie", "bob")),)))
    (tmp_path / "chat.png").touch()
    (tmp_path / "chats").mkdir()
    assert names.complete("/h") == ["/help", "/history"]
    assert names.complete("/jo") == ["/join "]
    assert names.complete("/who g") == ["/who Gestion", "/who général"]
    assert names.complete("/msg é") == ["/msg Élodie "]
    assert names.complete("salut b") == ["salut bob "]
    assert names.complete("salut ") == []
    found = [f"/image {tmp_path}/chat.png", f"/image {tmp_path}/chats/"]
    assert names.complete(f"/image {tmp_path}/ch") == found
    assert names.complete("/image /nulle/part/") == []
