"""Entre des clients et un serveur de chat : tout passe, rien ne change, et chaque trame se voit.

Usage : python -m tests.bonus.relay PORT        où PORT est celui du serveur, sans TLS

Il dit sur quel port venir. « 1 > » est ce que dit le premier client, « 1 < » ce qu'on lui répond.
Des octets (un jeton, une image) n'y sont que comptés : tout cela peut se montrer.
"""

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bonus")]

from chatroom.protocol.frames import (  # noqa: E402 (bonus n'est pas installé)
    Decoder,
    ProtocolError,
    encode_frame,
)
from chatroom.protocol.limits import FRAME  # noqa: E402
from chatroom.protocol.messages import KINDS, Message, decode  # noqa: E402

from wording.harmless import neutral  # noqa: E402

MARKS = {"client": ">", "server": "<"}
LONGEST = 200  # caractères d'un champ : une page d'historique en ferait des écrans


@dataclass(frozen=True)
class Passed:
    """Une trame qui est passée."""

    connection: int  # la première a le numéro 1
    origin: str  # « client » ou « server »
    data: bytes
    message: Message

    def __str__(self) -> str:
        fields = [
            f"{name}={_shown(getattr(self.message, name))}" for name, _ in self.message.CODECS
        ]
        words = [str(self.connection), MARKS[self.origin], type(self.message).__name__, *fields]
        return " ".join(words)


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} octets"
    text = neutral(repr(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


class Relay:
    """Écoute sur un port que donne le système, `port`. `see` reçoit les trames, une à la fois."""

    def __init__(self, server: int, see: Callable[[Passed], object]) -> None:
        self._server, self._see = server, see
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        connection = 0
        while True:
            client = self._listener.accept()[0]
            try:
                server = socket.create_connection(("127.0.0.1", self._server))
            except OSError:  # il est parti : ce client l'apprend comme s'il était venu chez lui
                client.close()
                continue
            connection += 1
            pair = (client, server, connection)
            threading.Thread(target=self._serve, args=pair, daemon=True).start()

    def _serve(self, client: socket.socket, server: socket.socket, number: int) -> None:
        with client, server:
            answers = (server, client, "server", number)
            back = threading.Thread(target=self._pass, args=answers, daemon=True)
            back.start()
            self._pass(client, server, "client", number)
            back.join()

    def _pass(self, source: socket.socket, target: socket.socket, origin: str, number: int) -> None:
        decoder = Decoder(dict.fromkeys(KINDS, FRAME))
        while data := _received(source):
            decoder.feed(data)
            with self._lock, suppress(ProtocolError):  # à l'autre d'y répondre
                while frame := decoder.next():
                    self._see(Passed(number, origin, encode_frame(*frame), decode(*frame)))
            with suppress(OSError):  # l'autre a raccroché avant la fin
                target.sendall(data)
        with suppress(OSError):  # il a déjà raccroché
            target.shutdown(socket.SHUT_WR)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65_536)
    except ConnectionResetError:
        return b""


def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit(__doc__)
    relay = Relay(int(sys.argv[1]), lambda passed: print(passed, flush=True))
    print(f"Relais : bonus/client.py -p {relay.port} (Ctrl-C pour l'arrêter)", flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    main()
