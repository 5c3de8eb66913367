"""Le relais laisse tout passer, et montre ce qui passe sans rien dire de secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing, Said, Say

from tests.bonus.processes import Client, Server
from tests.support.processes import Process

TOKEN = bytes(range(32))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path, "--no-web") as running:
        yield running


@pytest.fixture
def relay(server: Server) -> Iterator[Process]:
    with Process("-m", "tests.bonus.relay", str(server.port)) as running:
        running.expect("Relais : bonus/client.py -p ")
        yield running
        assert running.err == ""


def through(server: Server, relay: Process) -> Client:
    return Client(server, port=int(relay.out.partition("-p ")[2].split()[0]))


def test_each_frame_is_shown_on_its_way(server: Server, relay: Process) -> None:
    with through(server, relay) as client:
        client.hello("alice", TOKEN)
        room = client.join().room
        client.tell(Say(room, 1, "salut"))
        client.expect(Said)
    relay.expect("1 > Identify person=0 device=0 pseudo='alice' code='' token=32 octets\n")
    relay.expect(f"1 > Say room={room} nonce=1 text='salut'\n")
    relay.expect("1 < Said room=")
    assert TOKEN.hex() not in relay.out


def test_what_is_not_a_frame_passes_too(server: Server, relay: Process) -> None:
    with through(server, relay) as client:
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        assert client.expect(Closing).reason == Reason.PROTOCOL
    relay.expect("1 < Closing reason=1 ")
    assert "1 >" not in relay.out


def test_without_a_server_nobody_answers(server: Server, relay: Process) -> None:
    server.stop()
    with through(server, relay) as client:
        assert client.receive() is None
