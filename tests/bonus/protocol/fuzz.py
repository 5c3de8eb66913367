"""Malmène le décodeur : des vecteurs de test abîmés au hasard, et ce qui doit rester vrai.

Usage : python tests/bonus/protocol/fuzz.py [--seconds N] [--seed N] [--case N]

Quels que soient les octets :
- rien d'autre que ProtocolError n'est levé ;
- ce qui est accepté se réécrit avec les mêmes octets, à ceux près qu'une autre version aurait mis,
  ou n'aurait pas mis, à la fin d'un corps ; et se relit ;
- le résultat est le même d'un seul coup ou en morceaux.
Sort avec 1 au premier manquement, et dit comment le refaire.
"""

import random
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "bonus"))

from chatroom.protocol.documents import document, page
from chatroom.protocol.frames import LONG, Decoder, ProtocolError, encode_frame
from chatroom.protocol.messages import Message, Page, Unknown, decode

from tests.bonus.protocol.vectors import BOUNDS, vectors
from wording.arguments import Parser

MOST = 5_000  # octets d'un vecteur : au-delà, un essai coûterait trop
PERIOD = 5.0  # secondes entre deux nouvelles
SEEDS = {
    speaker: [v for v in vectors() if v.speaker == speaker and len(v.data) <= MOST]
    for speaker in BOUNDS
}
# Ce qui met à mal les tailles, l'UTF-8 et le JSON.
WORDS = [
    *(b"\0", b"\1", b"\x7f", b"\x80", b"\xff", b"\0\0", b"\xff\xff", b"\x80\0\0\0", b"\xff" * 8),
    *(b"\x86\3\1\0\0", b"\xc6\4", b"\xc3\xa9", b"\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
    *(b"true", b"null", b"NaN", b"1e999", b"-1", b"1.0", b"9" * 5_000, b'"', b"[", b"]", b"{}"),
    *(b'"\\ud800"', b'"#zzzzzz"', b"[" * 3_000, b'"kind":', b'"room":1,', b'"text"', b"\\u0000"),
]


@dataclass(frozen=True)
class Outcome:
    messages: list[Message]
    bodies: list[tuple[int, bytes]]
    error: str
    left: int  # octets qui attendent encore, quand rien n'est refusé


def mutated(draw: random.Random, speaker: str) -> bytes:
    """Un à trois vecteurs de qui parle, abîmés ; une fois sur deux, leur taille reste juste."""
    data = b""
    for vector in draw.choices(SEEDS[speaker], k=draw.randint(1, 3)):
        if vector.message and draw.random() < 0.5:
            header = 3 if vector.data[0] < LONG else 2 + vector.data[1]
            data += encode_frame(vector.data[0] & ~LONG, damaged(draw, vector.data[header:]))
        else:
            data += damaged(draw, vector.data)
    return data


def damaged(draw: random.Random, sound: bytes) -> bytes:
    """Ces octets, abîmés en zéro à quatre endroits."""
    data = bytearray(sound)
    for _ in range(draw.randint(0, 4)):
        start = draw.randrange(len(data) + 1)
        end = min(len(data), start + draw.choice((0, 1, 2, 4, 8, 64)))
        piece = data[start:end]
        data[start:end] = draw.choice(
            (
                b"",
                piece * 2,
                draw.choice(WORDS),
                piece + draw.choice(WORDS),
                draw.randbytes(end - start),
                bytes(byte ^ 1 << draw.randrange(8) for byte in piece),
            )
        )
    return bytes(data)


def read(pieces: list[bytes], bounds: Mapping[int, int]) -> Outcome:
    """Tout ce qu'un décodeur tire de ces morceaux."""
    decoder, messages, bodies = Decoder(bounds), list[Message](), list[tuple[int, bytes]]()
    try:
        for piece in pieces:
            decoder.feed(piece)
            while frame := decoder.next():
                messages.append(decode(*frame))
                bodies.append(frame)
    except ProtocolError as why:
        return Outcome(messages, bodies, str(why), 0)
    return Outcome(messages, bodies, "", decoder.partial)


def check(data: bytes, bounds: Mapping[int, int], cuts: list[int]) -> Outcome:
    """AssertionError, ou l'exception levée, si le protocole manque à sa parole."""
    whole = read([data], bounds)
    framed = b"".join(encode_frame(kind, body) for kind, body in whole.bodies)
    assert data.startswith(framed), f"lu autrement : {framed.hex()}"
    if not whole.error:
        assert len(framed) + whole.left == len(data), f"{whole.left} octets en attente"
    for message, (kind, body) in zip(whole.messages, whole.bodies, strict=True):
        if not isinstance(message, Unknown):
            again = b"".join(codec.write(getattr(message, name)) for name, codec in message.CODECS)
            assert body.startswith(again) or again.startswith(body), (
                f"accepté, mais réécrit autrement : {again.hex()}"
            )
            assert decode(kind, again) == message, f"se relit autrement : {again.hex()}"
    pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    piecemeal = read(pieces, bounds)
    assert piecemeal == whole, f"en morceaux, le résultat diffère : {piecemeal} et {whole}"
    for message in whole.messages:
        if isinstance(message, Page):
            check_page(message)
    return whole


def check_page(message: Page) -> None:
    try:
        found = page(message.documents, message.room)
    except ProtocolError:
        return
    again = f"[{','.join(map(document, found))}]"
    assert page(again, message.room) == found, f"la page se relit autrement : {again}"


def run_case(seed: int, case: int) -> tuple[bytes, str, Outcome | None]:
    """Les octets de cet essai, ce qui a manqué (vide si rien), et ce qui en a été lu."""
    draw = random.Random(f"{seed}:{case}")
    speaker = draw.choice(sorted(BOUNDS))
    data = mutated(draw, speaker)
    cuts = sorted(draw.choices(range(len(data) + 1), k=draw.randint(0, 6)))
    try:
        return data, "", check(data, BOUNDS[speaker], cuts)
    except Exception:
        return data, traceback.format_exc(), None


def fuzz(seed: int, seconds: float, say: Callable[[str], None]) -> int:
    """Essaie pendant `seconds` ; le numéro de l'essai manqué, ou -1."""
    start = news = time.monotonic()
    accepted = refused = 0
    for case in count():
        data, fault, outcome = run_case(seed, case)
        if outcome is None:
            say(f"Essai {case}, {len(data)} octets : {data[:200].hex(' ')}\n{fault}")
            say(f"Pour le refaire : python {sys.argv[0]} --seed {seed} --case {case}")
            return case
        accepted += len(outcome.messages)
        refused += bool(outcome.error)
        now = time.monotonic()
        ended = now - start >= seconds
        if ended or now - news >= PERIOD:
            news = now
            say(f"{case + 1} essais : {accepted} messages lus, {refused} flux refusés.")
        if ended:
            return -1
    raise AssertionError


def main() -> int:
    parser = Parser(str(__doc__).split("\n", maxsplit=1)[0])
    add = parser.options.add_argument
    add("--seconds", type=float, default=10.0, help="durée (10 par défaut)")
    add("--seed", type=int, default=0, help="graine du tirage (0 par défaut)")
    add("--case", type=int, help="ne refait que cet essai de cette graine")
    arguments = parser.parse_args()
    if arguments.case is None:
        return int(
            fuzz(arguments.seed, arguments.seconds, lambda line: print(line, flush=True)) >= 0
        )
    data, fault, _ = run_case(arguments.seed, arguments.case)
    print(f"{len(data)} octets : {data.hex(' ')}\n{fault or 'Rien à redire.'}")
    return int(bool(fault))


if __name__ == "__main__":
    sys.exit(main())
