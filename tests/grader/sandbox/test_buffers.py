"""La mémoire des sockets d'un réseau, telle que le noyau la dit."""

import socket
import struct
from contextlib import ExitStack, closing, suppress

from grader.sandbox.buffers import FEW, Buffers
from tests.grader.world.arena import in_arena

BLOCK = bytes(65_536)
DUMP_LINKS = struct.pack("=IHHIIB3x", 20, 18, 0x301, 1, 0, 0)  # rtnetlink(7)


def fill(sender: socket.socket) -> int:
    sender.setblocking(False)
    sent = 0
    with suppress(BlockingIOError):
        while True:
            sent += sender.send(BLOCK)
    return sent


def held() -> int:
    with closing(Buffers()) as buffers:
        return buffers.held()


def connection(stack: ExitStack, listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    one = stack.enter_context(socket.create_connection(listener.getsockname()[:2]))
    other, _ = listener.accept()
    return one, stack.enter_context(other)


@in_arena
async def test_unread_bytes_of_every_family() -> None:
    empty = held()
    assert empty < 1_000_000
    with ExitStack() as stack:
        pair = socket.socketpair()
        for end in pair:
            stack.enter_context(end)
        sent = fill(pair[0])
        assert held() > empty + sent
        deaf = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        deaf.bind(("127.0.0.1", 0))
        before = held()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(50):
                sender.sendto(bytes(1000), deaf.getsockname())
        assert held() > before
        links = stack.enter_context(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
        before = held()
        links.send(DUMP_LINKS)
        assert held() > before
    assert held() < 1_000_000


@in_arena
async def test_connections_count_once_there_are_many() -> None:
    for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
        with ExitStack() as stack:
            listener = stack.enter_context(socket.create_server((host, 0), family=family))
            one, _ = connection(stack, listener)
            sent = fill(one)
            assert sent > 500_000
            assert held() < sent  # trop peu pour qu'on y regarde
            for _ in range(FEW):
                connection(stack, listener)
            assert held() > sent


@in_arena
async def test_what_nobody_holds_any_more_counts() -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=100))
        sent = 0
        for _ in range(FEW + 4):  # jamais acceptées, et déjà refermées par qui les a ouvertes
            with socket.create_connection(listener.getsockname()) as one:
                sent += fill(one)
        assert held() > sent
