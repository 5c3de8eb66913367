"""Ce que le serveur garde d'un client de la page, envoyé trop tôt ou pas encore lu : borné."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chatroom.protocol.messages import Ping, Pong
from chatroom.server.transports.origins import Origin, Trusted
from chatroom.server.transports.site import Site
from chatroom.server.transports.tcp import Listener
from chatroom.server.transports.web import Lobby, WebConnection
from websockets.frames import Frame, Opcode

from tests.bonus.introducing import introduced
from tests.bonus.server.core.ground import Ground
from tests.bonus.server.transports.test_web_hostile import UPGRADE
from tests.support.processes import ROOT

WEB = ROOT / "bonus/page"


class Wire(asyncio.Transport):
    """Ce qu'on écrit à un client, et si on le lit encore."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.reading, self.closing = b"", True, False
        self.unread = 0
        self.overflow: Callable[[], None] | None = None

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return self.unread

    def can_write_eof(self) -> bool:
        return False

    def write(self, data: Any) -> None:
        assert not self.closing
        self.said += data
        overflow, self.overflow = self.overflow, None
        if overflow:
            overflow()

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


class Door:
    """La page d'un noyau, sans réseau."""

    def __init__(self, loop: asyncio.AbstractEventLoop, **limits: Any) -> None:
        self.loop, self.ground = loop, Ground(**limits)
        self.listener = Listener(self.ground.hub, loop)
        self._lobby = Lobby(Site(WEB, self.ground.limits), 2, Trusted())

    def connect(self) -> tuple[WebConnection, Wire]:
        self.listener.turnstile.enter("10.0.0.1")
        connection = WebConnection(self.listener, Origin("10.0.0.1", 4_000), self._lobby)
        wire = Wire()
        connection.connection_made(wire)
        return connection, wire

    def arrive(self, pseudo: str) -> tuple[WebConnection, Wire]:
        connection, wire = self.connect()
        self.receive(connection, UPGRADE + binary(introduced(pseudo)))
        return connection, wire

    def receive(self, connection: WebConnection, data: bytes) -> None:
        connection.get_buffer(-1)[: len(data)] = data
        connection.buffer_updated(len(data))
        self.ground.world.settle()

    def wait(self, seconds: float) -> None:
        self.ground.world.advance(seconds)
        self.loop.call_soon(self.loop.stop)
        self.loop.run_forever()


def binary(data: bytes) -> bytes:
    return Frame(Opcode.BINARY, data).serialize(mask=True)


def test_what_waits_is_read_in_the_end(loop: asyncio.AbstractEventLoop) -> None:
    door = Door(loop, patience=1_000.0)
    alice, wire = door.arrive("alice")
    door.receive(alice, binary(Ping().encode()) * 1_000)  # en plusieurs morceaux
    assert not wire.reading
    pong = Frame(Opcode.BINARY, Pong().encode()).serialize(mask=False)
    while wire.said.count(pong) < 1_000:
        assert not wire.reading
        door.wait(1.0)
    assert wire.reading
    alice.connection_lost(None)


def test_what_waits_counts_as_an_upload(loop: asyncio.AbstractEventLoop) -> None:
    """Chacun a pu envoyer 256 ko quand on le retient : douze mille en auraient trois Go."""
    door = Door(loop, uploads=150_000)
    people = [door.arrive(pseudo) for pseudo in ("alice", "bob")]
    for connection, _ in people:
        door.receive(connection, binary(b"") * 20_000)  # 120 ko
    assert [wire.closing for _, wire in people] == [False, True]
    assert "Trop d'images arrivent à la fois".encode() in people[1][1].said
    for connection, _ in people:
        connection.connection_lost(None)
    assert door.listener.uploads == 0


def test_who_does_not_read_an_answer_has_only_one_more(loop: asyncio.AbstractEventLoop) -> None:
    """Sinon, il nous ferait les garder toutes."""
    connection, wire = (door := Door(loop)).connect()
    for unread in (0, 10_000):
        assert not wire.closing
        wire.unread = unread
        door.receive(connection, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert wire.closing
    assert wire.said.count(b"HTTP/1.1 200 OK") == 2
    assert wire.said.count(b"Connection: close") == 1
    connection.connection_lost(None)


def test_who_does_not_read_pongs_is_dismissed_once(loop: asyncio.AbstractEventLoop) -> None:
    """Congédié au milieu des réponses qu'on lui écrit : le reste ne part plus."""
    door = Door(loop)
    alice, wire = door.arrive("alice")
    wire.overflow = alice.pause_writing
    door.receive(alice, Frame(Opcode.PING, b"x").serialize(mask=True) * 3)
    assert wire.closing
    assert wire.said.count(b"\x8a\x01x") == 1
    assert b"Vous ne lisez pas assez vite" in wire.said
    alice.connection_lost(None)


def test_the_delay_of_a_request_is_not_that_of_the_chat(loop: asyncio.AbstractEventLoop) -> None:
    door = Door(loop, handshake=0.0)
    alice, wire = door.arrive("alice")
    for _ in range(3):
        door.wait(0.0)
    assert not wire.closing
    alice.connection_lost(None)
