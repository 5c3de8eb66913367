"""Une classe derrière une seule adresse : quarante personnes n'y rencontrent aucune borne."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from chatroom.protocol.messages import Closing, Message, Pictured, Refused, Said, Say, SendImage
from PIL import Image

from tests.bonus.pictures import saved
from tests.bonus.processes import Client, Server

CLASS = 40
LINES = 30  # un texte collé
SIDE = 570  # points : du bruit, que le PNG ne réduit pas, d'un mégaoctet à peine
PATIENCE = 100.0  # secondes : quarante fils d'exécution et le serveur se partagent la machine


def photo() -> bytes:
    noise = random.Random(1).randbytes(3 * SIDE * SIDE)
    return saved(Image.frombytes("RGB", (SIDE, SIDE), noise))


def test_forty_people_behind_one_address_meet_no_limit(tmp_path: Path) -> None:
    """Ils arrivent d'un coup, prennent un pseudo, collent, envoient chacun une image."""
    picture, together = photo(), Barrier(CLASS, timeout=PATIENCE)
    assert 950_000 < len(picture) < 1_000_000

    def attend(server: Server, number: int) -> list[Message]:
        """Ce que l'un d'eux a reçu, jusqu'à ce qu'il ait tout vu."""
        together.wait()
        with Client(server) as client:
            client.socket.settimeout(PATIENCE)
            client.hello(f"élève {number}")
            client.join(f"groupe {number}")
            room = client.join("classe").room
            together.wait()
            client.tell(*(Say(room, nonce, f"ligne {nonce}") for nonce in range(1, LINES + 1)))
            client.tell(SendImage(room, LINES + 1, "photo.png", picture))
            return attended(client)

    with Server(tmp_path, "--quiet") as server, ThreadPoolExecutor(CLASS) as pool:
        heard = list(pool.map(attend, [server] * CLASS, range(CLASS)))
        log = (tmp_path / "log/server.log").read_text("utf-8")
    for messages in heard:
        kinds = [type(message) for message in messages]
        assert (kinds.count(Said), kinds.count(Pictured)) == (CLASS * LINES, CLASS)
        assert not {Refused, Closing} & {*kinds}
    assert not [word for word in ("congédié", "refusée", "remplit le journal") if word in log]


def attended(client: Client) -> list[Message]:
    heard: list[Message] = []
    left = CLASS * (LINES + 1)
    while left:
        message = client.receive()
        assert message, heard[-1:]
        heard.append(message)
        left -= isinstance(message, Said | Pictured)
    return heard
