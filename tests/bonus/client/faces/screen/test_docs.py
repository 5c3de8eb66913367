"""Les images de docs/ : une vraie conversation. REWRITE=1 les refait ; les regarder ensuite."""

import asyncio
import html
import os
import re
from pathlib import Path

import pytest
from chatroom.protocol.messages import Pictured, Said, Say, SendImage
from PIL import Image, ImageDraw

from tests.bonus.client.faces.screens import seated
from tests.bonus.processes import Client, Server, present
from tests.support.processes import ROOT

TALK = [
    ("bob", "Quelqu'un a fini la partie II.5 ?"),
    ("chloé", "Oui ! Mais si un client part sans prévenir, mon serveur ne le voit pas."),
    (
        "bob",
        "read() rend b'' quand l'autre a fermé : c'est là qu'il faut l'annoncer, puis le retirer.",
    ),
    ("chloé", "Et si son câble est débranché ? Là, rien n'arrive jamais…"),
    (
        "dmitri",
        "Alors il faut lui demander s'il est là, de temps en temps. Le chat envoie un Ping.",
    ),
    ("chloé", "Parfait, merci !"),
]
MINE = "J'ajoute le test : on débranche, on attend, il doit être parti."


def sunset(file: Path) -> bytes:
    """Un soleil couchant sur la mer : peu de couleurs, et que l'on reconnaît."""
    picture = Image.new("RGB", (128, 40))
    draw = ImageDraw.Draw(picture)
    for y in range(40):
        colour = (250 - 3 * y, 120 - 2 * y, 60 + 3 * y) if y < 24 else (10, 40 + y, 110 + y)
        draw.line([(0, y), (127, y)], fill=colour)
    draw.ellipse([50, 8, 78, 36], fill=(255, 220, 90))
    draw.rectangle([0, 24, 127, 39], fill=(12, 62, 130))
    for y in range(25, 40, 3):
        draw.line([(64 - (40 - y), y), (64 + (40 - y), y)], fill=(240, 190, 90))
    picture.save(file, "PNG")
    return file.read_bytes()


def words(svg: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", svg)).replace("\xa0", " "))


def talk(server: Server, picture: bytes) -> None:
    """Ce qui s'est dit avant qu'alice arrive."""
    for pseudo in dict.fromkeys(pseudo for pseudo, _ in TALK):
        with Client(server) as client:
            client.hello(pseudo, pseudo.encode().ljust(32, b"-"))
    for nonce, (pseudo, text) in enumerate(TALK, start=1):
        with Client(server) as client:
            client.hello(pseudo, pseudo.encode().ljust(32, b"-"))
            room = client.join("général").room
            client.tell(Say(room, nonce, text))
            client.expect(Said)
    with Client(server) as client:
        client.hello("dmitri", b"dmitri".ljust(32, b"-"))
        client.tell(SendImage(client.join("général").room, 100, "vacances.png", picture))
        client.expect(Pictured)


@pytest.mark.proof
@pytest.mark.parametrize("theme", ["sombre", "clair"])
def test_the_pictures_of_the_docs(tmp_path: Path, theme: str) -> None:
    file = ROOT / f"docs/chat-{theme}.svg"

    async def scene(server: Server, bob: Client, number: int) -> None:
        async with seated(server.port, "alice", "général", (110, 34), theme) as seat:
            seat.app.connection.where = "127.0.0.1:8888"
            await seat.type("/join jeux")
            await seat.expect("Écrire dans jeux")
            await seat.type("/join général")
            await seat.expect("Écrire dans général")
            await seat.type(MINE)
            await seat.expect("✓ reçu")
            await seat.until(lambda: seat.app.conversation.art)
            bob.tell(Say(number, 1, "une partie ?"), Say(number, 2, "je commence"))
            await seat.until(lambda: re.search(r" jeux +2 ", seat.text))
            seat.app.composer.value = "/msg ch"
            seat.app.composer.cursor_position = 7
            await seat.pilot.pause(0.1)
            if os.environ.get("REWRITE"):
                svg = seat.app.export_screenshot(title="python bonus/client.py")
                file.write_text(svg, encoding="utf-8")

    with Server(tmp_path) as server:
        talk(server, sunset(tmp_path / "picture.png"))
        with (
            present(server, "élodie", "jeux") as (bob, number),
            present(server, "farid", "général"),
        ):
            asyncio.run(scene(server, bob, number))
    shown = words(file.read_text(encoding="utf-8"))
    for text in ("● connecté", "jeux 2", "farid", "vacances.png", "Parfait, merci", "F1 Aide"):
        assert text in shown
