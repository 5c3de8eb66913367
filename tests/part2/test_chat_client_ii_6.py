"""Étape 6 : le serveur est parti, le client le dit et s'en va, même si on ne tape rien."""

from collections.abc import Callable

import pytest

from tests.part2.chat import PROMPTLY, client_on_pipes, conversation, shown
from tests.support.peers import Listener, Peer

DEPARTURES = pytest.mark.parametrize("depart", [Peer.close, Peer.vanish], ids=["FIN", "RST"])


@DEPARTURES
@pytest.mark.parametrize("typed", ["", "bonj"], ids=["at the prompt", "half a line typed"])
def test_leaves_with_the_server(depart: Callable[[Peer], None], typed: str) -> None:
    with conversation(6) as (terminal, peer):
        before = terminal.lines[:-1]
        terminal.press(typed)
        terminal.expect_line(f"> {typed}".rstrip())
        depart(peer)
        assert terminal.wait(PROMPTLY) == 1
        # Le message a pris la place de l'invite, et rien ne le suit.
        assert terminal.lines == [*before, "Le serveur est parti."]


def test_shows_the_last_words_of_the_server() -> None:
    with conversation(6) as (terminal, peer):
        peer.send("#" * 100_000 + "fin")
        peer.close()
        assert terminal.wait() == 1
        text = shown(terminal).replace("\n", "")
        assert text.endswith("#" * 100_000 + "finLe serveur est parti.")


def test_leaves_when_the_server_stops_sending() -> None:
    with conversation(6) as (terminal, peer):
        terminal.press("salut\n")
        peer.expect("salut")
        peer.socket.shutdown(1)
        assert terminal.wait(PROMPTLY) == 1
        assert terminal.lines[-1] == "Le serveur est parti."
        peer.expect_end()


def test_is_not_fooled_by_half_a_character_at_the_end() -> None:
    with conversation(6) as (terminal, peer):
        peer.send(b"bob a dit : caf\xc3")
        peer.close()
        assert terminal.wait(PROMPTLY) == 1
        assert terminal.lines[-2:] == ["bob a dit : caf", "Le serveur est parti."]


@DEPARTURES
def test_leaves_with_the_server_on_pipes(depart: Callable[[Peer], None]) -> None:
    with Listener() as listener, client_on_pipes(6, listener.port) as script:
        assert script.stdin
        script.stdin.write(b"it4\n")
        with listener.accept() as peer:
            peer.expect("Hello|it4")
            depart(peer)
        assert script.wait(PROMPTLY) == 1  # son entrée est encore ouverte
        out, err = script.communicate()
        assert out.decode().endswith("(Ctrl-C pour partir)\nLe serveur est parti.\n")
        assert err == b""
