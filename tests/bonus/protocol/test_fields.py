"""Les champs : ce qu'on écrit se relit, et rien ne déborde de sa place."""

from typing import Any

import pytest
from chatroom.protocol.fields import Bytes, Codec, Integer, RestBytes, RestString, String
from chatroom.protocol.frames import ProtocolError
from hypothesis import given
from hypothesis import strategies as st

from tests.bonus.protocol.strategies import values

SIZED: list[Codec] = [*(Integer(size) for size in (1, 3, 4, 8)), String(1), String(2), Bytes(1)]
REST: list[Codec] = [RestString(), RestBytes()]


@pytest.mark.parametrize("codec", [*SIZED, *REST], ids=repr)
@given(data=st.data(), before=st.binary(max_size=9), after=st.binary(max_size=9))
def test_what_is_written_is_read(
    codec: Codec, data: st.DataObject, before: bytes, after: bytes
) -> None:
    """Où que soit le champ dans le corps, et quoi qui le suive."""
    value: Any = data.draw(values(codec))
    written = codec.write(value)
    if codec in REST:
        after = b""
    read, end = codec.read(before + written + after, len(before))
    assert (read, end) == (value, len(before + written))
    assert type(read) is type(value)


@pytest.mark.parametrize("codec", SIZED, ids=repr)
@given(data=st.data())
def test_a_field_cut_short_is_refused(codec: Codec, data: st.DataObject) -> None:
    written = codec.write(data.draw(values(codec)))
    for end in range(len(written)):
        with pytest.raises(ProtocolError, match="au milieu d'un champ"):
            codec.read(b"\xff" + written[:end], 1)


@pytest.mark.parametrize(
    ("codec", "value", "written"),
    [
        (Integer(1), 255, "ff"),
        (Integer(3), 0x10203, "010203"),
        (Integer(4), 1, "00000001"),
        (Integer(8), 2**64 - 1, "ffffffffffffffff"),
        (Bytes(1), b"", "00"),
        (String(1), "é", "02c3a9"),
        (String(2), "\ufffd\uffff", "0006efbfbdefbfbf"),
        (RestString(), "€", "e282ac"),
        (RestBytes(), b"\0", "00"),
    ],
)
def test_the_very_bytes(codec: Codec, value: object, written: str) -> None:
    assert codec.write(value).hex() == written


@pytest.mark.parametrize(
    ("codec", "most", "more"),
    [
        (Integer(1), 2**8 - 1, 2**8),
        (Integer(3), 2**24 - 1, 2**24),
        (Integer(8), 2**64 - 1, 2**64),
        (Integer(4), 0, -1),
        (Bytes(1), bytes(255), bytes(256)),
        (String(1), "€" * 85, "€" * 85 + "!"),
        (String(1), "a" * 255, "a" * 254 + "é"),
        (String(2), "a" * 65_535, "a" * 65_536),
    ],
)
def test_what_does_not_fit_is_not_written(codec: Codec, most: object, more: object) -> None:
    written = codec.write(most)
    assert codec.read(written, 0) == (most, len(written))
    with pytest.raises(OverflowError):
        codec.write(more)


@pytest.mark.parametrize("codec", [String(1), String(2), RestString()], ids=repr)
@pytest.mark.parametrize(
    "data",
    [
        "80",  # une suite sans début
        "c3",  # un début sans suite
        "e282",  # les deux tiers de « € »
        "c0af",  # « / » en deux octets : un filtre ne l'y verrait pas
        "e080af",  # le même en trois
        "eda080",  # U+D800, un substitut isolé
        "f4908080",  # après U+10FFFF
        "ff",
    ],
)
def test_text_is_utf8_or_nothing(codec: Codec, data: str) -> None:
    raw = bytes.fromhex(data)
    size = codec.size if isinstance(codec, String) else 0
    prefix = len(raw).to_bytes(size) if size else b""
    with pytest.raises(ProtocolError, match="pas en UTF-8"):
        codec.read(prefix + raw, 0)


def test_a_character_cut_by_the_size_is_refused() -> None:
    with pytest.raises(ProtocolError, match="pas en UTF-8"):
        String(1).read(b"\2" + "€".encode(), 0)


@pytest.mark.parametrize("codec", [String(1), String(2), RestString()], ids=repr)
def test_a_lone_surrogate_is_not_written(codec: Codec) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        codec.write("\ud800")
