"""De quoi tirer au sort n'importe quel message, et n'importe quelle découpe."""

from chatroom.protocol.fields import Bytes, Codec, Integer, RestBytes, String
from chatroom.protocol.frames import Decoder
from chatroom.protocol.messages import KINDS, Message
from hypothesis import strategies as st

ANY_SIZE = dict.fromkeys(KINDS, 1 << 32)  # chaque type permis, quelle que soit sa taille
EDGES = ("", "é" * 127 + "!", "€" * 85, "\U0001f642" * 63 + "\u20ac")  # 255 octets, tous


def values(codec: Codec) -> st.SearchStrategy[object]:
    if isinstance(codec, Integer):
        return st.integers(0, 256**codec.size - 1)
    if isinstance(codec, Bytes):
        return st.binary(max_size=255)
    if isinstance(codec, RestBytes):
        return st.binary()
    if isinstance(codec, String) and codec.size == 1:
        return st.text(max_size=63) | st.sampled_from(EDGES)  # 63 × 4 = 252 octets
    return st.text() | st.sampled_from(EDGES)


def _messages_of(cls: type[Message]) -> st.SearchStrategy[Message]:
    return st.builds(cls, *(values(codec) for _, codec in cls.CODECS))


MESSAGES = st.one_of([_messages_of(cls) for cls in KINDS.values()])


@st.composite
def pieces(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """Ces octets, en morceaux, dont certains peuvent être vides."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def frames(decoder: Decoder) -> list[tuple[int, bytes]]:
    """Toutes les trames entières qui attendent là."""
    return list(iter(decoder.next, None))
