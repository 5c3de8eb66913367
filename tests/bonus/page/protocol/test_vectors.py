"""Les vecteurs de test du protocole, lus par le navigateur : il en dit autant que Python."""

import json
from typing import Any

import pytest
from chatroom.protocol.messages import GREETING
from playwright.sync_api import Page

from tests.bonus.protocol.vectors import BOUNDS, FILE, Vector, vectors

# Ce que le décodeur dit de chaque vecteur : d'un coup, puis à petits pas ; et, d'un message,
# les octets qu'il redevient.
READ = """async ({ vectors, bounds }) => {
  const { Decoder, ProtocolError } = await import("/protocol/frames.js");
  const { decode, encode } = await import("/protocol/messages.js");

  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const shown = (value) =>
    value instanceof Uint8Array ? { bytes: hex(value) }
    : typeof value === "bigint" ? { big: String(value) }
    : value;

  function received(data, allowed, step) {
    const decoder = new Decoder(new Map(allowed));
    for (let place = 0; place < data.length; place += step) {
      decoder.feed(data.slice(place, place + step));
      try {
        const frame = decoder.next();
        if (frame) return { message: decode(...frame), partial: decoder.partial };
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return { error: [error.reason, error.message], partial: decoder.partial };
      }
    }
    return { partial: decoder.partial };
  }

  function told({ message, ...rest }) {
    if (!message) return rest;
    const fields = Object.entries(message).map(([name, value]) => [name, shown(value)]);
    return { ...rest, message: Object.fromEntries(fields), again: hex(encode(message)) };
  }

  return vectors.map(([speaker, data]) => {
    const whole = bytes(data);
    const step = whole.length < 5000 ? 1 : 4097;
    const allowed = bounds[speaker];
    return [whole.length, step].map((size) => told(received(whole, allowed, size)));
  });
}"""


@pytest.fixture
def outcomes(modules: Page) -> list[tuple[Vector, dict[str, Any], dict[str, Any]]]:
    known = vectors()
    asked = {
        "vectors": [[vector.speaker, vector.data.hex()] for vector in known],
        "bounds": {who: list(bounds.items()) for who, bounds in BOUNDS.items()},
    }
    found = modules.evaluate(READ, asked)
    return [(vector, *pair) for vector, pair in zip(known, found, strict=True)]


def expected(vector: Vector, partial: int) -> dict[str, Any]:
    if vector.error:
        return {"error": list(vector.error), "partial": partial}
    if vector.message is None:
        return {"partial": len(vector.data)}
    fields = {name: getattr(vector.message, name) for name, _ in vector.message.CODECS}
    message = {"kind": type(vector.message).__name__}
    message |= {name: shown(value) for name, value in fields.items()}
    return {"message": message, "again": vector.data.hex(), "partial": 0}


def shown(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    return {"big": str(value)} if isinstance(value, int) and value >= 2**53 else value


def test_every_vector(outcomes: list[tuple[Vector, dict[str, Any], dict[str, Any]]]) -> None:
    """D'un coup comme octet par octet : le même message, ou le même refus ; et les mêmes octets."""
    assert len(outcomes) == len(json.loads(FILE.read_text("utf-8")))
    for vector, at_once, slowly in outcomes:
        assert at_once == expected(vector, at_once["partial"]), vector.name
        assert slowly == expected(vector, slowly["partial"]), vector.name


def test_the_bounds_of_a_client(modules: Page) -> None:
    """Ce que la page accepte du serveur, et d'abord : comme le client Python."""
    found = modules.evaluate(
        """async () => {
          const { FROM_SERVER, GREETING } = await import("/protocol/messages.js");
          return [[...FROM_SERVER], [...GREETING]];
        }"""
    )
    from_server, greeting = (dict(map(tuple, bounds)) for bounds in found)
    assert from_server == dict(BOUNDS["server"])
    assert greeting == GREETING


def test_what_does_not_fit(modules: Page) -> None:
    """Une valeur trop grande pour son champ ne part pas tronquée."""
    names = modules.evaluate(
        """async () => {
          const { encode } = await import("/protocol/messages.js");
          const wrong = [
            { kind: "Leave", room: 2 ** 32 },
            { kind: "Leave", room: -1 },
            { kind: "Leave", room: 1.5 },
            { kind: "Join", room: "x".repeat(256), after: 0 },
            { kind: "Join", room: "\\ud800", after: 0 },
            { kind: "Say", room: 1, nonce: 2n ** 64n, text: "" },
            { kind: "Notice", text: "é".repeat(32_768) },
          ];
          return wrong.map((message) => {
            try {
              return encode(message);
            } catch (error) {
              return error.name;
            }
          });
        }"""
    )
    assert names == ["RangeError"] * 7


def test_a_byte_order_mark_is_a_character(modules: Page) -> None:
    """TextDecoder, de lui-même, le mangerait en tête d'un texte."""
    found = modules.evaluate(
        """async () => {
          const { NAME } = await import("/protocol/fields.js");
          return NAME.read(NAME.write("\\ufeffbob"), 0)[0];
        }"""
    )
    assert found == "\ufeffbob"


def test_a_long_frame_in_small_pieces(modules: Page) -> None:
    """Une image d'un million d'octets, reçue par paquets, dans un temps proportionné."""
    size, seconds = modules.evaluate(
        """async () => {
          const { Decoder } = await import("/protocol/frames.js");
          const { decode, encode, FROM_SERVER } = await import("/protocol/messages.js");
          const data = new Uint8Array(1_000_000).fill(7);
          const frame = encode({ kind: "Image", room: 1, seq: 2, data });
          const decoder = new Decoder(FROM_SERVER);
          const start = performance.now();
          for (let place = 0; place < frame.length; place += 10) {
            decoder.feed(frame.slice(place, place + 10));
            const found = decoder.next();
            if (found) return [decode(...found).data.length, (performance.now() - start) / 1000];
          }
        }"""
    )
    assert size == 1_000_000
    assert seconds < 5
