"""Les messages : chacun se relit tel quel, et rien d'autre ne se lit."""

from dataclasses import FrozenInstanceError, replace

import pytest
from chatroom.protocol.fields import RestBytes, RestString
from chatroom.protocol.frames import Decoder, ProtocolError
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    KINDS,
    Hello,
    Join,
    Leave,
    Message,
    Say,
    Unknown,
    Welcome,
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


@given(MESSAGES)
def test_cut_short(message: Message) -> None:
    """Seuls peuvent manquer les champs venus après les autres."""
    body, kind = body_of(message), message.KIND
    for end in range(len(body)):
        try:
            read = decode(kind, body[:end])
        except ProtocolError:
            continue
        assert open_ended(type(message)) or body_of(read)[:end] == body[:end]
        names = [name for name, _ in message.CODECS[: message.NEEDED]]
        whole = not open_ended(type(message))
        assert not whole or all(getattr(read, one) == getattr(message, one) for one in names)


@given(MESSAGES, st.binary(min_size=1, max_size=8))
def test_what_another_version_adds_at_the_end_is_ignored(message: Message, more: bytes) -> None:
    if not open_ended(type(message)):
        assert decode(message.KIND, body_of(message) + more) == message


def test_fields_that_came_later_may_be_missing() -> None:
    welcome = Welcome(1, 2, 3, 4, 0, "a", b"", 5, 1)
    assert decode(Welcome.KIND, body_of(welcome)[:-5]) == replace(welcome, device=0, role=0)
    assert decode(Hello.KIND, b"\2") == Hello(2)
    with pytest.raises(ProtocolError):
        decode(Welcome.KIND, body_of(welcome)[:-6])


def test_a_type_of_another_version_is_told_as_such() -> None:
    assert decode(0x3F, b"quoi que ce soit") == Unknown(0x3F)


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=80))
def test_whatever_the_body(kind: int, body: bytes) -> None:
    """Un message qui se réécrit, à la fin près, ou ProtocolError ; jamais une autre exception."""
    try:
        message = decode(kind, body)
    except ProtocolError:
        return
    again = body_of(message)
    assert again.startswith(body) or body.startswith(again)


def test_what_does_not_fit_is_not_written() -> None:
    for wrong in (Leave(1 << 32), Leave(-1), Join("a" * 256, 0), Say(1, 1 << 64, "")):
        with pytest.raises(OverflowError):
            wrong.encode()
    with pytest.raises(ValueError, match="surrogates"):
        Say(1, 1, "\ud800").encode()


def test_a_message_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Leave(1).room = 2  # type: ignore[misc]
