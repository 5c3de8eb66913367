"""Étape 2 : le serveur montre le message, et répond « Hello IP:Port »."""

from tests.part2.chat import PORT_8888, Server
from tests.support.peers import Peer

pytestmark = PORT_8888


def test_shows_the_message_and_says_hello() -> None:
    with Server(2) as server, Peer.connect(8888) as bob:
        bob.send("Hello")
        bob.expect(f"Hello {bob.name}")
        server.stop()
        bob.expect_end()
        assert server.out == (
            "Serveur à l'écoute sur 127.0.0.1:8888 (Ctrl-C pour l'arrêter)\n"
            "Hello\n"
            "\n"
            "Serveur arrêté.\n"
        )


def test_tells_each_client_its_own_address() -> None:
    with (
        Server(2) as server,
        Peer.connect(8888) as alice,
        Peer.connect(8888) as bob,
        Peer.connect(8888, source="127.0.0.2") as carol,
    ):
        assert carol.name.startswith("127.0.0.2:")
        for peer in (bob, carol, alice, bob):
            peer.send("Hello")
            peer.expect(f"Hello {peer.name}")
        server.stop()


def test_accepts_a_message_byte_by_byte() -> None:
    with Server(2) as server, Peer.connect(8888) as bob:
        for letter in "Hello":
            bob.send(letter)
            bob.expect(f"Hello {bob.name}")
        server.expect_console(*"Hello")
        server.stop()


def test_keeps_a_character_split_over_two_packets_whole() -> None:
    with Server(2) as server, Peer.connect(8888) as bob:
        bob.send(b"caf\xc3")
        bob.expect(f"Hello {bob.name}")
        bob.send(b"\xa9")
        bob.expect(f"Hello {bob.name}")
        server.expect_console("caf", "é")
        server.stop()
