"""Le chat par WebSocket : le même que par TCP, avec les mêmes bornes."""

import io
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    Announced,
    Ask,
    Closing,
    GetImage,
    Image,
    Join,
    Joined,
    Notice,
    Page,
    Pictured,
    Ping,
    Pong,
    Said,
    Say,
    SendImage,
    Welcome,
)
from PIL import Image as Picture
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode, Frame, Opcode

from tests.bonus.introducing import introduced
from tests.bonus.processes import Client, Server, present
from tests.bonus.webclients import WebClient
from tests.support.waiting import DEADLINE, wait_until

MASK = bytes(4)
MESSAGE = 65_536  # octets, d'un message WebSocket


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path) as server:
        yield server


def noise() -> bytes:
    """Une image que rien ne réduit."""
    file = io.BytesIO()
    Picture.effect_noise((400, 400), 100).save(file, "PNG")
    return file.getvalue()


def masked(opcode: Opcode, data: bytes) -> bytes:
    return Frame(opcode, data).serialize(mask=True)


def code(client: WebClient) -> int | None:
    """Comment le serveur a fermé."""
    try:
        while True:
            client.web.recv(DEADLINE)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def test_the_web_and_tcp_are_one_chat(server: Server) -> None:
    with present(server, "alice") as (alice, room), WebClient(server) as bob:
        bob.hello("bob")
        assert bob.join().members == 2
        assert alice.expect(Announced).pseudo == "alice"
        assert alice.expect(Announced).pseudo == "bob"
        bob.tell(Say(room, 1, "de la page"))
        alice.tell(Say(room, 1, "du terminal"))
        heard = [alice.expect(Said), alice.expect(Said)]
        assert [bob.expect(Said), bob.expect(Said)] == heard
        assert {one.text for one in heard} == {"de la page", "du terminal"}
        bob.tell(Ping())
        assert bob.expect(Pong)
        bob.close()
        while alice.expect(Announced).event != 1:
            pass
    server.expect("Déconnexion de bob (127.0.0.1:")


def test_frames_may_be_cut_and_joined(server: Server) -> None:
    with WebClient(server) as client:
        for byte in introduced("alice"):
            client.send(bytes([byte]))
        assert client.expect(Welcome).pseudo == "alice"
        join = Join("salon", 0).encode()
        client.web.send([b"", join[:2], b"", join[2:]])  # un message en quatre morceaux
        room = client.expect(Joined).room
        client.tell(Say(room, 1, "un"), Say(room, 2, "deux"))
        assert [client.expect(Said).text, client.expect(Said).text] == ["un", "deux"]


def test_a_picture_comes_in_pieces(server: Server) -> None:
    data = noise()
    assert len(data) > 2 * MESSAGE
    with WebClient(server) as client:
        client.hello("alice")
        room = client.join().room
        frame = SendImage(room, 1, "bruit.png", data).encode()
        for start in range(0, len(frame), 32_768):
            client.send(frame[start : start + 32_768])
        posted = client.expect(Pictured)
        assert posted.size == len(data)
        client.tell(GetImage(room, posted.seq))
        assert client.expect(Image).data == data


def test_resume(tmp_path: Path) -> None:
    with Server(tmp_path) as server, WebClient(server) as client:
        first = client.hello("alice")
        room, nonce = client.join().room, first.nonce
        client.tell(*(Say(room, nonce + count, f"n° {count}") for count in range(1, 11)))
        while client.expect(Said).nonce < nonce + 10:
            pass
        server.popen.kill()
        assert client.receive() is None
    with Server(tmp_path) as server, WebClient(server) as client:
        welcome = client.hello("", first.token, first.device)
        assert (welcome.back, welcome.nonce) == (1, nonce + 10)
        assert client.join(after=7).last == 10
        assert client.expect(Page).documents.count('"text"') >= 3


def test_who_wants_to_be_alone_dismisses_the_other_place(server: Server) -> None:
    with WebClient(server) as first, Client(server) as second:
        token = first.hello("alice").token
        second.hello("", token)
        second.tell(Ask("alone", ""))
        assert first.expect(Closing).reason == Reason.TAKEN_OVER
        assert code(first) == CloseCode.NORMAL_CLOSURE


NOT_FOR_US = {
    "texte": (masked(Opcode.TEXT, b"bonjour"), CloseCode.UNSUPPORTED_DATA),
    "trop long": (masked(Opcode.BINARY, bytes(MESSAGE + 1)), CloseCode.MESSAGE_TOO_BIG),
    "sans masque": (Frame(Opcode.BINARY, b"x").serialize(mask=False), CloseCode.PROTOCOL_ERROR),
    "suite de rien": (masked(Opcode.CONT, b""), CloseCode.PROTOCOL_ERROR),
    "type inconnu": (b"\x83\x80" + MASK, CloseCode.PROTOCOL_ERROR),
}


def test_what_is_not_for_us(server: Server) -> None:
    with present(server, "alice") as (alice, room):
        for nonce, (name, (data, expected)) in enumerate(NOT_FOR_US.items(), start=1):
            with WebClient(server) as client:
                client.hello(name)
                client.join()
                client.socket.sendall(data)
                assert code(client) == expected, name
                alice.tell(Say(room, nonce, "toujours là"))
                assert alice.expect(Said).nonce == nonce
    assert server.err == ""


def test_a_wrong_frame_is_told_why(server: Server) -> None:
    with WebClient(server) as client:
        client.send(b"\x7f\0\0")
        assert client.expect(Closing).reason == Reason.PROTOCOL
        assert code(client) == CloseCode.NORMAL_CLOSURE


@pytest.mark.parametrize("opcode", [Opcode.BINARY, Opcode.PING, Opcode.PONG], ids=lambda o: o.name)
def test_empty_messages_are_a_flood_too(tmp_path: Path, opcode: Opcode) -> None:
    """Rien à décoder, mais chacun coûte : trente mille, en un seul envoi, ne passent pas."""
    limits = ("--limit", "rate=100", "--limit", "burst=30", "--limit", "patience=0.5")
    with Server(tmp_path, *limits) as server, WebClient(server) as client:
        client.hello("alice")
        client.socket.sendall(masked(opcode, b"") * 30_000)
        assert client.expect(Closing).reason == Reason.FLOOD
        with present(server, "bob") as (bob, room):
            bob.tell(Say(room, 1, "pas gêné"))
            assert bob.expect(Said)


def test_a_message_that_does_not_end_is_cut(tmp_path: Path) -> None:
    with (
        Server(tmp_path, "--limit", "frame=0.2") as server,
        WebClient(server) as client,
    ):
        client.hello("alice")
        client.socket.sendall(masked(Opcode.BINARY, bytes(100))[:50])
        assert client.expect(Closing).reason == Reason.SILENT


def test_silence_is_asked_about(tmp_path: Path) -> None:
    with (
        Server(tmp_path, "--limit", "ping=0.2", "--limit", "idle=3") as server,
        WebClient(server) as client,
    ):
        client.hello("alice")
        assert client.expect(Ping)
        assert client.expect(Closing).reason == Reason.SILENT


def test_who_does_not_present_itself_is_cut(tmp_path: Path) -> None:
    with Server(tmp_path, "--limit", "handshake=0.2") as server, WebClient(server) as client:
        assert client.expect(Closing).reason == Reason.SILENT


def test_connections_of_an_address_are_counted_together(tmp_path: Path) -> None:
    with (
        Server(tmp_path, "--limit", "connections_per_address=1") as server,
        Client(server) as first,
        WebClient(server) as second,
    ):
        assert second.expect(Closing).reason == Reason.FULL
        first.hello("alice")


def test_who_does_not_read_is_dismissed_and_can_resume(tmp_path: Path) -> None:
    limits = ("--limit", "write_buffer=100000", "--limit", "rate=0")
    with (
        Server(tmp_path, *limits) as server,
        present(server, "alice") as (alice, room),
        WebClient(server, buffer=4_096) as deaf,
    ):
        token = deaf.hello("sourd").token
        deaf.join()
        text, nonce = "a" * 4_000, 0
        while "sourd (127.0.0.1" not in server.out or "congédié" not in server.out:
            alice.tell(*(Say(room, nonce + more, text) for more in range(1, 51)))
            nonce += 50
            while alice.expect(Said).nonce < nonce:
                pass
        with WebClient(server) as back:
            assert back.hello("", token).back
            assert back.join(after=1).last == nonce
            assert back.expect(Page)


@pytest.mark.parametrize("abruptly", [False, True], ids=["FIN", "RST"])
def test_who_vanishes_is_gone(server: Server, abruptly: bool) -> None:
    with present(server, "alice") as (alice, _), WebClient(server) as bob:
        bob.hello("bob")
        bob.join()
        if abruptly:
            bob.vanish()
        else:
            bob.socket.shutdown(socket.SHUT_RDWR)
        while alice.expect(Announced).event != 1:
            pass
    assert server.err == ""


def test_stopping_says_so(server: Server) -> None:
    with WebClient(server) as client:
        client.hello("alice")
        assert server.stop() == 0
        assert client.expect(Notice).text == "Le serveur s'arrête."
        assert client.expect(Closing).reason == Reason.SHUTDOWN
        assert code(client) == CloseCode.NORMAL_CLOSURE


def test_pings_of_websocket_are_answered(server: Server) -> None:
    with WebClient(server) as client:
        assert client.web.ping().wait(15)


def test_refused_and_gone_leave_no_place_taken(tmp_path: Path) -> None:
    """Vingt fois de suite, deux à la fois, quand il n'y a que deux places."""
    with Server(tmp_path, "--limit", "requests=4", "--limit", "connections=2") as server:
        for turn in range(1, 21):
            with WebClient(server) as one, WebClient(server) as two:
                one.hello(f"alice {turn}")
                two.hello(f"bob {turn}")
            wait_until(partial(_gone, server, 2 * turn), "ils sont encore là")


def _gone(server: Server, count: int) -> bool:
    return server.out.count("Déconnexion") == count
