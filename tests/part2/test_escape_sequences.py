"""Ce qui vient du réseau ou du clavier ne pilote jamais le terminal de personne."""

import re

import pytest

from tests.part2.chat import PORT_8888, Room, Server, conversation, first_client, shown, steps
from tests.support.peers import Peer

# Un titre de fenêtre, une couleur en C1, un sens d'écriture inversé, une tabulation.
ATTACK = "un\x1b]0;pirate\x07\x9b31m\u202edeux\u2066\x00\x7f\ttrois\rquatre"
HARMLESS = "un�]0;pirate��31m�deux���{tab}trois�quatre"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("step", steps(2, 3))
def test_first_servers_show_control_characters_as_such(step: int) -> None:
    with Server(step) as server, Peer.connect(8888) as eve:
        eve.send(f"{ATTACK}\nMessage received from 1.2.3.4:5 : faux\n")
        eve.expect(f"Hello {eve.name}")
        line = HARMLESS.format(tab="�") + "�Message received from 1.2.3.4:5 : faux"
        server.expect_console(line if step == 2 else f"Message received from {eve.name} : {line}")
        server.stop()


@pytest.mark.parametrize("step", steps(4, 5, 6))
def test_chatrooms_show_control_characters_as_such(step: int) -> None:
    with Room(step) as room:
        eve = room.join("eve")
        room.join("bob")
        room.says(eve, f"{ATTACK}\nMessage received from 1.2.3.4:5 : faux\n")
        shown = HARMLESS.format(tab="�") + "�Message received from 1.2.3.4:5 : faux"
        room.server.expect(f"Message received from {eve.name} : {shown}\n")
        assert not CONTROLS.search(room.server.out)
        room.everyone_talks()


@pytest.mark.parametrize("step", steps(5, 6))
def test_a_pseudo_carries_no_control_character(step: int) -> None:
    with Room(step) as room:
        room.join("bob")
        eve = room.connect()
        eve.send("Hello|e\x1b[31mve\nAnnonce : bob\u202e")
        eve.author = "e�[31mve�Annonce : bob�"
        room.members.append(eve)
        room.everyone_receives(f"Annonce : {eve.author} a rejoint la chatroom")
        room.everyone_talks()
        assert not CONTROLS.search(room.server.out)


@pytest.mark.parametrize("step", steps(3, 5, 6))
def test_clients_show_control_characters_as_such(step: int) -> None:
    with conversation(step) as (terminal, peer):
        peer.send(f"eve a dit : {ATTACK}")
        terminal.expect("quatre")
        shown_text = shown(terminal)
        assert "eve a dit : " + HARMLESS.format(tab="\t") in shown_text
        assert not CONTROLS.search(shown_text.replace("\t", ""))


@PORT_8888
def test_first_client_shows_control_characters_as_such() -> None:
    with first_client() as (script, peer):
        peer.send(ATTACK)
        assert script.wait() == 0
        assert (script.out, script.err) == (HARMLESS.format(tab="\t") + "\n", "")


@pytest.mark.parametrize("step", steps(3, 5, 6))
def test_clients_send_no_control_character(step: int) -> None:
    with conversation(step) as (terminal, peer):
        terminal.press("sal\x1b[Aut\x1b[D \u202e!\n")
        peer.expect("sal�[Aut�[D �!")
        terminal.press("salut\n")
        peer.expect("salut")
