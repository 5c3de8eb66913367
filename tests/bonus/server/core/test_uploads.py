"""Une image en morceaux : assemblée, bornée, oubliée."""

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    Closing,
    GetImage,
    Image,
    Parted,
    Pictured,
    Refused,
    Said,
    SendImage,
    SendPart,
)
from chatroom.server.core.uploads import gathered, send_part

from tests.bonus.server.core.ground import Client, Ground, say

PNG = b"p" * 5_000 + b"n" * 5_000 + b"g"


@pytest.fixture
def ground() -> Ground:
    made = Ground(image=12_000)
    made.sizes[PNG] = (64, 48)
    return made


def taken(client: Client, kind: type) -> list[object]:
    return [message for message in client.got if isinstance(message, kind)]


def test_a_text_passes_between_two_pieces(ground: Ground) -> None:
    alice, room = ground.person("alice")
    alice.tell(SendPart(PNG[:5_000]), say(room, 1, "pendant"), SendPart(PNG[5_000:10_000]))
    alice.tell(SendImage(room, 2, "a.png", PNG[10_000:]))
    assert taken(alice, Parted) == [Parted(5_000), Parted(10_000)]
    assert alice.last(Said).seq == 1
    picture = alice.last(Pictured)
    assert (picture.seq, picture.nonce, picture.size) == (2, 2, len(PNG))
    alice.tell(GetImage(room, 2))
    assert alice.last(Image).data == PNG
    assert alice.session
    assert not alice.session.parts


def test_an_empty_piece_forgets_the_others(ground: Ground) -> None:
    alice, room = ground.person("alice")
    ground.sizes[b"png"] = (3, 2)
    alice.tell(SendPart(b"x" * 5_000), SendPart(b""), SendImage(room, 1, "a.png", b"png"))
    assert taken(alice, Parted) == [Parted(5_000), Parted(0)]
    assert alice.last(Pictured).size == 3


def test_too_long_a_picture_is_refused_or_closes(ground: Ground) -> None:
    alice, room = ground.person("alice")
    alice.tell(SendPart(b"x" * 10_000), SendImage(room, 1, "a.png", b"x" * 2_001))
    refusal = alice.last(Refused)
    assert (refusal.reason, refusal.nonce) == (Reason.PICTURE, 1)
    assert "12000 octets au plus" in refusal.text
    alice.tell(SendPart(b"x" * 10_000), SendPart(b"x" * 2_001))
    assert alice.last(Closing).reason == Reason.TOO_LONG


def test_pieces_cost_nothing_unless_they_are_small(ground: Ground) -> None:
    """L'image, à la fin, coûte pour eux ; mais mille morceaux d'un octet sont une inondation."""
    alice, _ = ground.person("alice")
    for _ in range(200):
        alice.tell(SendPart(b"x" * 4_096), SendPart(b"x" * 4_096), SendPart(b"x" * 3_000))
        assert alice.session
        alice.session.parts = b""
        if alice.paused:
            break
    else:
        pytest.fail("rien ne l'a retenu")
    bob, _ = ground.person("bob")
    for _ in range(200):
        bob.tell(SendPart(b"x" * 4_096))
        assert bob.session
        bob.session.parts = b""
    assert not bob.paused


def test_what_comes_in_one_piece_is_untouched(ground: Ground) -> None:
    alice, room = ground.person("alice")
    assert alice.session
    whole = SendImage(room, 1, "a.png", PNG)
    assert gathered(ground.hub, alice.session, whole) is whole
    send_part(ground.hub, alice.session, SendPart(b"avant "))
    end = gathered(ground.hub, alice.session, SendImage(room, 1, "a.png", b"la fin"))
    assert end
    assert end.data == b"avant la fin"
