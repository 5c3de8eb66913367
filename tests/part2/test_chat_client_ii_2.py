"""Étape 2 : le client dit « Hello », et montre la réponse."""

from collections.abc import Callable, Iterator

import pytest

from tests.part2.chat import (
    PORT_8888,
    PROMPTLY,
    client,
    last_screen,
    require_free_port,
    wait_asleep,
)
from tests.support.peers import Listener, Peer
from tests.support.processes import Process

pytestmark = PORT_8888
SCRIPT = "part2/chat_client_ii_2.py"


@pytest.fixture
def listener() -> Iterator[Listener]:
    require_free_port()
    with Listener(8888) as listener:
        yield listener


def test_says_hello_and_shows_the_answer(listener: Listener) -> None:
    with Process(SCRIPT) as script, listener.accept() as peer:
        peer.expect("Hello")
        peer.send("Hello 127.0.0.1:12345")
        assert script.wait() == 0
        assert (script.out, script.err) == ("Hello 127.0.0.1:12345\n", "")
        peer.expect_end()


def test_shows_an_accented_answer_on_a_terminal(listener: Listener) -> None:
    with client(2, 8888) as terminal, listener.accept() as peer:
        peer.expect("Hello")
        peer.send("Bien reçu, à bientôt\n")
        assert terminal.wait() == 0
        assert terminal.lines == ["Bien reçu, à bientôt"]


def test_survives_an_answer_that_is_not_text(listener: Listener) -> None:
    with Process(SCRIPT) as script, listener.accept() as peer:
        peer.expect("Hello")
        peer.send(b"\xffsalut\xc3")
        assert script.wait() == 0
        assert (script.out, script.err) == ("�salut�\n", "")


@pytest.mark.parametrize("depart", [Peer.close, Peer.vanish])
def test_server_that_leaves_without_answering(
    listener: Listener, depart: Callable[[Peer], None]
) -> None:
    with Process(SCRIPT) as script, listener.accept() as peer:
        peer.expect("Hello")
        depart(peer)
        assert script.wait(PROMPTLY) == 1
        assert (script.out, script.err) == ("", "Le serveur est parti sans répondre.\n")


def test_ctrl_c_while_waiting_for_the_answer(listener: Listener) -> None:
    with client(2, 8888) as terminal, listener.accept() as peer:
        peer.expect("Hello")
        wait_asleep(terminal)
        terminal.press("\x03")
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal) == [""]
        peer.expect_end()


def test_does_not_read_the_keyboard(listener: Listener) -> None:
    with client(2, 8888) as terminal, listener.accept() as peer:
        terminal.press("salut\n")
        peer.expect("Hello")
        peer.send("Hello 127.0.0.1:1")
        peer.expect_end()
        assert terminal.wait() == 0
