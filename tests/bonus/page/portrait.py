"""L'image de docs/ : une vraie conversation, sur un ordinateur et sur un téléphone.

$ PYTHONPATH=bonus python -m tests.bonus.page.portrait      (puis la regarder)
"""

import io
import tempfile
from contextlib import ExitStack
from pathlib import Path

from chatroom.protocol.messages import Pictured, Said, Say, SendImage
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.bonus.client.faces.running import Chat
from tests.bonus.page.people import PHONE, Person
from tests.bonus.processes import Client, present
from tests.support.browsers import Pages, chromium
from tests.support.processes import ROOT

FILE = ROOT / "docs/page.png"
DESKTOP = {"viewport": {"width": 1120, "height": 844}}
MARGIN = 40
GROUND = (214, 221, 232)
TALK = (
    ("émile", "Quelqu'un a compris pourquoi le II.4 se bloque quand un client se tait ?"),
    ("zoé", "Parce qu'il y a un recv() de trop : il attend, et tous les autres avec lui."),
    ("zoé", "Avec asyncio, c'est await reader.read() : les autres continuent."),
    ("émile", "Ah oui ! Je le lance et je mesure."),
)


def sunset() -> bytes:
    """Un coucher de soleil, dessiné."""
    image = Image.new("RGB", (480, 270))
    draw = ImageDraw.Draw(image)
    for y in range(270):
        share = y / 270
        draw.line(
            (0, y, 480, y), (int(90 + 160 * share), int(70 + 90 * share), int(150 - 70 * share))
        )
    draw.ellipse((190, 110, 290, 210), (255, 226, 150))
    draw.polygon(
        [(0, 270), (0, 200), (120, 150), (230, 215), (330, 165), (480, 220), (480, 270)],
        (48, 40, 72),
    )
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def talk(people: dict[str, tuple[Client, int]]) -> None:
    nonces = dict.fromkeys(people, 0)
    for pseudo, text in TALK:
        client, room = people[pseudo]
        nonces[pseudo] += 1
        client.tell(Say(room, nonces[pseudo], text))
        while client.expect(Said).text != text:
            pass
    client, room = people["émile"]
    client.tell(SendImage(room, nonces["émile"] + 1, "en rentrant du TP.png", sunset()))
    client.expect(Pictured)


def photograph(chat: Chat, pages: Pages) -> list[Image.Image]:
    desktop = Person(pages, chat, color_scheme="light", **DESKTOP).enter("alice", "tp6")
    phone = Person(pages, chat, color_scheme="dark", **PHONE).enter("bob", "tp6")
    with ExitStack() as stack:
        names = ("émile", "zoé", "inès")
        people = {name: stack.enter_context(present(chat, name, "tp6")) for name in names}
        stack.enter_context(present(chat, "hugo", "café"))
        talk(people)
        phone.hears(TALK[-1][1])
        phone.say("Joli ! Et mesure.py le confirme : dix fois plus vite.")
        desktop.hears("Joli ! Et mesure.py le confirme : dix fois plus vite.")
        desktop.message.fill("Je vous rejoins au c")
        desktop.page.mouse.move(5, 5)
        for person in (desktop, phone):
            picture = person.conversation.get_by_role("img", name="en rentrant du TP.png")
            expect(picture).to_have_js_property("complete", True)
        return [Image.open(io.BytesIO(one.page.screenshot())) for one in (desktop, phone)]


def assemble(shots: list[Image.Image]) -> Image.Image:
    """Côte à côte, les coins arrondis."""
    width = sum(shot.width for shot in shots) + MARGIN * (len(shots) + 1)
    whole = Image.new("RGB", (width, shots[0].height + 2 * MARGIN), GROUND)
    place = MARGIN
    for shot in shots:
        mask = Image.new("L", shot.size)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, *shot.size), 18, fill=255)
        whole.paste(shot, (place, MARGIN), mask)
        place += shot.width + MARGIN
    return whole


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Chat(Path(folder)) as chat,
        chromium() as browser,
        browser.lent() as lent,
    ):
        whole = assemble(photograph(chat, Pages(lent)))
    whole.quantize(192, dither=Image.Dither.NONE).save(FILE, optimize=True)


if __name__ == "__main__":
    main()
