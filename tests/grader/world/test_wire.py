"""Ce que se disent un serveur et ses clients, vu au passage."""

import asyncio
import socket

from grader.world import wire as module
from grader.world.wire import Wire
from tests.grader.world.arena import in_arena

SERVER = ("5.5.5.1", 8888)


def connected(listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    client = socket.create_connection(SERVER)
    return client, listener.accept()[0]


@in_arena
async def test_each_connection_and_each_way() -> None:
    with Wire(SERVER) as wire, socket.create_server(("0.0.0.0", 8888)) as listener:
        assert wire.talks() == []
        first, its = connected(listener)
        second, _ = connected(listener)
        first.sendall("salué".encode())
        its.sendall(b"bien")
        its.recv(100)
        first.recv(100)
        its.sendall(b"venue")
        first.recv(100)
        talks = wire.talks()
        assert [talk.client for talk in talks] == [first.getsockname(), second.getsockname()]
        assert [bytes(talk.asked) for talk in talks] == ["salué".encode(), b""]
        assert [bytes(talk.answered) for talk in talks] == [b"bienvenue", b""]
        for link in (first, its, second, _):
            link.close()


@in_arena
async def test_other_addresses_are_not_heard() -> None:
    with Wire(("5.5.5.2", 8888)) as wire, socket.create_server(("0.0.0.0", 8888)) as listener:
        client, server = connected(listener)
        client.sendall(b"ailleurs")
        server.recv(100)
        assert wire.talks() == []
        client.close()
        server.close()


@in_arena
async def test_a_flood_is_not_kept() -> None:
    module.MAX_KEPT = 1000
    with Wire(SERVER) as wire, socket.create_server(("0.0.0.0", 8888)) as listener:
        client, server = connected(listener)
        server.setblocking(False)
        loop = asyncio.get_running_loop()
        for _ in range(20):
            client.sendall(b"x" * 1000)
            await loop.sock_recv(server, 1000)
        (talk,) = wire.talks()
        assert bytes(talk.asked) == b"x" * 1000
        client.close()
        server.close()


@in_arena
async def test_what_is_not_tcp_over_ipv4_is_ignored() -> None:
    with Wire(SERVER) as wire:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talker:
            talker.sendto(b"x" * 40, SERVER)
        for packet in (b"", b"\x45", b"\x60" + bytes(60), bytes(30), b"\x45" + bytes(8) + b"\x06"):
            wire._take(packet)
        wire._take(b"\x45" + bytes(8) + b"\x06" + bytes(12))
        assert wire.talks() == []
