"""La page, dans un vrai navigateur, devant un vrai serveur et de vrais terminaux."""

import http.server
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from chatroom.protocol.messages import Said, Say
from playwright.sync_api import expect

from tests.bonus.client.faces.running import Chat
from tests.bonus.handshakes import certificate
from tests.bonus.page.people import PHONE, Person
from tests.bonus.processes import Client, present
from tests.support.browsers import Pages
from tests.support.waiting import wait_until

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '"><svg onload=alert(1)>',
    "http://example.org/\"onmouseover='alert(1)'",
    "&lt;b&gt; ${alert(1)} {{7*7}}",
)


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    with Chat(tmp_path) as chat:
        yield chat


def test_two_pages_and_a_terminal_are_one_room(chat: Chat, pages: Pages) -> None:
    with chat.client("carol", "--room", "salon") as carol:
        carol.expect("— Vous êtes dans salon (1 personne) —")
        alice = Person(pages, chat).enter("alice")
        bob = Person(pages, chat).enter("bob")
        carol.expect("Annonce : bob a rejoint la chatroom")
        alice.say("d'alice")
        bob.hears("d'alice")
        bob.say("de bob")
        alice.hears("de bob")
        carol.expect("[hh:mm] bob a dit : de bob")
        carol.type("de carol")
        for person in (alice, bob):
            person.hears("de carol")
            assert person.heard == ["d'alice", "de bob", "de carol"]
        bob.page.get_by_role("button", name="Partir").click()
        carol.expect("Annonce : bob a quitté la chatroom")
        expect(alice.conversation.get_by_text("bob a quitté")).to_be_visible()


def test_private_messages_both_ways(chat: Chat, pages: Pages) -> None:
    with chat.client("carol", "--room", "salon") as carol:
        carol.expect("— Vous êtes dans salon (1 personne) —")
        alice = Person(pages, chat).enter("alice")
        alice.say("/msg carol un secret")
        carol.expect("[hh:mm] alice vous a dit en privé : un secret")
        carol.type("/msg alice bien reçu")
        private = alice.page.get_by_role("button", name=re.compile("Messages privés"))
        expect(private).to_have_accessible_name(re.compile("1 non lu"))
        private.click()
        alice.hears("bien reçu")


def test_text_from_others_is_only_text(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat).enter("alice")
    alice.page.on("dialog", lambda dialog: pages.errors.append(dialog.message))
    bob = Person(pages, chat).enter("R&ampD", "salon")
    bob.say(*HOSTILE)
    alice.hears(HOSTILE[-1])
    assert alice.heard == list(HOSTILE)
    forbidden = "img, script, svg:not(button.more > svg), b, [onerror], [onload], [onmouseover]"
    inside = alice.conversation.locator(forbidden)  # le menu d'un message a le seul dessin permis
    expect(inside).to_have_count(0)
    for link in alice.conversation.locator("a").all():
        assert str(link.get_attribute("href")).startswith("http://example.org/")
        assert link.get_attribute("rel") == "noopener noreferrer"
    expect(alice.conversation.get_by_text("R&ampD").first).to_be_visible()


def flood(chat: Chat, count: int, room: str) -> None:
    """Quelqu'un a dit « n° 1 » à « n° count » dans ce salon, puis il est parti."""
    with Client(chat) as someone:
        someone.hello("quelqu'un")
        number = someone.join(room).room
        someone.tell(*(Say(number, nonce, f"n° {nonce}") for nonce in range(1, count + 1)))
        while someone.expect(Said).nonce < count:
            pass


def test_older_messages_come_as_one_scrolls_up(tmp_path: Path, pages: Pages) -> None:
    with Chat(tmp_path, "--limit", "rate=0") as chat:
        flood(chat, 180, "plein")
        alice = Person(pages, chat).enter("alice", "plein")
        alice.hears("n° 180")
        assert alice.heard == [f"n° {number}" for number in range(131, 181)]
        alice.conversation.hover()
        for oldest in (81, 31, 1):
            first = alice.conversation.locator("[data-seq]").first
            number = first.get_attribute("data-seq")
            alice.page.mouse.wheel(0, -100_000)
            expect(first).to_have_attribute("data-seq", str(oldest))
            # Ce qu'on lisait est resté sous les yeux : l'ajout s'est fait au-dessus.
            expect(alice.conversation.locator(f"[data-seq='{number}']")).to_be_in_viewport()
        assert alice.heard == [f"n° {number}" for number in range(1, 181)]
        expect(alice.conversation.get_by_text("Début de la conversation")).to_have_count(1)


def test_killed_and_restarted_nothing_is_missed_nor_repeated(chat: Chat, pages: Pages) -> None:
    with chat.client("carol", "--room", "salon") as carol:
        carol.expect("— Vous êtes dans salon (1 personne) —")
        alice, bob = (Person(pages, chat).enter(name) for name in ("alice", "bob"))
        alice.say(*(f"avant {number}" for number in range(10)))
        bob.hears("avant 9")
        pages.tolerate("ERR_CONNECTION_RE")  # REFUSED, ou RESET dans la file du système
        chat.kill()
        for person in (alice, bob):
            expect(person.page.get_by_role("status")).to_contain_text("reconnexion")
        alice.say("pendant 1", "pendant 2")
        expect(alice.conversation.get_by_text("envoi…")).to_have_count(2)
        chat.start()
        for person in (alice, bob):
            person.hears("pendant 2")
            person.is_connected()
        bob.say("après")
        said = [*(f"avant {number}" for number in range(10)), "pendant 1", "pendant 2", "après"]
        for person in (alice, bob):
            person.hears("après")
            assert person.heard == said
            assert person.numbers == list(range(1, 14))
        expect(alice.conversation.get_by_text("envoi…")).to_have_count(0)
        carol.expect("[hh:mm] bob a dit : après")
        heard = [line for line in carol.lines if " a dit : " in line]
        assert [line.partition(" a dit : ")[2] for line in heard] == said


def test_coming_back_resumes(chat: Chat, pages: Pages) -> None:
    """La page rechargée, puis rouverte : le jeton est resté dans le navigateur."""
    alice = Person(pages, chat).enter("alice")
    alice.say("un")
    alice.hears("un")
    alice.page.reload()
    alice.is_in("salon")
    alice.hears("un")
    other = Person(pages, chat)
    other.page.get_by_label("Pseudo").fill("alice")
    other.page.get_by_role("button", name="Entrer", exact=True).click()
    expect(other.page.get_by_text("Le pseudo alice est déjà pris.")).to_be_visible()
    expect(other.page.get_by_label("Pseudo")).to_have_value("alice")
    again = alice.page.context.new_page()
    again.goto(alice.url)
    expect(again.get_by_label("Pseudo")).to_have_value("alice")
    again.get_by_role("button", name="Entrer", exact=True).click()
    expect(again.get_by_role("heading", level=1)).to_be_visible()
    alice.say("encore là")  # un second onglet ne renvoie pas le premier
    alice.hears("encore là")


def test_a_link_makes_another_browser_the_same_person(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat).enter("alice", "général")
    alice.say("/token")
    shown = alice.conversation.get_by_text("#token=")
    expect(shown).to_be_visible()
    found = re.search(r"#token=[\w-]+", shown.text_content() or "")
    assert found
    other = Person(pages, chat)
    other.page.goto("about:blank")
    other.page.goto(f"{other.url}{found[0]}")
    other.is_in("général")
    other.say("du téléphone")
    for one in (alice, other):
        one.hears("du téléphone")
        expect(one.conversation.locator(".row.mine")).to_have_count(1)
    other.page.reload()  # le navigateur a gardé son propre jeton
    other.is_in("général")
    again = Person(pages, chat)
    again.page.goto("about:blank")
    again.page.goto(f"{again.url}{found[0]}")
    expect(again.page.get_by_text("Ce code ne vaut rien, ou plus")).to_be_visible()


def test_the_address_names_the_room(chat: Chat, pages: Pages) -> None:
    """Dès l'entrée, puis quand on en change ; un « % » qui n'annonce rien n'en nomme aucun."""
    alice = Person(pages, chat)
    for fragment, room in (("%", "général"), ("r%C3%A9seau", "réseau")):
        alice.page.goto("about:blank")
        alice.page.goto(f"{alice.url}#{fragment}")
        expect(alice.page.get_by_label("Salon", exact=True)).to_have_value(room)
    alice.enter("alice", "réseau")
    alice.page.evaluate("location.hash = 'ailleurs'")
    alice.is_in("ailleurs")


def test_the_only_room_refused_sends_back_to_the_form(tmp_path: Path, pages: Pages) -> None:
    with Chat(tmp_path, "--limit", "rooms=1") as chat, present(chat, "bob", "pris"):
        alice = Person(pages, chat)
        alice.page.get_by_label("Pseudo").fill("alice")
        alice.page.get_by_label("Salon", exact=True).fill("autre")
        alice.page.get_by_role("button", name="Entrer", exact=True).click()
        expect(alice.page.locator("#room-problem")).not_to_be_empty()
        alice.enter("alice", "pris")


def test_unread_messages_are_counted(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat).enter("alice", "un")
    alice.say("/join deux")
    alice.is_in("deux")
    bob = Person(pages, chat).enter("bob", "un")
    bob.say("où es-tu ?", "et là ?")
    alice.is_titled(r"^\(2\) deux — Chat$")
    room = alice.page.get_by_role("button", name=re.compile("^un"))
    expect(room).to_have_accessible_name(re.compile("2 non lus"))
    room.click()
    alice.is_in("un")
    expect(alice.conversation.get_by_role("separator")).to_be_visible()
    alice.is_titled("^un — Chat$")


def test_a_page_from_elsewhere_is_refused(chat: Chat, pages: Pages, tmp_path: Path) -> None:
    folder = tmp_path / "ailleurs"
    folder.mkdir()
    (folder / "index.html").write_text('<!doctype html><link rel="icon" href="data:,">')
    handler = partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever).start()
        try:
            page = pages.new()
            pages.tolerate("403")
            page.goto(f"http://127.0.0.1:{elsewhere.server_port}/")
            outcome = page.evaluate(
                """(url) => new Promise((resolve) => {
                  const socket = new WebSocket(url);
                  socket.onopen = () => resolve("ouverte");
                  socket.onclose = ({ code }) => resolve(code);
                })""",
                f"ws://localhost:{chat.web_port}/socket",
            )
        finally:
            elsewhere.shutdown()
    assert outcome == 1006
    origin = f"refusé : sa page vient de http://127.0.0.1:{elsewhere.server_port}"
    wait_until(lambda: origin in chat.server.out, lambda: chat.server.out)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


def test_on_a_phone(chat: Chat, pages: Pages) -> None:
    """Une seule colonne ; salons et personnes dans des tiroirs ; rien ne déborde."""
    alice = Person(pages, chat, **PHONE).enter("alice")
    alice.say("un mot", "et_un_mot_trop_long" * 30)
    alice.hears("un mot")
    overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert alice.page.evaluate(overflow) is False
    rooms = alice.page.get_by_role("navigation", name="Salons")
    expect(rooms).to_be_hidden()
    alice.page.get_by_role("button", name="Salons", exact=True).tap()
    expect(rooms).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(rooms).to_be_hidden()
    alice.page.get_by_role("button", name=re.compile("^Personnes")).tap()
    expect(alice.page.get_by_role("complementary").get_by_text("alice")).to_be_visible()


def test_a_server_that_is_not_there(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat)
    pages.tolerate("ERR_CONNECTION_RE")  # REFUSED, ou RESET dans la file du système
    chat.kill()
    alice.page.get_by_label("Pseudo").fill("alice")
    enter = alice.page.get_by_role("button", name="Entrer", exact=True)
    enter.click()
    expect(alice.page.get_by_role("alert").filter(has_text="serveur")).to_be_visible()
    chat.start()
    enter.click()
    alice.is_in("général")


def test_everything_may_be_encrypted(tmp_path: Path, pages: Pages) -> None:
    made = certificate(tmp_path / "tls", "localhost", "127.0.0.1")
    files = ("--tls-cert", str(made.cert), "--tls-key", str(made.key))
    with (
        Chat(tmp_path, *files) as chat,
        chat.client("carol", "--room", "salon", "--tls-ca", str(made.ca)) as carol,
    ):
        # Chromium ne connaît pas cette autorité ; le terminal, lui, vérifie.
        alice = Person(pages, chat, ignore_https_errors=True).enter("alice")
        assert alice.url.startswith("https:")
        alice.say("en secret")
        carol.expect("[hh:mm] alice a dit : en secret")
        chat.kill()
        pages.tolerate("ERR_CONNECTION_RE")  # REFUSED, ou RESET dans la file du système
        chat.start()
        alice.is_connected()
        carol.type("toujours en secret")
        alice.hears("toujours en secret")


def test_everything_is_light(chat: Chat, pages: Pages) -> None:
    """Moins de 100 ko en tout, et rien qui ne vienne du serveur."""
    page = pages.new()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(chat.url)
    expect(page.get_by_label("Pseudo")).to_be_focused()
    assert all(one.startswith(chat.url) for one in asked)
    assert len(asked) > 10
    script = """performance.getEntriesByType("resource")
      .concat(performance.getEntriesByType("navigation"))
      .reduce((total, { transferSize }) => total + transferSize, 0)"""
    assert 10_000 < page.evaluate(script) < 100_000
