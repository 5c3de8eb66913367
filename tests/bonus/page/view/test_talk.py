"""Ce qu'on dit : où cela va, ce qu'en fait une commande, et ce qu'on reprend."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

# La conversation n'est ici que ce dont Talk se sert ; `told` : ce qu'il lui a demandé.
START = """async () => {
  const { Talk } = await import("/view/talk.js");
  const { Rooms } = await import("/view/rooms.js");
  const { Names } = await import("/view/completion.js");
  const { Speaker } = await import("/view/speaker.js");
  const { Post } = await import("/core/outbox.js");
  const { RequestError } = await import("/core/checks.js");
  const told = [];
  const note = (what, result) => (...given) => {
    told.push([what, ...given]);
    return result;
  };
  const said = (what, post) => (...given) => {
    if (given.includes("refusé")) throw new RequestError("Pas cela.");
    told.push([what, ...given]);
    return post(...given);
  };
  const participant = {
    outbox: [],
    say: said("dire", (room, text) => new Post(room, text)),
    whisper: said("chuchoter", (to, text) => new Post("@", text, { to })),
    join: said("rejoindre", () => {}),
    sendImage: said("image", (room, text, image) => new Post(room, text, { image })),
  };
  const rooms = new Rooms();
  const names = new Names();
  const link = { participant, flush() {}, close: note("fermer", false) };
  const chat = {
    ruling: { operator: false },
    link, rooms, names, me: { pseudo: "alice", colour: 0 }, wanted: "", leaving: false,
    conversation: { toEnd: note("en bas") },
    speaker: new Speaker(link, names, (text) => chat.talk.complain(text)),
    open: (name) => rooms.open(name),
    go: (room) => {
      told.push(["aller", room.name]);
      rooms.current = room;
      chat.talk.show(room);
    },
    list: note("lister", true), older: note("remonter"), redraw() {}, ended: note("fini"),
  };
  const limits = { text: 100, image: 1_000_000, pixels: 1_000_000, side: 9_000, image_name: 100 };
  chat.talk = new Talk(chat, limits);
  document.getElementById("chat").hidden = false;
  chat.go(chat.open("salon"));
  told.length = 0;
  Object.assign(window, { chat, talk: chat.talk, told, Post });
}"""


@pytest.fixture
def page(screen: Page) -> Page:
    screen.evaluate(START)
    return screen


def area(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def hint(page: Page) -> Locator:
    return page.locator("#hint")


def say(page: Page, text: str) -> Any:
    """Ce que cette ligne a fait demander, hormis de revenir en bas."""
    area(page).fill(text)
    area(page).press("Enter")
    told = page.evaluate("window.told.splice(0)")
    return [one for one in told if one != ["en bas"]]


def unsent(page: Page, room: str) -> Any:
    return page.evaluate("(name) => window.chat.rooms.find(name).log.unsent", room)


def test_a_room_is_spoken_to(page: Page) -> None:
    expect(area(page)).to_have_attribute("placeholder", "Écrire dans salon")
    expect(area(page)).to_be_focused()
    assert say(page, "un\ndeux") == [["dire", "salon", "un"], ["dire", "salon", "deux"]]
    assert unsent(page, "salon") == ["un", "deux"]


def test_what_is_refused_remains(page: Page) -> None:
    assert say(page, "un\nrefusé\ntrois") == [["dire", "salon", "un"]]
    expect(area(page)).to_have_value("refusé\ntrois")
    expect(hint(page)).to_have_text("Pas cela.")


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("/rooms", ["lister", "", True]),
        ("/who", ["lister", "salon", True]),
        ("/who réseau", ["lister", "réseau", True]),
        ("/join réseau", ["rejoindre", "réseau", ""]),
        ("/join SALON", ["aller", "salon"]),
        ("/msg bob salut", ["chuchoter", "bob", "salut"]),
        ("/history", ["remonter"]),
    ],
)
def test_commands(page: Page, line: str, asked: list[Any]) -> None:
    assert say(page, line) == [asked]
    expect(area(page)).to_be_empty()


def test_a_command_that_does_not_exist(page: Page) -> None:
    assert say(page, "/rien") == []
    expect(area(page)).to_have_value("/rien")
    expect(hint(page)).to_have_class("wrong")


def test_help_and_pictures_open(page: Page) -> None:
    with page.expect_file_chooser():
        say(page, "/image")
    say(page, "/help")
    expect(page.get_by_role("dialog", name="Aide")).to_be_visible()


def test_private_messages(page: Page) -> None:
    """On choisit d'abord à qui ; une image n'y va pas."""
    page.evaluate("chat.go(chat.open('@'))")
    recipient = page.locator("#recipient")
    expect(recipient).to_have_text("Choisissez à qui écrire.")
    assert say(page, "salut") == [["aller", "@"]]
    expect(hint(page)).to_contain_text("Choisissez d'abord")
    page.evaluate("talk.writeTo('bob')")
    expect(recipient).to_have_text("À bob")
    expect(page.get_by_label("Envoyer une image")).to_be_disabled()
    area(page).fill("")
    assert say(page, "salut") == [["aller", "@"], ["chuchoter", "bob", "salut"]]
    page.evaluate("talk.showRecipient({ to: 'eve' })")
    expect(recipient).to_have_text("À eve")


def test_a_complaint_is_shown(page: Page) -> None:
    page.evaluate("talk.complain('Trop long : raccourcissez.')")
    expect(hint(page)).to_have_text("Trop long\u00a0: raccourcissez.")
    expect(hint(page)).to_have_class("wrong")


def test_each_room_has_its_draft(page: Page) -> None:
    area(page).fill("début")
    page.evaluate("chat.open('réseau').draft = 'autre'")
    script = "[...chat.rooms].map((room) => talk.draft(room))"
    assert page.evaluate(script) == ["début", "autre"]
    page.evaluate("talk.show(chat.rooms.find('réseau'))")
    expect(area(page)).to_have_value("autre")


def test_a_refused_message_is_taken_back(page: Page) -> None:
    page.evaluate("talk.retake(chat.open('@'), new Post('@', 'secret', { to: 'bob' }))")
    expect(area(page)).to_have_value("secret")
    expect(page.locator("#recipient")).to_have_text("À bob")


def test_a_refused_picture_is_taken_back(page: Page) -> None:
    """Elle se montre de nouveau, puis part."""
    page.evaluate(
        """() => {
          const { rooms } = window.chat;
          const post = new window.Post("salon", "a.png", { image: new Uint8Array(1) });
          window.talk.retake(rooms.current, post);
        }"""
    )
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Nom")).to_have_value("a.png")
    for name in ("refusé", "b.png"):
        dialog.get_by_label("Nom").fill(name)
        dialog.get_by_role("button", name="Envoyer l’image").click()
        if name == "refusé":
            expect(dialog.get_by_role("alert")).to_have_text("Pas cela.")
    expect(dialog).to_be_hidden()
    assert page.evaluate("told.at(-2).slice(0, 3)") == ["image", "salon", "b.png"]


def test_a_room_is_joined_by_its_name(page: Page) -> None:
    name = page.locator("#join-name")
    page.evaluate("document.getElementById('rooms').showPopover()")
    name.fill("réseau")
    name.press("Enter")
    expect(name).to_be_empty()
    assert page.evaluate("[told, chat.wanted]") == [[["rejoindre", "réseau", ""]], "réseau"]


def test_whoever_leaves_waits_for_the_receipts(page: Page) -> None:
    """Puis, sans attendre."""
    page.evaluate("chat.link.participant.outbox.push(1), talk.quit()")
    expect(hint(page)).to_contain_text("On attend les accusés de réception")
    text = "Messages peut-être perdus, sans accusé de réception : 1."
    assert page.evaluate("[told, chat.leaving]") == [[["fermer"], ["fini", text]], False]
    page.evaluate("chat.leaving = true")
    with page.expect_navigation():
        page.locator("#quit").dispatch_event("click")
