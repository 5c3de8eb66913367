import asyncio
import random
import socket
import struct
from contextlib import closing

import pytest

from grader.world.dns import MAX_NAMES, address_of, answer, start_dns
from tests.grader.world.arena import in_arena

A, AAAA, TXT, ANY = 1, 28, 16, 255


def labels(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def query(name: bytes, kind: int = A, *, flags: int = 0x0100, count: int = 1) -> bytes:
    return struct.pack("!6H", 0x1234, flags, count, 0, 0, 0) + name + struct.pack("!2H", kind, 1)


def code_and_answers(reply: bytes) -> tuple[int, int]:
    number, flags, _, answers, *_ = struct.unpack_from("!6H", reply)
    assert number == 0x1234
    assert flags & 0x8000
    return flags & 0xF, answers


def test_a_name_has_one_address_whatever_its_case() -> None:
    names = [f"site{number}.example" for number in range(500)]
    addresses = [address_of(name) for name in names]
    assert addresses == [address_of(name.upper() + ".") for name in names]
    assert len(set(addresses)) > 490
    assert all(address.startswith(("198.18.", "198.19.")) for address in addresses)
    assert not any(address.endswith((".0", ".255")) for address in addresses)
    assert address_of("LocalHost.") == "127.0.0.1"


def test_the_reply_repeats_the_question_and_gives_the_address() -> None:
    packet = query(labels("Www.Ynov.com"))
    name, reply = answer(packet)
    assert name == "www.ynov.com"
    assert reply[12 : len(packet)] == packet[12:]
    assert reply[-4:] == socket.inet_aton(address_of("www.ynov.com"))
    assert code_and_answers(reply) == (0, 1)


@pytest.mark.parametrize("kind", [AAAA, TXT, ANY, 0, 65535])
def test_other_types_exist_but_are_empty(kind: int) -> None:
    _, reply = answer(query(labels("www.ynov.com"), kind))
    assert code_and_answers(reply) == (0, 0)


@pytest.mark.parametrize("name", ["www.ynov.invalid", "INVALID", "a.b.Invalid"])
def test_invalid_names_do_not_exist(name: str) -> None:
    assert code_and_answers(answer(query(labels(name)))[1]) == (3, 0)
    assert code_and_answers(answer(query(labels("notinvalid")))[1]) == (0, 1)


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (query(b"\xc0\x0c"), 1),  # un renvoi à soi-même
        (query(b"\x01a\xc0\x0e"), 1),  # deux qui tournent en rond
        (query(b"\xc0\x0c" * 200), 1),
        (query(b"\x40" + b"a" * 64 + b"\0"), 1),
        (query(b"\x3fabc"), 1),  # étiquette coupée
        (query(b"\x02\xc3\xa9\0"), 1),  # « é » : les noms sont en ASCII
        (query(labels("a.fr"))[:-1], 1),
        (query(labels("a.fr"))[:12], 1),
        (query(b"\x3f" + b"a" * 63 + b"\x3f"), 1),
        (query(labels("a.fr"), count=0), 1),
        (query(labels("a.fr"), count=2), 1),
        (query(labels("a.fr"), flags=0x2900), 4),  # une mise à jour
    ],
)
def test_malformed_questions_are_refused(packet: bytes, code: int) -> None:
    name, reply = answer(packet)
    assert name == ""
    assert code_and_answers(reply) == (code, 0)


@pytest.mark.parametrize("packet", [b"", b"\0" * 11, query(labels("a.fr"), flags=0x8180)])
def test_neither_scraps_nor_responses_are_answered(packet: bytes) -> None:
    assert answer(packet) == ("", b"")


def test_no_packet_makes_it_raise() -> None:
    rng = random.Random(1)
    model = query(labels("www.ynov.com"))
    for _ in range(20_000):
        packet = bytearray(model if rng.random() < 0.7 else rng.randbytes(rng.randrange(512)))
        for _ in range(rng.randrange(4)):
            if packet:
                packet[rng.randrange(len(packet))] = rng.randrange(256)
        name, reply = answer(bytes(packet))
        name.encode()
        assert len(reply) <= len(packet) + 16


async def resolve(name: str) -> set[str]:
    found = await asyncio.to_thread(socket.getaddrinfo, name, 443, type=socket.SOCK_STREAM)
    return {str(address[0]) for *_, address in found}


async def ask(name: str, server: str) -> bytes:
    """La réponse du serveur, qui doit venir de l'adresse à laquelle on l'a demandée."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.bind(("10.1.2.3", 0))
        await loop.sock_sendto(client, query(labels(name)), (server, 53))
        reply, sender = await loop.sock_recvfrom(client, 512)
    assert sender == (server, 53), sender
    return reply


@in_arena
async def test_programs_find_every_name_but_the_invalid_ones() -> None:
    asked: list[str] = []
    with closing(await start_dns(asked.append)) as dns:
        assert await resolve("www.ynov.com") == {address_of("www.ynov.com")}
        assert await resolve("WWW.YNOV.COM") == {address_of("www.ynov.com")}
        assert await resolve("été.example") == {address_of("xn--t-9fab.example")}
        with pytest.raises(socket.gaierror) as refusal:
            await resolve("www.ynov.invalid")
        assert refusal.value.errno == socket.EAI_NONAME
    assert list(dns.names) == asked == ["www.ynov.com", "xn--t-9fab.example", "www.ynov.invalid"]
    assert dns.names["www.ynov.com"] == 4, dns.names  # A et AAAA, deux fois


@in_arena
async def test_the_reply_comes_from_the_address_asked() -> None:
    with closing(await start_dns()):
        for server in ("127.0.0.1", "8.8.8.8", "10.4.5.6"):
            assert code_and_answers(await ask("a.fr", server)) == (0, 1)


@in_arena
async def test_it_survives_hostile_packets_and_floods() -> None:
    asked: list[str] = []
    rng = random.Random(2)
    with (
        closing(await start_dns(asked.append)) as dns,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        client.bind(("10.9.8.7", 0))  # ce client ne lit aucune réponse
        for size in (0, 1, 11, 12, 13, 600, 65_507):
            client.sendto(rng.randbytes(size), ("9.9.9.9", 53))
        client.sendto(query(b"\xc0\x0c" * 30_000), ("9.9.9.9", 53))
        for number in range(3 * MAX_NAMES):
            client.sendto(query(labels(f"n{number}.fr")), ("9.9.9.9", 53))
            if number % 20 == 0:
                await asyncio.sleep(0)
        assert code_and_answers(await ask("last.fr", "9.9.9.9")) == (0, 1)
    assert len(dns.names) == len(asked) == MAX_NAMES
