"""Lequel des deux clients s'ouvre, et comment le plein écran rend le terminal."""

import signal
from collections.abc import Iterator

import pytest

from tests.bonus.client.faces.running import Chat
from tests.support.processes import run

pytestmark = pytest.mark.proof  # un vrai terminal : des secondes pour chacun


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    with Chat(tmp_path_factory.mktemp("chat")) as running:
        yield running


@pytest.mark.parametrize("end", ["\x11", "\x03", "/quit\r", "SIGTERM"])
def test_a_capable_terminal(chat: Chat, end: str) -> None:
    """Plein écran ; et, quelle que soit la façon de partir, le terminal est rendu."""
    name = f"anna{len(end)}{ord(end[0])}"
    with chat.terminal(name, "--room", "vrai", lines=False) as anna:
        anna.expect("● connecté")
        anna.expect("Écrire dans vrai")
        anna.press("bonjour\r")
        anna.expect("✓ reçu par le serveur")
        if end == "SIGTERM":
            anna.popen.send_signal(signal.SIGTERM)
        else:
            anna.press(end)
        assert anna.wait() == 0
        for mode in (b"1049", b"2004", b"1000"):  # second écran, collage, souris
            assert anna.raw.rfind(b"\x1b[?%bl" % mode) > anna.raw.rfind(b"\x1b[?%bh" % mode)


def test_a_pseudo_that_is_taken(chat: Chat) -> None:
    """Refusé, on le lit une fois le terminal rendu, et un autre est demandé."""
    with chat.client("léo", "--room", "pris") as first:
        first.expect("— Vous êtes dans pris (1 personne) —")
        with chat.terminal("léo", person="autre", lines=False) as other:
            other.expect("Le pseudo léo est déjà pris.")
            other.expect("Pseudo :")
            other.press("\x03")
            assert other.wait() == 0


def test_a_dumb_terminal(chat: Chat) -> None:
    with chat.terminal("dumb", "--room", "sot", lines=False, TERM="dumb") as dumb:
        dumb.expect("— Vous êtes dans sot (1 personne) —")
        dumb.expect("sot >")
        dumb.press("\x04")
        assert dumb.wait() == 0


def test_the_line_client_does_without_textual() -> None:
    code = (
        "import sys; sys.path.insert(0, 'bonus'); import client;"
        "import chatroom.client.faces.terminal; print('textual' in sys.modules)"
    )
    assert run("-c", code).stdout == "False\n"
