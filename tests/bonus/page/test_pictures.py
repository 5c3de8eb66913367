"""Des images, de la page au terminal et du terminal à la page."""

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, WebSocket, expect

from tests.bonus.client.faces.running import Chat
from tests.bonus.page.people import Person
from tests.support.browsers import Pages
from tests.support.waiting import wait_until

# Ce qu'un fichier déposé ou collé est pour une page.
CARRY = """(element, { type, name, kind, data }) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type: kind }));
  const detail = { bubbles: true, cancelable: true };
  for (const one of type === "drop" ? ["dragenter", "dragover", "drop"] : [type]) {
    element.dispatchEvent(one === "paste"
      ? new ClipboardEvent(one, { clipboardData: carried, ...detail })
      : new DragEvent(one, { dataTransfer: carried, ...detail }));
  }
}"""


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    with Chat(tmp_path) as chat:
        yield chat


def halves(width: int = 60, height: int = 40, kind: str = "PNG") -> bytes:
    """Rouge à gauche, bleu à droite."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def attach(person: Person, name: str, data: bytes) -> None:
    with person.page.expect_file_chooser() as chosen:
        person.page.get_by_role("button", name="Envoyer une image").click()
    kind = "image/png" if name.endswith("png") else "application/octet-stream"
    chosen.value.set_files({"name": name, "mimeType": kind, "buffer": data})


def confirm(person: Person) -> None:
    person.page.get_by_role("dialog").get_by_role("button", name="Envoyer l’image").click()


def shown(person: Person, name: str, width: int, height: int) -> Locator:
    """L'image, une fois là, entière."""
    image = person.conversation.get_by_role("img", name=re.compile(f"^{re.escape(name)}"))
    expect(image).to_have_js_property("complete", True)
    expect(image).to_have_js_property("naturalWidth", width)
    expect(image).to_have_js_property("naturalHeight", height)
    return image


def test_from_the_terminal(chat: Chat, pages: Pages, tmp_path: Path) -> None:
    (tmp_path / "moitiés.png").write_bytes(halves())
    alice = Person(pages, chat).enter("alice")
    with chat.client("carol", "--room", "salon") as carol:
        carol.type(f"/image {tmp_path}/moitiés.png")
        image = shown(alice, "moitiés.png", 60, 40)
        expect(image).to_have_accessible_name("moitiés.png, image de carol")
    alice.page.get_by_role("button", name="Agrandir moitiés.png").click()
    viewer = alice.page.get_by_role("dialog", name="Image")
    expect(viewer.get_by_role("img", name="moitiés.png")).to_have_js_property("naturalWidth", 60)
    alice.page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def test_in_characters_on_request(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat).enter("alice")
    attach(alice, "a.png", halves(300, 200))
    confirm(alice)
    shown(alice, "a.png", 300, 200)
    alice.page.get_by_role("button", name="En caractères").click()
    art = alice.conversation.get_by_role("img", name=re.compile("en caractères"))
    lines = art.inner_text().splitlines()
    assert len(lines) > 5
    assert len({len(line) for line in lines}) == 1
    script = "(pre) => [...pre.querySelectorAll('span')].map((one) => getComputedStyle(one).color)"
    assert {"rgb(255, 0, 0)", "rgb(0, 0, 255)"} <= set(art.evaluate(script))
    box, room = art.bounding_box(), alice.conversation.bounding_box()
    assert box
    assert room
    assert box["width"] <= room["width"]
    alice.page.get_by_role("button", name="En image").click()
    shown(alice, "a.png", 300, 200)


def test_from_the_page(chat: Chat, pages: Pages) -> None:
    alice, bob = Person(pages, chat).enter("alice"), Person(pages, chat).enter("bob")
    with chat.client("carol", "--room", "salon") as carol:
        carol.expect("— Vous êtes dans salon (3 personnes) —")
        attach(alice, "moitiés.png", halves())
        dialog = alice.page.get_by_role("dialog")
        dialog.get_by_label("Nom").fill("drapeau.png")
        confirm(alice)
        for person in (alice, bob):
            shown(person, "drapeau.png", 60, 40)
        wait_until(lambda: "drapeau.png" in carol.out, lambda: carol.out)


def test_where_a_picture_was_taken_does_not_leave_the_page(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat)
    sent: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda data: sent.append(data))  # noqa: PLW0108 (il y pose une marque)

    alice.page.on("websocket", listen)
    alice.enter("alice")
    told = Image.Exif()
    told[0x010F], told[0x0112] = "48.85 N", 6  # le fabricant, l'orientation
    image = Image.new("RGB", (60, 40))
    image.save(file := io.BytesIO(), "JPEG", exif=told, comment="48.85 N")
    attach(alice, "photo.jpg", file.getvalue())
    confirm(alice)
    shown(alice, "photo.jpg", 40, 60)
    pictures = [data for data in sent if isinstance(data, bytes) and b"JFIF" in data]
    assert len(pictures) == 1
    assert b"48.85 N" not in pictures[0]


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_dropped_or_pasted(chat: Chat, pages: Pages, way: str) -> None:
    alice = Person(pages, chat).enter("alice")
    data = base64.b64encode(halves(kind="JPEG")).decode()
    file = {"type": way, "name": "photo.jpg", "kind": "image/jpeg", "data": data}
    target = alice.message if way == "paste" else alice.conversation
    target.evaluate(CARRY, file)
    confirm(alice)
    shown(alice, "photo.jpg", 60, 40)


def test_too_large_or_of_another_kind_it_is_reduced(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat).enter("alice")
    noise = Image.effect_noise((1_500, 1_000), 100)
    for name, kind in (("bruit.png", "PNG"), ("bruit.webp", "WEBP")):
        file = io.BytesIO()
        noise.save(file, kind, quality=95)
        attach(alice, name, file.getvalue())
        confirm(alice)
    images = alice.conversation.get_by_role("img", name=re.compile("^bruit"))
    expect(images).to_have_count(2)
    for image in images.all():
        expect(image).to_have_js_property("complete", True)
    expect(alice.conversation.get_by_text("envoi…")).to_have_count(0)


def test_what_is_not_a_picture_is_refused(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat).enter("alice")
    attach(alice, "faux.png", b"\x89PNG\r\n\x1a\n" + bytes(50))
    expect(
        alice.page.get_by_text(re.compile("pas une image|illisible|abîmée")).first
    ).to_be_visible()
    expect(alice.page.get_by_role("dialog")).to_be_hidden()
