"""Le réseau du serveur, dans son processus, devant de vrais sockets."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast
from unittest.mock import Mock

import pytest
from chatroom.protocol.frames import LONG, Reason
from chatroom.protocol.messages import (
    PRIVATE,
    VERSION,
    Announced,
    Closing,
    GetImage,
    Hello,
    Identify,
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
from chatroom.server.transports.origins import Origin
from chatroom.server.transports.tcp import Connection, Listener
from PIL import Image as Picture

from tests.bonus.introducing import introduced
from tests.bonus.processes import Client, Server, present
from tests.bonus.server.core.ground import Ground


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Celui où personne ne parvient à entrer."""
    with Server(tmp_path_factory.mktemp("chat")) as running:
        yield running
        assert running.stop() == 0
        assert running.err == ""


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
        (Hello(VERSION + 1).encode(), Reason.VERSION),
        (bytes((1, 0, 5, VERSION, 2, 0xFF, 0xFF, 0)), Reason.PROTOCOL),
    ],
    ids=["http", "avant Hello", "trop longue", "dix-sept Mo", "taille", "version", "utf-8"],
)
def test_nonsense_is_answered_clearly_then_closed(
    empty: Server, data: bytes, reason: Reason
) -> None:
    with Client(empty) as client:
        client.socket.sendall(data)
        closing = client.expect(Closing)
        assert closing.reason == reason
        assert closing.text
        assert client.receive() is None


def test_frames_cut_anywhere(server: Server) -> None:
    with Client(server) as client:
        frames = introduced("alice") + Join("salon", 0).encode()
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


# Une connexion seule, sans réseau : ce que la session et la boucle y appellent


class Wire:
    """Un transport, qui note ce qu'on lui demande."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.written = b""
        self.high = self.unread = 0

    def write(self, data: bytes) -> None:
        self.written += data

    def set_write_buffer_limits(self, high: int) -> None:
        self.high = high

    def get_write_buffer_size(self) -> int:
        return self.unread

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return not {"close", "abort"}.isdisjoint(self.calls)

    def __getattr__(self, name: str) -> Callable[[], None]:
        return lambda: self.calls.append(name)


class Alone:
    """Une connexion, son transport, et la maison où elle entre."""

    def __init__(self) -> None:
        self.ground, self.wire = Ground(), Wire()
        self.loop = Mock()
        self.listener = Listener(self.ground.hub, self.loop)
        self.listener.turnstile.enter("127.0.0.1")
        self.connection = Connection(self.listener, Origin("127.0.0.1", 4321))
        self.connection.connection_made(cast(asyncio.Transport, self.wire))

    def hear(self, data: bytes) -> None:
        self.connection.get_buffer(-1)[: len(data)] = data
        self.connection.buffer_updated(len(data))


@pytest.fixture
def alone() -> Alone:
    return Alone()


def test_a_connection_comes_and_goes(alone: Alone) -> None:
    hub = alone.ground.hub
    assert alone.listener.open == {alone.connection}
    assert len(hub.sessions) == 1
    assert alone.wire.high == hub.limits.write_buffer
    assert alone.connection.eof_received() is False  # asyncio fermera
    alone.connection.connection_lost(None)
    assert not alone.listener.open
    assert not hub.sessions


def test_what_it_says_is_read(alone: Alone) -> None:
    data = introduced("alice")
    alone.hear(data[:3])
    alone.hear(data[3:])
    assert alone.ground.hub.people.live(1)
    assert alone.wire.calls == ["pause_reading"]  # le temps qu'elle soit enregistrée


def test_reading_stops_and_starts_again(alone: Alone) -> None:
    alone.connection.pause()
    alone.connection.resume()
    assert alone.wire.calls == ["pause_reading", "resume_reading"]
    alone.loop.call_soon.assert_called_once()  # ce qui était arrivé avant se lit
    alone.connection.abort()
    alone.connection.pause()
    alone.connection.resume()
    assert alone.wire.calls[2:] == ["abort"]


def test_the_last_word_leaves_before_the_end(alone: Alone) -> None:
    """On n'écrit plus, puis on lit pour rien jusqu'à ce qu'il raccroche, ou que l'on se lasse."""
    alone.connection.send(b"un ")
    alone.connection.close(b"adieu")
    alone.connection.close(b"encore")
    assert alone.wire.written == b"un adieu"
    assert alone.wire.calls == ["write_eof", "resume_reading"]
    assert alone.listener.lingering == {alone.connection}
    delay, callback = alone.loop.call_later.call_args.args
    assert delay == alone.ground.hub.limits.shutdown
    callback()
    assert alone.wire.calls[-1] == "abort"


def test_who_does_not_read_is_told(alone: Alone) -> None:
    alone.connection.pause_writing()
    closing = alone.wire.written
    assert closing.startswith(bytes((Closing.KIND,)))
    assert "revenez, et vous aurez la suite" in closing.decode(errors="replace")


def test_the_end_of_all_of_them(alone: Alone) -> None:
    alone.listener.close()
    assert alone.listener.closed
    alone.listener.hang_up()
    alone.listener.abort()
    assert alone.wire.calls == ["close", "abort"]


def test_a_refusal_is_told_a_moment_later_and_not_twice_a_minute(alone: Alone) -> None:
    alone.loop.time.return_value = 1_000.0
    alone.listener.refuse("192.0.2.7")
    alone.listener.refuse("192.0.2.7", "accord jamais fini")
    ((delay, say),) = [call.args for call in alone.loop.call_later.call_args_list]
    assert delay == 1.0
    say()
    alone.ground.world.settle()
    assert "2 connexions refusées à l'entrée" in alone.ground.lines[-1]
    alone.listener.refuse("192.0.2.7")
    assert alone.loop.call_later.call_args.args[0] == 60.0
    alone.listener.close()  # ce qui n'était pas encore dit
    alone.ground.world.settle()
    assert "1 connexion refusée à l'entrée" in alone.ground.lines[-1]


def test_an_answer_waits_for_what_was_written_to_leave(alone: Alone) -> None:
    """On regarde de moins en moins souvent ; puis qui n'a rien lu à temps est congédié."""
    then = Mock()
    alone.loop.time.return_value = 0.0
    alone.connection.drain(then)
    then.assert_called_once()
    alone.wire.unread = 1_000_000
    alone.connection.drain(then)
    delays = []
    for _ in range(9):
        delay, look, following = alone.loop.call_later.call_args.args
        delays.append(delay)
        look(following)
    assert (delays[:3], delays[-1]) == ([0.005, 0.01, 0.02], 0.2)
    assert then.call_count == 1
    alone.wire.unread = 1_000
    look(following)
    assert then.call_count == 2
    alone.wire.unread = 1_000_000
    alone.connection.drain(then)
    alone.loop.time.return_value = 30 + 1_000_000 / 2_000 - 1
    _, look, following = alone.loop.call_later.call_args.args
    look(following)
    assert then.call_count == 2
    alone.loop.time.return_value += 2
    look(following)
    assert then.call_count == 3
    assert "revenez, et vous aurez la suite" in alone.wire.written.decode(errors="replace")


def test_the_last_word_is_awaited_as_long_as_it_is_read(alone: Alone) -> None:
    alone.wire.unread = 2_000_000
    alone.connection.close(b"adieu")
    for unread in (1_900_000, 1_000_000, 0):
        _, judge = alone.loop.call_later.call_args.args
        alone.wire.unread = unread
        judge()
        assert "abort" not in alone.wire.calls
    _, judge = alone.loop.call_later.call_args.args
    judge()
    assert alone.wire.calls[-1] == "abort"


def test_a_frame_that_advances_has_time(alone: Alone) -> None:
    """Un million d'octets à trois mille par seconde ; à mille, c'est une inondation lente."""
    world, hub = alone.ground.world, alone.ground.hub
    for message in (Hello(VERSION), Identify(0, 0, "alice", "", b""), Join("salon", 0)):
        alone.hear(message.encode())
        world.settle()
    frame = SendImage(1, 1, "a.png", bytes(900_000)).encode()
    for rate, kept in ((3_000, True), (1_000, False)):
        place = 0
        while place < len(frame) and hub.sessions:
            alone.hear(frame[place : place + 5 * rate])
            place += 5 * rate
            world.advance(5)
            hub.tick()
        assert bool(hub.sessions) is kept
    assert "finie à temps" in alone.wire.written.decode(errors="replace")
