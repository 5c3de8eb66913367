"""Étapes 4 à 6 : un client qui part, disparaît ou dit n'importe quoi ne dérange pas les autres."""

import contextlib
import re
import socket
from collections.abc import Callable

import pytest

from tests.part2.chat import PORT_8888, Room, steps
from tests.support.peers import Peer

CHATROOMS = pytest.mark.parametrize("step", steps(4, 5, 6))
WITH_PSEUDOS = pytest.mark.parametrize("step", steps(5, 6))

Departure = Callable[[Peer], None]


def say_and_close(data: bytes) -> Departure:
    def leave(peer: Peer) -> None:
        # Refusé avant d'avoir tout dit : le serveur a déjà raccroché.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            peer.send(data)
        peer.close()

    return leave


def stop_sending(peer: Peer) -> None:
    peer.socket.shutdown(socket.SHUT_WR)
    peer.expect_end()


ODD: dict[str, Departure] = {
    "stops sending": stop_sending,
    "half a character": say_and_close(b"\xc3"),
}
SILENT: dict[str, Departure] = {"closes": Peer.close, "vanishes": Peer.vanish, **ODD}


@CHATROOMS
@pytest.mark.parametrize("depart", ODD.values(), ids=ODD)
def test_the_others_still_talk_after_an_odd_departure(step: int, depart: Departure) -> None:
    with Room(step) as room:
        room.join("alice")
        leaver = room.join("eve")
        room.join("bob")
        room.everyone_talks()
        depart(leaver)
        room.forget(leaver)
        room.everyone_talks(times=3)
        room.join("carol")
        room.everyone_talks(times=3)


@PORT_8888
@pytest.mark.parametrize("depart", SILENT.values(), ids=SILENT)
def test_the_others_still_talk_after_a_departure_without_a_word(depart: Departure) -> None:
    with Room(4) as room:
        room.join("alice")
        room.join("bob")
        depart(room.connect())
        room.everyone_talks(times=3)
        room.join("carol")
        room.everyone_talks(times=3)


@WITH_PSEUDOS
@pytest.mark.parametrize(
    "words",
    [b"", b"H", b"Hello", b"Hello|", b"Hello|\xc3", b"Hello|   ", b"Hello|\r\n"],
    ids=["nothing", "one letter", "no bar", "no pseudo", "half a letter", "blanks", "end of line"],
)
def test_never_announces_who_leaves_before_a_whole_hello(step: int, words: bytes) -> None:
    with Room(step) as room:
        room.join("alice")
        room.join("bob")
        visitors = [room.connect() for _ in range(3)]
        for visitor in visitors:
            visitor.send(words)
        room.everyone_talks()
        for visitor, depart in zip(visitors, (Peer.close, Peer.vanish, stop_sending), strict=True):
            depart(visitor)
        room.everyone_talks(times=3)


@WITH_PSEUDOS
@pytest.mark.parametrize(
    "words",
    [
        b"salut",
        b"hello|eve",
        b"Hello eve",
        b"Bonjour|eve",
        b"\n",
        b"Hello|   ",
        b"\xff\xfe",
        b"\x00",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"x" * 100_000,
    ],
    ids=lambda words: repr(words[:12]),
)
def test_hangs_up_on_a_client_that_does_not_say_hello(step: int, words: bytes) -> None:
    with Room(step) as room:
        room.join("alice")
        room.join("bob")
        stranger = room.connect()
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            stranger.send(words)
        stranger.expect_end()  # il n'a rien reçu
        room.everyone_talks(times=3)
        # Rien de lui à l'écran : seuls alice et bob ont parlé.
        assert stranger.name not in room.server.out


@CHATROOMS
def test_invalid_utf8_is_shown_as_such(step: int) -> None:
    with Room(step) as room:
        bob, alice = room.join("bob"), room.join("alice")
        bob.send(b"\xff\xfesalut\x80")
        alice.expect(f"{bob.author} a dit : ��salut�")
        room.server.expect(f"Message received from {bob.name} : ��salut�\n")
        room.everyone_talks(times=3)


@CHATROOMS
def test_half_a_character_waits_for_the_other_half(step: int) -> None:
    with Room(step) as room:
        bob, alice, carol = room.join("bob"), room.join("alice"), room.join("carol")
        bob.send(b"\xe2\x82")
        room.says(alice, "bob ?")
        room.says(carol, "bob ?")
        # La fin n'est pas celle qu'on attendait : le début seul est perdu.
        bob.send(b"non")
        for other in (alice, carol):
            other.expect(f"{bob.author} a dit : �non")
        room.everyone_talks(times=3)


@CHATROOMS
def test_relays_100_kb_whole(step: int) -> None:
    with Room(step) as room:
        bob, alice, carol = room.join("bob"), room.join("alice"), room.join("carol")
        # Trois octets par caractère : les lectures du serveur en coupent.
        bob.send("€" * 33_334)
        pieces = re.compile(f"(?:{re.escape(bob.author)} a dit : €+)+")
        for other in (alice, carol):
            received = other.receive_until(lambda data: data.count("€".encode()) >= 33_334)
            assert pieces.fullmatch(received.decode())
            assert received.decode().count("€") == 33_334
        room.everyone_talks(times=3)


@CHATROOMS
def test_a_client_that_leaves_after_100_kb_disturbs_nobody(step: int) -> None:
    with Room(step) as room:
        eve, alice = room.join("eve"), room.join("alice")
        eve.send("#" * 100_000)
        eve.close()
        room.members.remove(eve)
        goodbye = "Annonce : eve a quitté la chatroom" if step == 6 else ""
        received = alice.receive_until(
            lambda data: data.count(b"#") >= 100_000 and data.endswith(goodbye.encode())
        ).decode()
        assert received.replace(f"{eve.author} a dit : ", "") == "#" * 100_000 + goodbye
        room.join("bob")
        room.everyone_talks(times=3)


@WITH_PSEUDOS
def test_a_pseudo_of_100_kb_is_cut(step: int) -> None:
    with Room(step) as room:
        alice, bob = room.join("alice"), room.connect()
        bob.author = "#" * 32
        bob.send("Hello|" + "#" * 100_000)
        announced = f"Annonce : {bob.author} a rejoint la chatroom"
        alice.expect(announced)
        bob.expect(announced)
        # Sans longueur annoncée, ce qui dépasse la première lecture passe pour des messages.
        rest = 100_000 - (1024 - len("Hello|"))
        said = f"{bob.author} a dit : ".encode()
        received = alice.receive_until(
            lambda data: len(data) - data.count(said) * len(said) >= rest
        )
        assert received.replace(said, b"") == b"#" * rest
        room.members.append(bob)
        room.everyone_talks(times=3)
