"""Les trames : une seule écriture pour chacune, et des bornes vérifiées dès l'en-tête."""

import time

import pytest
from chatroom.protocol.frames import LONG, Decoder, ProtocolError, Reason, encode_frame
from chatroom.protocol.messages import KINDS
from hypothesis import example, given
from hypothesis import strategies as st

from tests.bonus.protocol.strategies import ANY_SIZE, MESSAGES, frames, pieces

KIND = 0x06


def decoder(data: bytes = b"", bound: int = 1 << 32) -> Decoder:
    made = Decoder({KIND: bound})
    made.feed(data)
    return made


@given(st.data(), st.lists(MESSAGES, max_size=8))
def test_any_messages_cut_anywhere(data: st.DataObject, messages: list[object]) -> None:
    stream = b"".join(message.encode() for message in messages)  # type: ignore[attr-defined]
    whole = Decoder(ANY_SIZE)
    whole.feed(stream)
    expected = frames(whole)
    assert b"".join(encode_frame(kind, body) for kind, body in expected) == stream
    assert len(expected) == len(messages)
    piecemeal, received = Decoder(ANY_SIZE), []
    for piece in data.draw(pieces(stream)):
        piecemeal.feed(piece)
        if data.draw(st.booleans()):  # on peut aussi laisser des trames entières attendre
            received += frames(piecemeal)
    received += frames(piecemeal)
    assert received == expected
    assert {type(body) for _, body in received} <= {bytes}  # rien qui puisse encore changer
    assert piecemeal.partial == 0


@given(st.binary() | st.builds(bytes.__add__, st.sampled_from([b"\x86\3", b"\x86\4"]), st.binary()))
def test_whatever_the_bytes(data: bytes) -> None:
    """Ce qui est accepté se réécrit tel quel, ce qui ne l'est pas l'est par ProtocolError seule."""
    made, accepted = decoder(data), b""
    try:
        for kind, body in iter(made.next, None):
            accepted += encode_frame(kind, body)
    except ProtocolError:
        pass
    assert accepted + data[len(data) - made.partial :] == data


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "06 0000"),
        (1, "06 0001"),
        (0x100, "06 0100"),
        (0xFFFF, "06 ffff"),
        (0x1_0000, "86 03 010000"),
        (0xFF_FFFF, "86 03 ffffff"),
        (0x100_0000, "86 04 01000000"),
    ],
)
def test_each_size_has_its_header(size: int, header: str) -> None:
    body = bytes(size)
    frame = encode_frame(KIND, body)
    assert frame == bytes.fromhex(header) + body
    assert decoder(frame).next() == (KIND, body)
    missing = decoder(frame[:-1])
    assert missing.next() is None
    assert missing.partial == len(frame) - 1


def test_a_frame_of_four_gigabytes_is_a_fault() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 1 << 32

    with pytest.raises(ValueError, match="4294967296"):
        encode_frame(KIND, Huge())


def test_other_widths_are_refused_at_once() -> None:
    for width in {*range(256)} - {3, 4}:
        text = f"taille sur {width} octets : 3 ou 4, sinon 2"
        with pytest.raises(ProtocolError, match=text) as why:
            decoder(bytes((KIND | LONG, width))).next()
        assert why.value.reason is Reason.PROTOCOL


@given(st.sampled_from([3, 4]), st.data())
@example(3, None)
@example(4, None)
def test_a_size_has_no_useless_zero(width: int, data: st.DataObject | None) -> None:
    most = (1 << 8 * (width - 1)) - 1
    size = data.draw(st.integers(0, most)) if data else most
    with pytest.raises(ProtocolError, match="plus d'octets qu'il n'en faut"):
        decoder(bytes((KIND | LONG, width)) + size.to_bytes(width)).next()


@pytest.mark.parametrize("bit", [0, LONG])
def test_an_unknown_type_is_refused_from_its_first_byte(bit: int) -> None:
    for kind in {*range(LONG)} - {*KINDS}:
        made = Decoder(ANY_SIZE)
        made.feed(bytes((kind | bit,)))
        with pytest.raises(ProtocolError, match=f"Trame de type 0x{kind:02x} inconnue") as why:
            made.next()
        assert why.value.reason is Reason.PROTOCOL


@pytest.mark.parametrize("bound", [0, 1, 0xFFFE, 0xFFFF, 0x1_0000, 0xFF_FFFF, 0x100_0000])
def test_too_long_is_refused_before_any_body(bound: int) -> None:
    header = encode_frame(KIND, bytes(bound + 1))[: -(bound + 1)]
    made = decoder(header[:-1], bound)
    assert made.next() is None
    made.feed(header[-1:])
    for _ in range(2):  # la suite du flux n'a plus de sens : l'erreur reste
        with pytest.raises(ProtocolError, match=f"{bound + 1} octets : {bound} au plus") as why:
            made.next()
        assert why.value.reason is Reason.TOO_LONG
        assert made.partial == len(header)
    assert decoder(encode_frame(KIND, bytes(bound)), bound).next() == (KIND, bytes(bound))


def test_bounds_may_change_between_two_frames() -> None:
    made = Decoder({0x01: 2})
    made.feed(encode_frame(0x01, b"ab") + encode_frame(KIND, b"abc"))
    assert made.next() == (0x01, b"ab")
    made.bounds = {KIND: 3}
    assert made.next() == (KIND, b"abc")
    assert made.next() is None


def test_a_long_frame_in_small_pieces_costs_no_more() -> None:
    """Recopier à chaque morceau tout ce qui précède prendrait dix secondes."""
    frame, made = encode_frame(KIND, bytes(16_000_000)), decoder()
    start = time.process_time()
    for place in range(0, len(frame), 1_000):
        assert made.next() is None
        made.feed(frame[place : place + 1_000])
    assert made.next() == (KIND, bytes(16_000_000))
    assert time.process_time() - start < 2
    assert made.partial == 0


def test_the_error_names_its_reason() -> None:
    assert ProtocolError("non").reason is Reason.PROTOCOL
    assert str(ProtocolError("non", Reason.NAME)) == "non"
