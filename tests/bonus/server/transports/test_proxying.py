"""L'en-tête PROXY, des deux versions."""

import asyncio
import socket
import struct

import pytest
from chatroom.server.transports.origins import Origin
from chatroom.server.transports.proxying import (
    SIGNATURE,
    START,
    announced,
    proxied,
    read_binary,
    read_line,
    rest_of,
)

V4 = bytes((192, 0, 2, 7)) + bytes((10, 0, 0, 1)) + struct.pack(">HH", 51_234, 8_888)
V6 = bytes.fromhex("20010db8000000000000000000000001") + bytes(16) + struct.pack(">HH", 51_234, 1)


def binary(command: int, family: int, rest: bytes) -> bytes:
    return SIGNATURE + bytes((command, family)) + struct.pack(">H", len(rest)) + rest


async def _sent(data: bytes, closed: bool) -> tuple[Origin | None, bytes]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.sendall(data)
        if closed:
            theirs.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(1):
            found = await proxied(asyncio.get_running_loop(), ours)
        return found, ours.recv(100)


def sent(data: bytes, closed: bool = False) -> tuple[Origin | None, bytes]:
    """Ce qu'on en lit, et ce qui reste à lire."""
    return asyncio.run(_sent(data, closed))


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        (binary(0x21, 0x11, V4), Origin("192.0.2.7", 51_234)),
        (binary(0x21, 0x11, V4 + b"\x04\0\x01x"), Origin("192.0.2.7", 51_234)),  # des précisions
        (binary(0x21, 0x21, V6), Origin("2001:db8::1", 51_234)),
        (binary(0x20, 0x00, b""), None),  # LOCAL : le mandataire, pour lui-même
        (binary(0x21, 0x00, b""), None),
        (b"PROXY TCP4 192.0.2.7 10.0.0.1 51234 8888\r\n", Origin("192.0.2.7", 51_234)),
        (b"PROXY TCP6 2001:db8::1 ::1 51234 8888\r\n", Origin("2001:db8::1", 51_234)),
        (b"PROXY UNKNOWN\r\n", None),
        (b"PROXY UNKNOWN n'importe quoi\r\n", None),
    ],
)
def test_who_comes_and_not_a_byte_more(header: bytes, origin: Origin | None) -> None:
    assert sent(header + b"la suite") == (origin, b"la suite")
    assert announced(header[:START])


@pytest.mark.parametrize(
    "header",
    [
        b"\x01\x00\x05" + bytes(20),  # un client sans mandataire
        b"GET / HTTP/1.1\r\n\r\n",
        b"PROXY TCP4 192.0.2.7 10.0.0.1 51234\r\n",
        b"PROXY TCP4 localhost 10.0.0.1 51234 8888\r\n",
        b"PROXY TCP4 192.0.2.7 10.0.0.1 512345 8888\r\n",
        b"PROXY " + b"x" * 200 + b"\r\n",
        binary(0x31, 0x11, V4),  # une version 3
        binary(0x22, 0x11, V4),
        binary(0x21, 0x11, V4[:-1]),
        binary(0x21, 0x11, V4 + bytes(3_000)),
    ],
)
def test_a_hostile_header_is_refused(header: bytes) -> None:
    with pytest.raises(ValueError, match=r"PROXY|adresses|ligne"):
        sent(header)


@pytest.mark.parametrize("header", [binary(0x21, 0x11, V4), b"PROXY TCP4 192.0.2.7 10.0"])
def test_half_a_header_is_refused(header: bytes) -> None:
    for size in (0, 1, 13, 15, 17, len(header) - 1):
        with pytest.raises(ValueError, match="coupé"):
            sent(header[:size], closed=True)


def test_neither_http_nor_tls_is_taken_for_a_header() -> None:
    for start in (b"", b"GET / ", b"POST /", b"PUT /x", b"\x16\x03\x01\x02\0\x01"):
        assert not announced(start)


def test_the_parts_of_a_header() -> None:
    header = binary(0x21, 0x11, V4)
    assert rest_of(header[:16]) == len(V4)
    assert read_binary(header[:16], header[16:]) == Origin("192.0.2.7", 51_234)
    assert read_line(b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n") == Origin("192.0.2.7", 1)
