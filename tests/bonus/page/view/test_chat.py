"""La conversation : où se montre chaque chose qui arrive, et ce qu'elle fait demander."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

# `asked` : ce que la conversation a demandé au participant ; `said` : un message qui arrive.
START = """async () => {
  const { Chat } = await import("/view/chat.js");
  const { Post } = await import("/core/outbox.js");
  const asked = [];
  const ask = (name) => [name, (...given) => void asked.push([name, ...given])];
  const names = ["listRooms", "older", "leave", "join", "fetch"];
  const participant = { outbox: [], welcomed: true, ...Object.fromEntries(names.map(ask)) };
  const limits = { text: 100, image: 1_000_000, pixels: 1_000_000, side: 9_000, image_name: 100 };
  const link = { participant, flush() {} };
  const chat = new Chat(link, limits, "salon", { réseau: "un brouillon" });
  let seq = 0;
  const message = (text, pseudo = "bob", rest = {}) => (
    { kind: "Said", seq: ++seq, time: 0, pseudo, person: 1, colour: 0, text, ...rest });
  const said = (room, text, pseudo, rest) => chat.handle(
    [{ type: "spoke", room, message: message(text, pseudo), mine: false, old: false, post: null,
      ...rest }]);
  const entered = (room) => chat.handle(
    [{ type: "entered", mode: 0, topic: "", room, members: 1, again: false, restarted: false }]);
  document.getElementById("entry").hidden = true;
  document.getElementById("chat").hidden = false;
  chat.handle([{ type: "notice", text: "Maintenance ce soir." }]);
  chat.handle([{ type: "welcomed", pseudo: "alice", person: 0, colour: 0, back: false,
    again: false }]);
  entered("salon");
  Object.assign(window, { chat, asked, message, said, entered, participant, Post });
}"""


@pytest.fixture
def page(screen: Page) -> Page:
    screen.evaluate(START)
    return screen


def conversation(page: Page) -> Locator:
    return page.get_by_role("log")


def hint(page: Page) -> Locator:
    return page.locator("#hint")


def asked(page: Page) -> Any:
    return page.evaluate("asked.splice(0)")


def two_rooms(page: Page) -> None:
    page.evaluate("entered('réseau')")


def test_entering(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("salon")
    expect(hint(page)).to_have_text("Bienvenue, alice\u00a0!")
    expect(page.get_by_role("status")).to_have_text("connecté")
    expect(page).to_have_title("salon — Chat")
    assert page.evaluate("location.hash") == "#salon"
    assert asked(page) == [["listRooms", ""], ["older", "salon"], ["listRooms", ""]]


def test_what_was_said_before_the_first_room_is_shown_there(page: Page) -> None:
    expect(conversation(page)).to_contain_text("Maintenance ce soir.")
    page.evaluate("chat.note('Et demain.')")
    expect(conversation(page)).to_contain_text("Et demain.")


def test_what_is_seen_is_read(page: Page) -> None:
    page.evaluate("said('salon', 'bonjour')")
    expect(conversation(page)).to_contain_text("bonjour")
    expect(page.locator("#announcer")).to_have_text("bob : bonjour")
    expect(page).to_have_title("salon — Chat")
    page.evaluate("chat.rooms.current.unread = 2, chat.read()")
    assert page.evaluate("chat.rooms.unread") == 0


def test_elsewhere_it_is_counted(page: Page) -> None:
    two_rooms(page)
    page.evaluate("said('réseau', 'ici ?')")
    expect(page).to_have_title("(1) salon — Chat")
    expect(page.locator("#room-list")).to_contain_text("1 non lu")
    expect(page.locator("#announcer")).to_be_empty()
    page.evaluate("chat.go(chat.rooms.find('réseau'))")
    expect(page).to_have_title("réseau — Chat")
    expect(conversation(page)).to_contain_text("ici ?")


def test_whoever_follows_stays_at_the_end(page: Page) -> None:
    """redraw() le fait, quoi qu'il soit arrivé."""
    page.locator("#conversation").evaluate(
        "(element) => element.style = 'height: 100px; overflow-y: scroll; overflow-anchor: none'"
    )
    script = """() => {
      const scroller = document.getElementById("conversation");
      window.chat.rooms.current.log.element.style.height = "900px";
      window.chat.redraw();
      return [scroller.scrollTop > 700, scroller.scrollHeight - scroller.scrollTop];
    }"""
    assert page.evaluate(script) == [True, 100]


def test_each_room_keeps_its_draft(page: Page) -> None:
    """Dont ceux d'avant le rechargement."""
    two_rooms(page)
    area = page.get_by_label("Message", exact=True)
    area.fill("début")
    page.evaluate("chat.go(chat.open('réseau'))")
    expect(area).to_have_value("un brouillon")
    page.evaluate("chat.go(chat.open('salon'))")
    expect(area).to_have_value("début")


def test_a_room_is_left(page: Page) -> None:
    """Pas le dernier."""
    page.evaluate("chat.leave('salon')")
    expect(hint(page)).to_contain_text("C'est le seul salon")
    two_rooms(page)
    asked(page)
    page.evaluate("chat.leave('salon')")
    assert ["leave", "salon"] in asked(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("réseau")


def test_who_is_where(page: Page) -> None:
    """Demandée d'une ligne, la réponse se lit ; d'elle-même, la page n'en fait que ses colonnes."""
    rooms = [{"name": "salon", "count": 3, "members": ["alice", "bob"]}]
    answer = "(rooms) => window.chat.handle([{ type: 'rooms', rooms }])"
    for _ in range(2):  # les deux que l'entrée a demandées
        page.evaluate(answer, rooms)
    expect(page.locator("#people-title")).to_have_text("Là · 3")
    expect(conversation(page)).not_to_contain_text("alice, bob")
    asked(page)
    page.evaluate("chat.list('salon', true)")
    assert asked(page) == [["listRooms", "salon"]]
    page.evaluate(answer, rooms)
    expect(conversation(page)).to_contain_text("salon (3)\u00a0: alice, bob et 1 autre")
    page.evaluate("chat.refresh()")
    assert asked(page) == [["listRooms", ""]]
    page.evaluate("participant.welcomed = false, chat.refresh()")
    assert asked(page) == []


def test_the_past_is_asked_a_page_at_a_time(page: Page) -> None:
    asked(page)
    page.evaluate("chat.older()")
    assert asked(page) == []  # la première page n'est pas encore venue
    page.evaluate(
        """() => window.chat.handle([{ type: "page", room: "salon", person: 1, more: true,
          messages: [window.message("avant")] }])"""
    )
    expect(conversation(page)).to_contain_text("avant")
    assert asked(page) == [["older", "salon"]]
    page.evaluate("chat.rooms.current.loading = false, chat.older()")
    assert asked(page) == [["older", "salon"]]
    page.evaluate(
        """() => window.chat.handle([{ type: "page", room: "salon", person: 1, more: false,
          messages: [] }])"""
    )
    expect(conversation(page)).to_contain_text("Début de la conversation")
    page.evaluate("chat.older()")
    assert asked(page) == []


def test_arrivals_are_announced(page: Page) -> None:
    page.evaluate(
        """() => window.chat.handle([0, 1, 2].map((presence) => ({
          type: "announced", room: "salon", presence, pseudo: "eve", colour: 0, mine: false })))"""
    )
    for text in ("eve a rejoint la chatroom", "eve a quitté la chatroom", "eve est de retour"):
        expect(conversation(page)).to_contain_text(text)


def test_a_refused_message_can_be_taken_back(page: Page) -> None:
    page.evaluate(
        """() => {
          const post = new window.Post("salon", "trop long");
          window.chat.rooms.current.log.pend(post, window.chat.me);
          window.chat.handle([{ type: "refused", text: "Trop long.", post }]);
        }"""
    )
    conversation(page).get_by_role("button", name="Reprendre").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("trop long")


def test_the_connection(page: Page) -> None:
    page.evaluate("chat.handle([{ type: 'lost', text: 'Connexion perdue.', delay: 60 }])")
    expect(page.get_by_role("status")).to_contain_text("reconnexion dans 60 s")
    expect(conversation(page)).to_contain_text("Connexion perdue.")


def test_the_end(page: Page) -> None:
    """Ce qui n'est pas parti le dit."""
    page.evaluate(
        """() => {
          const post = new window.Post("salon", "perdu");
          window.participant.outbox.push(post);
          window.chat.rooms.current.log.pend(post, window.chat.me);
          window.chat.ended("Fermé : au revoir.");
        }"""
    )
    expect(page.locator("#ended")).to_be_visible()
    expect(page.get_by_text("Fermé\u00a0: au revoir.", exact=True)).to_be_visible()
    expect(conversation(page).get_by_role("button", name="Reprendre")).to_be_visible()
    assert page.evaluate("chat.over") is True
