"""Le serveur est parti : le client le dit quand il l'apprend, à l'étape 6 sans qu'on tape rien."""

from collections.abc import Callable

import pytest

from tests.part2.chat import (
    PORT_8888,
    PROMPTLY,
    client_on_pipes,
    conversation,
    first_client,
    last_screen,
    shown,
    steps,
)
from tests.support.peers import Listener, Peer

DEPARTURES = pytest.mark.parametrize("depart", [Peer.close, Peer.vanish], ids=["FIN", "RST"])


@PORT_8888
@DEPARTURES
def test_leaves_without_the_answer(depart: Callable[[Peer], None]) -> None:
    with first_client() as (script, peer):
        depart(peer)
        assert script.wait(PROMPTLY) == 1
        assert (script.out, script.err) == ("", "Le serveur est parti sans répondre.\n")


@pytest.mark.parametrize("step", steps(3, 5))
def test_stays_when_the_server_leaves(step: int) -> None:
    with conversation(step) as (terminal, peer):
        before = terminal.lines[:-1]
        peer.close()
        # Deux invites de plus : il a eu le temps de voir la fin, et de mal la prendre.
        terminal.press("\n")
        terminal.expect(">\n>")
        terminal.press("\n")
        terminal.expect(">\n>\n>")
        terminal.press("\x03")
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal) == [*before, ">", ">", ">", "Au revoir !"]


@pytest.mark.parametrize("step", steps(3, 5))
def test_typing_after_the_server_left(step: int) -> None:
    with conversation(step) as (terminal, peer):
        peer.close()
        # Le premier envoi réussit : c'est lui qui apprend que plus personne n'écoute.
        terminal.press("un\n")
        terminal.expect("> un\n>")
        terminal.press("deux\n")
        assert terminal.wait(PROMPTLY) == 1
        assert terminal.lines[-1] == "Le serveur est parti."
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize("step", steps(3, 5))
def test_server_that_vanishes(step: int) -> None:
    with conversation(step) as (terminal, peer):
        peer.vanish()
        assert terminal.wait(PROMPTLY) == 1
        assert terminal.lines[-1] == "Le serveur est parti."
        assert "Traceback" not in terminal.text


@DEPARTURES
def test_leaves_with_half_a_line_typed(depart: Callable[[Peer], None]) -> None:
    with conversation(6) as (terminal, peer):
        before = terminal.lines[:-1]
        terminal.press("bonj")
        terminal.expect_line("> bonj")
        depart(peer)
        assert terminal.wait(PROMPTLY) == 1
        # Le message a pris la place de l'invite et de la ligne commencée, et rien ne le suit.
        assert terminal.lines == [*before, "Le serveur est parti."]


def test_shows_the_last_words_of_the_server() -> None:
    with conversation(6) as (terminal, peer):
        peer.send("#" * 100_000 + "fin")
        peer.close()
        assert terminal.wait() == 1
        text = shown(terminal).replace("\n", "")
        assert text.endswith("#" * 100_000 + "finLe serveur est parti.")


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
