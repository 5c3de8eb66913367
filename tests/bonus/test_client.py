"""Ce qu'on tape pour converser : le code de sortie, et ce qui en est dit."""

import os
import sys

import client
import pytest
from chatroom.client.settings import ClientSettings
from chatroom.protocol import ChatError

from tests.support.processes import ENVIRONMENT


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aucun réglage hérité."""
    monkeypatch.setattr(os, "environ", ENVIRONMENT)


def typed(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Tape `python bonus/client.py`, et ces mots ; le code de sortie."""
    monkeypatch.setattr(sys, "argv", ["bonus/client.py", *words])
    return client.main()


@pytest.mark.parametrize("code", [0, 1])
def test_ends_as_the_conversation_did(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    held: list[ClientSettings] = []

    def converse(settings: ClientSettings) -> int:
        held.append(settings)
        return code

    monkeypatch.setattr(client, "run", converse)
    assert typed(monkeypatch, "--pseudo", "alice", "--room", "salon", "-p", "1234") == code
    assert [(one.pseudo, one.room, one.port) for one in held] == [("alice", "salon", 1234)]


def test_what_prevents_it_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Une seule fois, et sans rien qui pilote le terminal."""

    def refused(_: ClientSettings) -> int:
        raise ChatError("Le serveur\n\x1b[2Jest fermé.")

    monkeypatch.setattr(client, "run", refused)
    assert typed(monkeypatch) == 1
    assert capsys.readouterr() == ("", "Le serveur��[2Jest fermé.\n")


def test_a_wrong_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        typed(monkeypatch, "--port", "autre")
    assert "autre" in capsys.readouterr().err
