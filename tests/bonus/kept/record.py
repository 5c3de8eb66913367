"""Garde ce qu'écrit le chat d'aujourd'hui, pour que celui de demain prouve qu'il le lit.

Usage : python -m tests.bonus.kept.record DOSSIER

Deux personnes parlent, l'une revient ; un relais retient leurs trames. Le dossier reçoit la base,
le journal du serveur, les jetons et la conversation : une trame par ligne, en hexadécimal. À ne
jouer qu'une fois par version publiée ; ce qui est gardé ne se refait pas.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.bonus.client.faces.running import Chat
from tests.bonus.relay import Passed, Relay

ROOM = "Café d'été"


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
    passed: list[Passed] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        picture = place / "carré.png"
        Image.new("RGB", (24, 16), "teal").save(picture)
        with Chat(place) as chat:
            relay = Relay(chat.port, passed.append)
            chat.port = relay.port
            converse(chat, picture)
            chat.server.popen.terminate()
            chat.server.wait()
        shutil.copy(place / "data/chat.db", kept)
        shutil.copy(place / "log/server.log", kept)
        for person in ("zoe", "bob"):
            (tokens,) = place.glob(f"{person}/**/tokens.json")
            shutil.copy(tokens, kept / f"tokens-{person}.json")
    lines = (json.dumps(_kept(one)) for one in passed)
    (kept / "conversation.jsonl").write_text("\n".join(lines) + "\n", encoding="ascii")


def _kept(passed: Passed) -> dict[str, object]:
    whose = {"connection": passed.connection, "from": passed.origin}
    return whose | {"frame": passed.data.hex()}


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    record(Path(sys.argv[1]))
