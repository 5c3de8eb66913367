"""Le décodeur de la page : des octets comme ils viennent, des trames entières."""

from chatroom.protocol.frames import Reason
from playwright.sync_api import Page


def test_a_long_frame_in_small_pieces(modules: Page) -> None:
    """Une image d'un million d'octets, reçue par paquets, dans un temps proportionné."""
    size, seconds = modules.evaluate(
        """async () => {
          const { Decoder } = await import("/protocol/frames.js");
          const { FROM_SERVER } = await import("/protocol/bounds.js");
          const { decode, encode } = await import("/protocol/messages.js");
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


def test_a_refusal_says_why(modules: Page) -> None:
    """Trop longue, une trame l'est dès son en-tête ; d'une autre sorte, elle n'a pas sa place."""
    found = modules.evaluate(
        """async (frames) => {
          const { Decoder } = await import("/protocol/frames.js");
          return frames.map((frame) => {
            const decoder = new Decoder(new Map([[1, 2]]));
            decoder.feed(Uint8Array.from(frame));
            try {
              return decoder.next();
            } catch ({ name, reason, message }) {
              return [name, reason, message];
            }
          });
        }""",
        [[1, 0, 3], [2]],
    )
    assert found == [
        ["ProtocolError", Reason.TOO_LONG, "Trame de type 0x01 de 3 octets : 2 au plus."],
        ["ProtocolError", Reason.PROTOCOL, "Trame de type 0x02 inconnue, ou hors de propos."],
    ]
