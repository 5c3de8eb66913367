import asyncio
import random
import socket
import struct
from contextlib import closing

import pytest

from grader.world import capture as module
from grader.world.capture import MAX_SYNS, Capture, Syn, parse
from tests.grader.world.arena import in_arena
from tests.grader.world.web import until

SYN, SYN_ACK, ACK = 0x02, 0x12, 0x10
EXPECTED = Syn("10.1.2.3", 40_000, "5.5.5.1", 8888)
EXPECTED6 = Syn("::1", 40_000, "::1", 8888)


def tcp(flags: int) -> bytes:
    return struct.pack("!HHIIBBHHH", 40_000, 8888, 1, 0, 0x50, flags, 1024, 0, 0)


def ipv4(flags: int = SYN, *, options: bytes = b"", protocol: int = 6, fragment: int = 0) -> bytes:
    first = 0x45 + len(options) // 4
    header = struct.pack("!BBHHHBBH", first, 0, 40, 0, fragment, 64, protocol, 0)
    return (
        header + socket.inet_aton("10.1.2.3") + socket.inet_aton("5.5.5.1") + options + tcp(flags)
    )


def ipv6(flags: int = SYN, protocol: int = 6) -> bytes:
    address = socket.inet_pton(socket.AF_INET6, "::1")
    return struct.pack("!IHBB", 0x6000_0000, 20, protocol, 64) + address * 2 + tcp(flags)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (ipv4(), EXPECTED),
        (ipv4(0xC2), EXPECTED),  # ECN
        (ipv4(options=bytes(40)), EXPECTED),
        (ipv4()[:34], EXPECTED),
        (ipv6(), EXPECTED6),
        (ipv4(SYN_ACK), None),
        (ipv4(ACK), None),
        (ipv4(protocol=17), None),
        (ipv4(fragment=1), None),
        (ipv4()[:33], None),
        (b"\x41" + ipv4()[1:17] + bytes([SYN]) + ipv4()[18:], None),  # un en-tête de 4 octets
        (b"\x4f" + ipv4()[1:], None),
        (b"\x55" + ipv4()[1:], None),
        (ipv6(SYN_ACK), None),
        (ipv6(protocol=58), None),
        (ipv6()[:53], None),
        (b"", None),
    ],
)
def test_only_the_first_packet_of_a_connection_is_kept(packet: bytes, expected: Syn | None) -> None:
    assert parse(packet) == expected


def test_no_packet_makes_it_raise() -> None:
    rng = random.Random(5)
    for _ in range(20_000):
        packet = bytearray(rng.choice([ipv4(), ipv6(), rng.randbytes(128)]))
        packet[rng.randrange(len(packet))] = rng.randrange(256)
        parse(bytes(packet[: rng.randrange(129)]))


async def knock(source: str, target: str, port: int) -> None:
    """Se connecte là où personne n'écoute."""
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    with socket.socket(family) as client:
        client.bind((source, 0))
        client.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(client, (target, port))
        except ConnectionRefusedError:
            return
    raise AssertionError("quelqu'un écoute")


@in_arena
async def test_it_tells_where_a_client_wants_to_go() -> None:
    with closing(Capture()) as capture:
        waiting = asyncio.create_task(capture.wait_syn(lambda _: False, 30))
        await knock("10.1.2.3", "93.184.216.34", 8888)
        first = await waiting
        assert first is not None
        assert (first.source, first.target, first.target_port) == (
            "10.1.2.3",
            "93.184.216.34",
            8888,
        )
        await knock("::1", "::1", 8889)
        second = await capture.wait_syn(lambda syn: syn == first, 30)
        assert second is not None
        assert second[::2] == ("::1", "::1"), second
        assert second.target_port == 8889
        assert capture.syns == [first, second]  # lo les montre pourtant deux fois


@in_arena
async def test_what_is_ignored_never_comes() -> None:
    with closing(Capture()) as capture:
        await knock("10.1.2.3", "5.5.5.1", 8888)
        assert await capture.wait_syn(lambda syn: syn.target_port == 8888, 0.05) is None


@in_arena
async def test_data_is_left_to_the_kernel() -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1 << 16):
            pass
        writer.close()

    seen: list[Syn | None] = []

    def watched(packet: bytes) -> Syn | None:
        seen.append(parse(packet))
        return seen[-1]

    module.parse = watched
    with closing(Capture()) as capture:
        async with await asyncio.start_server(swallow, "0.0.0.0", 8888):
            reader, writer = await asyncio.open_connection("5.5.5.1", 8888)
            writer.write(b"\x45" * (8 << 20))
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()
        assert await capture.wait_syn(lambda _: False, 30) == capture.syns[0]
        assert len(capture.syns) == 1
        assert capture.others == 0
    assert seen == capture.syns  # rien d'autre n'est arrivé jusqu'à Python


@in_arena
async def test_a_flood_is_counted_not_kept() -> None:
    with closing(Capture()) as capture:
        await knock("10.1.2.3", "5.5.5.1", 7)
        for number in range(MAX_SYNS + 200):
            await knock("127.0.0.1", "5.5.5.2", 1 + number)
        async with asyncio.timeout(30):
            await until(lambda: len(capture.syns) + capture.others == MAX_SYNS + 201)
        assert len(capture.syns) == MAX_SYNS
        assert capture.syns[0].target_port == 7
        assert capture.others == 201
