"""Garde ce qu'écrit le chat d'aujourd'hui, pour que celui de demain prouve qu'il le lit.

Usage : python -m tests.bonus.kept.record DOSSIER

Deux personnes parlent, l'une revient ; un relais retient leurs trames. Le dossier reçoit la base,
le journal du serveur, les jetons et la conversation : une trame par ligne, en hexadécimal. À ne
jouer qu'une fois par version publiée ; ce qui est gardé ne se refait pas.
"""

import json
import shutil
import socket
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "bonus")]

from chatroom.protocol.frames import Decoder, encode_frame  # noqa: E402
from chatroom.protocol.limits import FRAME  # noqa: E402 (bonus n'est pas installé)
from chatroom.protocol.messages import KINDS  # noqa: E402

from tests.bonus.client.faces.running import Chat  # noqa: E402

ROOM = "Café d'été"


class Relay:
    """Entre les clients et le serveur : rien n'y change, tout y est retenu."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.frames: list[dict[str, object]] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        connection = 0
        while True:
            client = self._listener.accept()[0]
            server = socket.create_connection(("127.0.0.1", self._server))
            connection += 1
            for source, target, origin in ((client, server, "client"), (server, client, "server")):
                passing = (source, target, origin, connection)
                threading.Thread(target=self._pass, args=passing, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, origin: str, number: int) -> None:
        decoder = Decoder(dict.fromkeys(KINDS, FRAME))
        while data := _received(source):
            decoder.feed(data)
            with self._lock:
                while frame := decoder.next():
                    text = encode_frame(*frame).hex()
                    self.frames.append({"connection": number, "from": origin, "frame": text})
            target.sendall(data)
        with suppress(OSError):  # il a déjà raccroché
            target.shutdown(socket.SHUT_WR)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65_536)
    except ConnectionResetError:
        return b""


def converse(chat: Chat, picture: Path) -> None:
    """Un peu de tout ce qui se garde : salons, messages, apartés, image, retour."""
    with chat.client("Zoé", "--room", ROOM, person="zoe") as zoe:
        zoe.expect(f"— Vous êtes dans {ROOM} (1 personne) —")
        with chat.client("bob", "--room", ROOM) as bob:
            bob.expect(f"— Vous êtes dans {ROOM} (2 personnes) —")
            zoe.type("Bonjour, l'été 🌞 !", "/msg bob rien qu'à toi")
            bob.expect("[hh:mm] Zoé vous a dit en privé : rien qu'à toi")
            bob.type(f"/image {picture}")
            zoe.expect("[hh:mm] bob a envoyé une image : carré.png (24x16)")
            assert bob.leave() == 0
        zoe.type("/join salon", "seule ici", "/rooms", "/history")
        zoe.expect("[hh:mm] Vous avez dit : seule ici")
        assert zoe.leave() == 0
    with chat.client("Zoé", "--room", ROOM, person="zoe") as zoe:
        zoe.expect("Welcome back Zoé !")
        zoe.expect("[hh:mm] Vous avez dit : Bonjour, l'été 🌞 !")
        assert zoe.leave() == 0


def record(kept: Path) -> None:
    kept.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        picture = place / "carré.png"
        Image.new("RGB", (24, 16), "teal").save(picture)
        with Chat(place) as chat:
            relay = Relay(chat.port)
            chat.port = relay.port
            converse(chat, picture)
            chat.server.popen.terminate()
            chat.server.wait()
        shutil.copy(place / "data/chat.db", kept)
        shutil.copy(place / "log/server.log", kept)
        for person in ("zoe", "bob"):
            (tokens,) = place.glob(f"{person}/**/tokens.json")
            shutil.copy(tokens, kept / f"tokens-{person}.json")
    lines = (json.dumps(frame) for frame in relay.frames)
    (kept / "conversation.jsonl").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    record(Path(sys.argv[1]))
