"""Les bornes : ce qui est permis à chacun, à quel moment, et de quelle taille."""

from collections.abc import Mapping

import pytest
from chatroom.protocol.bounds import (
    FROM_SERVER,
    PART,
    SERVER,
    SLACK,
    STRANGE,
    after_greeting,
    after_hello,
    before_hello,
)
from chatroom.protocol.frames import Decoder, ProtocolError, Reason, encode_frame
from chatroom.protocol.limits import FRAME, Limits
from chatroom.protocol.messages import (
    KINDS,
    PROOF,
    TOKEN,
    Ask,
    GetImage,
    GetPage,
    Hello,
    Identify,
    Join,
    Leave,
    ListRooms,
    Message,
    Ping,
    Pong,
    Say,
    SendImage,
    SendPart,
    Whisper,
    decode,
)

from tests.bonus.protocol.test_messages import body_of, open_ended

LIMITS = Limits()
BIG = 2**64 - 1
WIDE = "\U0001f642"  # quatre octets, le plus que prenne un caractère


def test_types_say_who_speaks() -> None:
    assert all(kind < 0x80 for kind in KINDS)  # le bit de poids fort dit une trame longue
    strangers = [before_hello(LIMITS), after_greeting(LIMITS)]
    client = set(strangers[0]) | set(strangers[1]) | set(after_hello(LIMITS))
    assert client == set(range(SERVER))
    assert set(FROM_SERVER) == set(range(SERVER, 2 * SERVER)) | {Ping.KIND, Pong.KIND}
    assert set(FROM_SERVER.values()) == {FRAME}
    assert {kind for kind in KINDS if kind < SERVER} == {
        *strangers[0],
        *strangers[1],
        *(kind for kind in after_hello(LIMITS) if kind in KINDS),
    }
    assert not (set(strangers[0]) | set(strangers[1])) & set(after_hello(LIMITS))
    assert after_hello(LIMITS)[0x3F] == STRANGE


@pytest.mark.parametrize(
    "message",
    [
        Hello(1, WIDE * LIMITS.pseudo, bytes(TOKEN)),
        Identify(1, 1, WIDE * LIMITS.pseudo, "a" * 255, bytes(PROOF)),
        Join(WIDE * LIMITS.room, BIG, BIG, "a" * 255),
        Leave(1),
        Say(1, BIG, "a" * LIMITS.text),
        Whisper(WIDE * LIMITS.pseudo, BIG, "a" * LIMITS.text),
        SendImage(1, BIG, "€" * 85, bytes(LIMITS.image)),
        SendPart(bytes(PART)),
        GetPage(1, BIG, 1),
        GetImage(1, BIG),
        ListRooms(WIDE * LIMITS.room),
        Ping(),
        Pong(),
        Ask("a", "b" * (STRANGE - 2)),
    ],
    ids=lambda message: type(message).__name__,
)
def test_the_longest_a_client_may_say_just_fits(message: Message) -> None:
    bounds: Mapping[int, int] = before_hello(LIMITS) | after_greeting(LIMITS) | after_hello(LIMITS)
    slack = 0 if open_ended(type(message)) else SLACK
    frame = encode_frame(message.KIND, body_of(message) + bytes(slack))
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
