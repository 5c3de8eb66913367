"""Les vecteurs de test du protocole, lus par le navigateur : il en dit autant que Python."""

import json
from typing import Any

import pytest
from chatroom.protocol.messages import Unknown
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
    const again = message.kind === "Unknown" ? "" : hex(encode(message));
    return { ...rest, message: Object.fromEntries(fields), again };
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
    if isinstance(vector.message, Unknown):
        message: dict[str, Any] = {"kind": "Unknown", "type": vector.message.kind}
        return {"message": message, "again": "", "partial": 0}
    fields = {name: getattr(vector.message, name) for name, _ in vector.message.CODECS}
    message = {"kind": type(vector.message).__name__}
    message |= {name: shown(value) for name, value in fields.items()}
    return {"message": message, "again": vector.message.encode().hex(), "partial": 0}


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
