"""Ce que se disent la page et le serveur : ce qu'elle accepte, et ce qui ne s'écrit pas."""

from chatroom.protocol.messages import (
    Whisper,
)
from playwright.sync_api import Page


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


def test_the_same_bytes(modules: Page) -> None:
    """Ce qu'elle écrit est ce qu'écrit Python, et se relit."""
    whole, again = modules.evaluate(
        """async () => {
          const { decode, encode } = await import("/protocol/messages.js");
          const message = { kind: "Whisper", pseudo: "élodie", nonce: 258, text: "salut" };
          const whole = encode(message);
          return [[...whole], decode(whole[0], whole.slice(3))];
        }"""
    )
    assert bytes(whole) == Whisper("élodie", 258, "salut").encode()
    assert again == {"kind": "Whisper", "pseudo": "élodie", "nonce": 258, "text": "salut"}
