"""Les vecteurs de test : ce qu'un décodeur écrit dans un autre langage devra dire aussi."""

import pytest
from chatroom.protocol.frames import Decoder, ProtocolError, Reason
from chatroom.protocol.messages import KINDS, Unknown, decode

from tests.bonus.protocol.vectors import BOUNDS, FILE, Vector, vectors

VECTORS = vectors()
VALID = [vector for vector in VECTORS if vector.message]


def received(vector: Vector, step: int) -> tuple[object, int]:
    """Ce qu'en dit le décodeur, nourri de `step` octets à la fois, et ce qui attend encore."""
    decoder = Decoder(vector.bounds)
    for place in range(0, len(vector.data), step):
        decoder.feed(vector.data[place : place + step])
        try:
            if frame := decoder.next():
                return decode(*frame), decoder.partial
        except ProtocolError as why:
            return (why.reason, str(why)), decoder.partial
    return None, decoder.partial


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vector(vector: Vector) -> None:
    outcome, partial = received(vector, len(vector.data))
    assert outcome == (vector.message or vector.error)
    if vector.message:
        assert partial == 0
        assert not vector.rewritten or vector.message.encode() == vector.data
    if not vector.error:  # à petits pas aussi ; un refus, lui, peut venir avant la fin
        assert received(vector, 1 if len(vector.data) < 5_000 else 4_097) == (outcome, partial)


def test_every_type_and_every_speaker_is_shown() -> None:
    shown = {(vector.speaker, type(vector.message)) for vector in VALID}
    expected = {
        (who, KINDS.get(kind, Unknown)) for who, bounds in BOUNDS.items() for kind in bounds
    }
    assert shown == expected


def test_every_refusal_of_a_decoder_is_shown() -> None:
    texts = " ".join(vector.error[1] for vector in VECTORS if vector.error)
    for part in (
        "inconnue, ou hors de propos",
        "3 ou 4, sinon 2",
        "plus d'octets qu'il n'en faut",
        "au plus",
        "au milieu d'un champ",
        "UTF-8",
    ):
        assert part in texts
    reasons = {vector.error[0] for vector in VECTORS if vector.error}
    assert reasons == {Reason.PROTOCOL, Reason.TOO_LONG}
    assert any(not vector.message and not vector.error for vector in VECTORS)


def test_the_file_stays_easy_to_read() -> None:
    names = [vector.name for vector in VECTORS]
    assert len(set(names)) == len(names)
    lines = FILE.read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) < 400
