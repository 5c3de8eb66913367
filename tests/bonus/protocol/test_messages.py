"""Les messages : chacun se relit tel quel, et rien d'autre ne se lit."""

from collections.abc import Mapping
from dataclasses import FrozenInstanceError

import pytest
from chatroom.protocol.fields import RestBytes, RestString
from chatroom.protocol.frames import Decoder, ProtocolError, Reason
from chatroom.protocol.limits import FRAME, Limits
from chatroom.protocol.messages import (
    FROM_SERVER,
    KINDS,
    TOKEN,
    GetImage,
    GetPage,
    Hello,
    Join,
    Leave,
    ListRooms,
    Message,
    Ping,
    Pong,
    Say,
    SendImage,
    Whisper,
    after_hello,
    before_hello,
    decode,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.bonus.protocol.strategies import ANY_SIZE, MESSAGES

LIMITS = Limits()
BIG = 2**64 - 1
WIDE = "\U0001f642"  # quatre octets, le plus que prenne un caractère


def body_of(message: Message) -> bytes:
    decoder = Decoder(ANY_SIZE)
    decoder.feed(message.encode())
    frame = decoder.next()
    assert frame
    assert frame[0] == message.KIND
    return frame[1]


def open_ended(cls: type[Message]) -> bool:
    """Son dernier champ prend ce qui reste : plus court ou plus long, c'est un autre message."""
    return bool(cls.CODECS) and isinstance(cls.CODECS[-1][1], RestBytes | RestString)


@given(MESSAGES)
def test_round_trip(message: Message) -> None:
    assert decode(message.KIND, body_of(message)) == message


@given(MESSAGES, st.binary(min_size=1, max_size=8))
def test_cut_short_or_followed_by_something(message: Message, more: bytes) -> None:
    body, kind = body_of(message), message.KIND
    for other in [*(body[:end] for end in range(len(body))), body + more]:
        try:
            read = decode(kind, other)
        except ProtocolError:
            continue
        assert open_ended(type(message))
        assert body_of(read) == other


def test_what_is_too_many_is_counted() -> None:
    with pytest.raises(ProtocolError, match=r"^1 octet de trop dans une trame Ping\.$"):
        decode(Ping.KIND, b"!")
    with pytest.raises(ProtocolError, match=r"^2 octets de trop dans une trame Leave\.$"):
        decode(Leave.KIND, bytes(6))


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=80))
def test_whatever_the_body(kind: int, body: bytes) -> None:
    """Un message qui se réécrit tel quel, ou ProtocolError ; jamais une autre exception."""
    try:
        message = decode(kind, body)
    except ProtocolError:
        return
    assert body_of(message) == body


def test_types_say_who_speaks() -> None:
    assert all(kind < 0x80 for kind in KINDS)  # le bit de poids fort dit une trame longue
    client = set(before_hello(LIMITS)) | set(after_hello(LIMITS))
    assert client | set(FROM_SERVER) == set(KINDS)
    assert client & set(FROM_SERVER) == {Ping.KIND, Pong.KIND}
    assert set(FROM_SERVER.values()) == {FRAME}
    assert not set(before_hello(LIMITS)) & set(after_hello(LIMITS))


@pytest.mark.parametrize(
    "message",
    [
        Hello(1, WIDE * LIMITS.pseudo, bytes(TOKEN)),
        Join(WIDE * LIMITS.room, BIG),
        Leave(1),
        Say(1, BIG, "a" * LIMITS.text),
        Whisper(WIDE * LIMITS.pseudo, BIG, "a" * LIMITS.text),
        SendImage(1, BIG, "€" * 85, bytes(LIMITS.image)),
        GetPage(1, BIG, 1),
        GetImage(1, BIG),
        ListRooms(WIDE * LIMITS.room),
        Ping(),
        Pong(),
    ],
    ids=lambda message: type(message).__name__,
)
def test_the_longest_a_client_may_say_just_fits(message: Message) -> None:
    bounds: Mapping[int, int] = before_hello(LIMITS) | after_hello(LIMITS)
    frame = message.encode()
    decoder = Decoder(bounds)
    decoder.feed(frame)
    found = decoder.next()
    assert found
    assert decode(*found) == message
    decoder = Decoder(dict(bounds) | {message.KIND: bounds[message.KIND] - 1})
    decoder.feed(frame)
    with pytest.raises(ProtocolError) as why:
        decoder.next()
    assert why.value.reason is Reason.TOO_LONG


def test_what_does_not_fit_is_not_written() -> None:
    for wrong in (Leave(1 << 32), Leave(-1), Join("a" * 256, 0), Say(1, 1 << 64, "")):
        with pytest.raises(OverflowError):
            wrong.encode()
    with pytest.raises(ValueError, match="surrogates"):
        Say(1, 1, "\ud800").encode()


def test_a_message_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Leave(1).room = 2  # type: ignore[misc]
