"""L'autre bout du fil : ce qui en part, ce qui y arrive, et de quelle façon cela finit."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

import pytest

from grader.driving import peer as module
from grader.driving.peer import Peer, connect
from grader.driving.pulse import Pulse
from grader.driving.timeline import Timeline
from tests.grader.driving.programs import leaving_nothing
from tests.support.waiting import DEADLINE

SOURCE = "127.3.2.1"
RESET = struct.pack("ii", 1, 0)


class Conversation:
    """Un Peer, et en face une socket dont on fait ce qu'on veut."""

    def __init__(self, other: socket.socket) -> None:
        self.pulse, self.timeline = Pulse(), Timeline()
        self.peer = Peer("it4", self.pulse, self.timeline)
        self.other = other

    async def until(self, fact: Callable[[], object]) -> None:
        assert await self.pulse.until(fact, DEADLINE)

    async def read(self) -> bytes:
        async with asyncio.timeout(DEADLINE):
            return await asyncio.get_running_loop().sock_recv(self.other, 65_536)

    def facts(self) -> list[tuple[str, str]]:
        return [(event.kind, event.text) for event in self.timeline.events]


def conversing(scenario: Callable[[Conversation], Awaitable[None]]) -> None:
    async def connected() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            loop = asyncio.get_running_loop()
            accepting = asyncio.create_task(loop.sock_accept(listener))
            talk = Conversation(listener)
            await connect(talk.peer, listener.getsockname(), (SOURCE, 0))
            with (await accepting)[0] as talk.other:
                await scenario(talk)
                if not talk.peer.closed:
                    talk.peer.close()
                await asyncio.sleep(0)  # les transports fermés rendent leurs sockets
                await asyncio.sleep(0)

    leaving_nothing(connected)


def test_who_is_who() -> None:
    async def scenario(talk: Conversation) -> None:
        ip, port = talk.other.getpeername()
        assert ip == SOURCE
        assert talk.peer.name == f"{SOURCE}:{port}"
        assert talk.peer.address == (ip, port)
        assert talk.peer.other_address == talk.other.getsockname()
        assert talk.facts() == [("connect", f"{talk.peer.name} → {talk.peer.other}")]

    conversing(scenario)


def test_sends_text_and_bytes_as_they_are() -> None:
    async def scenario(talk: Conversation) -> None:
        talk.peer.send("é|")
        assert await talk.read() == b"\xc3\xa9|"
        talk.peer.send(b"\xff\x00")
        assert await talk.read() == b"\xff\x00"
        assert talk.facts()[1:] == [("sent", "é|"), ("sent", "\\xff\x00")]

    conversing(scenario)


def test_what_arrives_until_it_is_forgotten() -> None:
    async def scenario(talk: Conversation) -> None:
        peer = talk.peer
        for part, so_far in ((b"un ", "un "), (b"\xc3", "un \\xc3"), (b"\xa9", "un é")):
            talk.other.send(part)

            def arrived(so_far: str = so_far) -> bool:
                return peer.unread_text == so_far

            await talk.until(arrived)
        peer.forget()
        assert peer.unread == b""
        talk.other.send(b"deux")
        await talk.until(lambda: peer.unread == b"deux")
        received = [text for kind, text in talk.facts() if kind == "received"]
        assert len(received) == 2

    conversing(scenario)


def test_the_other_announces_its_end() -> None:
    async def scenario(talk: Conversation) -> None:
        talk.other.send(b"fin")
        talk.other.shutdown(socket.SHUT_WR)
        await talk.until(lambda: talk.peer.ended)
        assert (talk.peer.ended, talk.peer.unread) == ("close", b"fin")
        talk.peer.send("encore")  # notre sens reste ouvert
        assert await talk.read() == b"encore"
        assert ("note", "le programme a fermé la connexion") in talk.facts()

    conversing(scenario)


def test_the_other_vanishes() -> None:
    async def scenario(talk: Conversation) -> None:
        talk.other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        talk.other.close()
        await talk.until(lambda: talk.peer.ended)
        assert talk.peer.ended == "reset"
        assert not talk.peer.closed
        talk.peer.send("trop tard")

    conversing(scenario)


def test_an_end_is_told_once() -> None:
    async def scenario(talk: Conversation) -> None:
        talk.other.shutdown(socket.SHUT_WR)
        await talk.until(lambda: talk.peer.ended)
        talk.peer.connection_lost(ConnectionResetError())
        assert talk.peer.ended == "close"
        assert [kind for kind, _ in talk.facts()].count("note") == 1

    conversing(scenario)


def test_leaves_announcing_it() -> None:
    async def scenario(talk: Conversation) -> None:
        talk.peer.send("au revoir")
        talk.peer.close()
        received = b""
        while data := await talk.read():
            received += data
        assert received == b"au revoir"
        assert talk.facts()[-1] == ("close", "")
        assert (talk.peer.ended, talk.peer.closed) == ("", True)

    conversing(scenario)


def test_says_no_more_but_still_listens() -> None:
    async def scenario(talk: Conversation) -> None:
        talk.peer.send("dernier mot")
        talk.peer.finish()
        assert await talk.read() == b"dernier mot"
        assert await talk.read() == b""
        talk.other.send(b"encore")
        await talk.until(lambda: talk.peer.unread == b"encore")
        assert ("close", "") in talk.facts()
        assert not talk.peer.closed

    conversing(scenario)


def test_refuses_without_a_word() -> None:
    async def scenario(talk: Conversation) -> None:
        before = talk.facts()
        talk.peer.refuse()
        assert await talk.read() == b""
        assert talk.facts() == before

    conversing(scenario)


def test_vanishes() -> None:
    async def scenario(talk: Conversation) -> None:
        talk.peer.vanish()
        with pytest.raises(ConnectionResetError):
            await talk.read()
        assert talk.facts()[-1] == ("reset", "")
        assert (talk.peer.ended, talk.peer.closed) == ("", True)

    conversing(scenario)


def test_comes_back_at_once_from_the_same_place() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            talk = Conversation(listener)
            first, again = talk.peer, Peer("it4", talk.pulse, talk.timeline)
            await connect(first, listener.getsockname(), (SOURCE, 0))
            first.vanish()
            await asyncio.sleep(0)
            await connect(again, listener.getsockname(), first.address)
            assert again.address == first.address
            again.close()
            await asyncio.sleep(0)

    leaving_nothing(scenario)


def test_does_not_listen_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RECEIVED", 100_000)

    async def scenario(talk: Conversation) -> None:
        talk.other.setblocking(False)
        loop = asyncio.get_running_loop()
        flood = asyncio.create_task(loop.sock_sendall(talk.other, bytes(50_000_000)))
        await talk.until(lambda: len(talk.peer.unread) > 100_000)
        assert not talk.peer._transport.is_reading()
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)
        talk.peer.vanish()

    conversing(scenario)


def test_nobody_listens() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            target = listener.getsockname()
        peer = Peer("it4", Pulse(), Timeline())
        with pytest.raises(ConnectionRefusedError):
            await connect(peer, target, (SOURCE, 0))
        assert peer.name == ""

    leaving_nothing(scenario)


def test_a_peer_one_comes_to() -> None:
    """Le port d'où vient le programme n'est pas dit : il change à chaque essai."""

    async def scenario() -> None:
        arrived: list[Peer] = []
        timeline, pulse = Timeline(), Pulse()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Peer("serveur", pulse, timeline, arrived.append), "127.0.0.1", 0
        )
        with socket.create_connection(server.sockets[0].getsockname()) as link:
            assert await pulse.until(lambda: arrived, DEADLINE)
            (event,) = timeline.events
            assert event.text == "{}:{}".format(*link.getpeername())
            arrived[0].close()
        server.close()
        await asyncio.sleep(0)

    leaving_nothing(scenario)


@pytest.mark.skipif(not socket.has_ipv6, reason="pas d'IPv6 ici")
def test_ipv6() -> None:
    async def scenario() -> None:
        try:
            listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
        except OSError:
            pytest.skip("pas d'IPv6 ici")
        with listener:
            peer = Peer("it4", Pulse(), Timeline())
            await connect(peer, listener.getsockname()[:2], ("", 0))
            assert peer.other_address == listener.getsockname()[:2]
            peer.close()
            await asyncio.sleep(0)

    leaving_nothing(scenario)
