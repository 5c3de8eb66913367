"""Le réseau d'une arène : lo seule, allumée, et toute adresse IPv4 y est locale."""

import socket

import pytest

from grader.sandbox.netlink import make_every_address_local
from tests.grader.world.arena import in_arena

SOMEWHERE = ("1.2.3.4", "10.20.30.40", "127.0.0.1", "203.0.113.7")


@in_arena
async def test_every_ipv4_address_is_local() -> None:
    for host in SOMEWHERE:
        with (
            socket.create_server((host, 443)) as listener,
            socket.create_connection((host, 443), timeout=5, source_address=("9.9.9.9", 0)),
        ):
            link, source = listener.accept()
            link.close()
            assert source[0] == "9.9.9.9"


@in_arena
async def test_nothing_else_answers() -> None:
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("1.2.3.4", 80), timeout=5)
    with pytest.raises(OSError, match="unreachable"):
        socket.create_connection(("2001:db8::1", 80), timeout=5)


@in_arena
async def test_refusal_of_the_kernel_is_an_error() -> None:
    with pytest.raises(FileExistsError):
        make_every_address_local()  # c'est déjà fait
