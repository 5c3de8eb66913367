"""Étape 3 : le serveur montre « Message received from IP:Port : msg », à plusieurs à la fois."""

from tests.part2.chat import PORT_8888, Server
from tests.support.peers import Peer

pytestmark = PORT_8888


def test_shows_who_says_what() -> None:
    with Server(3) as server, Peer.connect(8888) as bob:
        bob.send("salut à tous")
        bob.expect(f"Hello {bob.name}")
        server.expect_console(f"Message received from {bob.name} : salut à tous")
        server.stop()
        bob.expect_end()


def test_serves_several_clients_at_once() -> None:
    with (
        Server(3) as server,
        Peer.connect(8888),  # celui-ci est arrivé le premier, et se tait
        Peer.connect(8888) as alice,
        Peer.connect(8888) as bob,
        Peer.connect(8888, source="127.0.0.2") as carol,
    ):
        said = [(bob, "un"), (alice, "deux"), (carol, "trois"), (bob, "quatre")]
        for peer, message in said:
            peer.send(message)
            peer.expect(f"Hello {peer.name}")
        server.expect_console(
            *(f"Message received from {peer.name} : {message}" for peer, message in said)
        )
        server.stop()


def test_shows_a_message_byte_by_byte_and_no_half_character() -> None:
    with Server(3) as server, Peer.connect(8888) as bob:
        for packet in (b"c", b"a", b"f\xc3", b"\xa9"):
            bob.send(packet)
            bob.expect(f"Hello {bob.name}")
        server.expect_console(
            *(f"Message received from {bob.name} : {letter}" for letter in ("c", "a", "f", "é"))
        )
        server.stop()
