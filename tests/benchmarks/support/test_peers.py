"""Ce qu'on dit à chaque système, et ce qu'on en attend, à l'octet près."""

import re
from pathlib import Path

import pytest
from chatroom.protocol import messages

from benchmarks.support.load import Crowd, Shape
from benchmarks.support.peers import (
    UPGRADE,
    Chat,
    Nats,
    Peer,
    Redis,
    WebChat,
    executable,
    masked,
    pseudo,
)
from benchmarks.support.servers import BenchError, running

CHATS = (Chat("off", "chat", "Chat"), WebChat("off", "chat-web", "Chat par WebSocket"))
ANSWER = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
JOINED = messages.Joined(7, 0, 1, "room003").encode()
PONG = messages.Pong().encode()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Un PATH où les deux programmes à comparer sont installés."""
    for name in ("redis-server", "nats-server"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_finds_a_program(programs: Path) -> None:
    assert executable("redis-server") == str(programs / "redis-server")
    assert executable("carrier-pigeon") == ""


def test_everyone_has_a_pseudo_of_the_same_length() -> None:
    assert (pseudo(0), pseudo(99_999)) == ("client00000", "client99999")


def test_redis(programs: Path) -> None:
    peer = Redis()
    command = peer.command(programs)
    assert command[:4] == [str(programs / "redis-server"), "--bind", "127.0.0.1", "--port"]
    assert command[-2:] == ["--dir", str(programs)]
    started = "Running mode=standalone, port=6380.\n* Ready to accept connections tcp\n"
    assert re.findall(peer.listening, started) == ["6380"]
    said = b">3\r\n$7\r\nmessage\r\n$7\r\nroom003\r\n$5\r\nsalut\r\n"
    assert peer.delivered(b"salut") == len(said)
    assert peer.acknowledged(1000) == len(b":1000\r\n")


def test_a_seat_at_redis() -> None:
    seat = Redis().seat(12, 3)
    assert seat.greeting == b"HELLO 3\r\nSUBSCRIBE room003\r\n"
    subscribed = b">3\r\n$9\r\nsubscribe\r\n$7\r\nroom003\r\n:1\r\n"
    assert seat.joined(b"%7\r\n" + subscribed)
    assert not seat.joined(b"%7\r\n" + subscribed[:-1])
    assert seat.calm(subscribed + b"+PONG\r\n", 1)
    assert not seat.calm(subscribed + b"+PONG\r\n", 2)
    assert seat.say(b"salut", 2) == b"*3\r\n$7\r\nPUBLISH\r\n$7\r\nroom003\r\n$5\r\nsalut\r\n" * 2
    assert seat.payload(memoryview(b"12345")) == 5


def test_nats(programs: Path) -> None:
    peer = Nats()
    command = peer.command(programs)
    config = programs / "nats.conf"
    assert command[0] == str(programs / "nats-server")
    assert command[-2:] == ["--config", str(config)]
    assert "ping_interval" in config.read_text()
    started = "Listening for client connections on 127.0.0.1:4222\nServer is ready\n"
    assert re.findall(peer.listening, started) == ["4222"]
    assert peer.delivered(b"salut") == len(b"MSG room003 1 5\r\nsalut\r\n")
    assert peer.acknowledged(1000) == 0


def test_a_seat_at_nats() -> None:
    seat = Nats().seat(12, 3)
    assert seat.greeting.startswith(b"CONNECT {")
    assert seat.greeting.endswith(b"}\r\nSUB room003 1\r\nPING\r\n")
    assert seat.joined(b"INFO {}\r\nPONG\r\n")
    assert not seat.joined(b"INFO {}\r\n")
    assert seat.calm(b"PONG\r\nPING\r\nPONG\r\n", 1)
    assert not seat.calm(b"PONG\r\nPONG\r\n", 1)  # son propre PING n'est pas encore venu
    assert not seat.calm(b"PONG\r\nPING\r\n", 1)
    assert seat.say(b"salut", 2) == b"PUB room003 5\r\nsalut\r\n" * 2


def test_a_masked_message() -> None:
    frame = masked(b"bonjour")
    key, hidden = frame[2:6], frame[6:]
    assert frame[:2] == bytes([0x82, 0x80 | 7])  # binaire, complet ; masqué, de sept octets
    assert bytes(byte ^ key[place % 4] for place, byte in enumerate(hidden)) == b"bonjour"


def unmasked(*data: bytes) -> bytes:
    """Ce que le serveur envoie, chaque texte dans un message WebSocket."""
    return b"".join(b"\x82\x7e" + len(part).to_bytes(2) + part for part in data)


@pytest.mark.parametrize(
    ("peer", "joined", "calm"),
    [
        (CHATS[0], JOINED, JOINED + PONG),
        (CHATS[1], ANSWER + unmasked(JOINED), ANSWER + unmasked(JOINED, PONG)),
    ],
    ids=["tcp", "web"],
)
def test_a_seat_in_the_chat(peer: Chat, joined: bytes, calm: bytes) -> None:
    seat = peer.seat(12, 3)
    assert seat.joined(joined)
    assert not seat.joined(joined[:-1])
    assert seat.calm(calm, 1)
    assert not seat.calm(calm, 2)
    said = seat.say(b"salut", 2)
    if peer is CHATS[0]:
        once, twice = (messages.Say(7, nonce, "salut").encode() for nonce in (1, 2))
        assert said == once + twice  # dans le salon 7, où le serveur l'a mis
    else:
        assert seat.greeting.startswith(UPGRADE)
        assert len(said) == len(masked(messages.Say(7, 1, "salut").encode() * 2))


def test_a_refusal_is_said() -> None:
    refused = messages.Refused(1, 0, "Le salon est plein.").encode()
    with pytest.raises(BenchError, match=r"^Chat refuse : Le salon est plein\.$"):
        CHATS[0].seat(12, 3).joined(refused)


@pytest.mark.parametrize("step", [1, 2, 1000])
def test_the_headers_of_websocket_are_not_counted(step: int) -> None:
    """Quelle que soit la façon dont les octets arrivent, et la taille des messages."""
    arrived = unmasked(b"x" * 300) + b"\x82\x05salut" + b"\x82\x7f" + bytes(7) + b"\x01y"
    seat = CHATS[1].seat(12, 3)
    parts = [arrived[start : start + step] for start in range(0, len(arrived), step)]
    assert sum(seat.payload(memoryview(part)) for part in parts) == 300 + 5 + 1


@pytest.mark.parametrize("peer", CHATS, ids=["tcp", "web"])
def test_the_chat_itself_gives_what_is_due(peer: Peer, tmp_path: Path) -> None:
    with (
        running(peer.label, peer.command(tmp_path), peer.listening, tmp_path) as server,
        Crowd(peer, server, Shape(2, 2, 1), b"salut") as crowd,
    ):
        crowd.settle()
        piece = crowd.measure(window=3, seconds=0)
    assert (piece.sent, piece.deliveries) == (6, 12)
