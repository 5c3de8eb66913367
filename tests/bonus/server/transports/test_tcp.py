"""Le réseau du serveur, dans son processus, devant de vrais sockets."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.protocol.frames import LONG, Reason
from chatroom.protocol.messages import (
    PRIVATE,
    VERSION,
    Announced,
    Closing,
    GetImage,
    Hello,
    Image,
    Join,
    Joined,
    Page,
    Pictured,
    Refused,
    Said,
    Say,
    SendImage,
    Welcome,
)
from PIL import Image as Picture

from tests.bonus.processes import Client, Server, present


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", "--limit", "rate=0") as running:
        yield running
        assert running.stop() == 0
        assert running.err == ""


def test_two_people_talk(server: Server) -> None:
    with present(server, "alice") as (alice, room), present(server, "bob") as (bob, _):
        alice.tell(Say(room, 1, "bonjour à tous"))
        assert bob.expect(Said) == alice.expect(Said)
        bob.close()
        while alice.expect(Announced).event != 1:
            pass


def test_stopping_does_not_wait_for_who_does_not_read(tmp_path: Path) -> None:
    options = ("--limit", "shutdown=0.3", "--limit", "rate=0", "--quiet")
    with Server(tmp_path, *options) as server, present(server, "alice") as (alice, room):
        deaf = Client(server, buffer=4_096)
        deaf.hello("sourd")
        deaf.join()
        for nonce in range(1, 501):
            alice.tell(Say(room, nonce, "x" * 4_000))
        while alice.expect(Said).nonce < 500:
            pass
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 5
        deaf.close()


def test_a_slow_reader_is_told_why_and_resumes(tmp_path: Path) -> None:
    options = ("--limit", "write_buffer=100000", "--limit", "rate=0", "--quiet")
    with Server(tmp_path, *options) as server, present(server, "alice") as (alice, room):
        slow = Client(server, buffer=4_096)
        token = slow.hello("lent").token
        slow.join()
        nonce, left = 0, False
        while not left:
            nonce += 1
            assert nonce < 5_000
            alice.tell(Say(room, nonce, "x" * 4_000))
            while not isinstance(message := alice.receive(), Said):
                left = left or (isinstance(message, Announced) and message.event == 1)
        seen, last = 0, None
        while message := slow.receive():
            seen = message.seq if isinstance(message, Said) else seen
            last = message
        assert isinstance(last, Closing)
        assert last.reason == Reason.SLOW
        slow.close()
        with Client(server) as back:
            back.hello("", token)
            assert back.join(after=seen).last == nonce
            assert json.loads(back.expect(Page).documents)[0]["seq"] == seen + 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", Reason.PROTOCOL),
        (Join("salon", 0).encode(), Reason.PROTOCOL),
        (b"\x01\xff\xff", Reason.TOO_LONG),
        (bytes((1 | LONG, 3, 255, 255, 255)), Reason.TOO_LONG),
        (bytes((1 | LONG, 9)), Reason.PROTOCOL),
        (Hello(VERSION + 1, "alice", b"").encode(), Reason.VERSION),
        (bytes((1, 0, 5, VERSION, 2, 0xFF, 0xFF, 0)), Reason.PROTOCOL),
    ],
    ids=["http", "avant Hello", "trop longue", "dix-sept Mo", "taille", "version", "utf-8"],
)
def test_nonsense_is_answered_clearly_then_closed(
    server: Server, data: bytes, reason: Reason
) -> None:
    with Client(server) as client:
        client.socket.sendall(data)
        closing = client.expect(Closing)
        assert closing.reason == reason
        assert closing.text
        assert client.receive() is None


def test_frames_cut_anywhere(server: Server) -> None:
    with Client(server) as client:
        frames = Hello(VERSION, "alice", b"").encode() + Join("salon", 0).encode()
        for byte in frames:
            client.socket.sendall(bytes((byte,)))
        client.expect(Welcome)
        client.expect(Joined)


def test_who_never_finishes_or_never_speaks(tmp_path: Path) -> None:
    options = ("--limit", "handshake=0.5", "--limit", "frame=0.5")
    with Server(tmp_path, *options) as server, Client(server) as mute, Client(server) as slow:
        slow.hello("lent")
        slow.socket.sendall(Join("salon", 0).encode()[:-1])
        assert mute.expect(Closing).reason == Reason.SILENT
        assert "finie à temps" in slow.expect(Closing).text


def test_a_picture_goes_round(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "rouge.png"
    Picture.effect_noise((320, 240), 90).save(file)
    data = file.read_bytes()
    assert len(data) > 65_536
    with present(server, "alice") as (alice, room), present(server, "bob") as (bob, _):
        alice.tell(SendImage(room, 1, "rouge.png", data))
        picture = bob.expect(Pictured)
        assert (picture.width, picture.height, picture.size) == (320, 240, len(data))
        bob.tell(GetImage(room, picture.seq))
        assert bob.expect(Image).data == data
        alice.tell(SendImage(room, 2, "rouge.png", b"GIF89a" + data))
        refusal = alice.expect(Refused)
        assert (refusal.reason, refusal.nonce) == (Reason.PICTURE, 2)


def test_pictures_on_their_way_are_bounded_in_all(tmp_path: Path) -> None:
    with Server(tmp_path, "--limit", "uploads=500000") as server:
        clients = [Client(server) for _ in range(3)]
        frame = SendImage(0, 1, "a.png", bytes(900_000)).encode()
        for number, client in enumerate(clients):
            client.hello(f"client {number}")
            client.socket.sendall(frame[:300_000])
        closing = [client for client in clients if _closed(client)]
        assert 0 < len(closing) < 3
        for client in clients:
            client.close()


def _closed(client: Client) -> bool:
    client.socket.settimeout(0.5)
    try:
        return client.expect(Closing).reason == Reason.FULL
    except TimeoutError:
        return False


def test_an_ipv6_address_is_written_between_brackets(tmp_path: Path) -> None:
    if not (addresses := Path("/proc/net/if_inet6")).exists() or not addresses.read_text():
        pytest.skip("cette machine n'a pas IPv6")
    with Server(tmp_path, "-a", "::1") as server:
        assert server.host == "[::1]"
        with socket.create_connection(("::1", server.port)):
            server.expect("Connexion de [::1]:")
        assert "bonus/client.py -a ::1 -p" in server.out
        assert server.stop() == 0


def test_private_messages_are_resumed(server: Server) -> None:
    with Client(server) as client:
        client.hello("alice")
        assert client.join(PRIVATE).name == PRIVATE
