"""La page est pour tous : lecteur d'écran, clavier, contraste, sur grand et petit écran."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatroom.protocol.messages import Said, Say
from playwright.sync_api import expect

from tests.bonus.client.faces.running import Chat
from tests.bonus.page.modules import blank
from tests.bonus.page.people import PHONE, Person
from tests.bonus.processes import present
from tests.support.browsers import Pages, violations

SCREENS: dict[str, dict[str, Any]] = {"ordinateur": {}, "téléphone": PHONE}


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    with Chat(tmp_path) as chat:
        yield chat


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_to_reproach(chat: Chat, pages: Pages, screen: str, scheme: str) -> None:
    alice = Person(pages, chat, color_scheme=scheme, **SCREENS[screen])
    assert violations(alice.page) == []
    alice.enter("alice", "un")
    # Huit personnes : huit couleurs tirées au sort, toutes lisibles.
    for number in range(8):
        with present(chat, f"personne {number}", "un") as (someone, room):
            someone.tell(Say(room, 1, f"bonjour {number}, voir https://example.org/"))
            someone.expect(Said)
    expect(alice.conversation.get_by_text("bonjour 7,")).to_be_visible()
    alice.say("un message")
    alice.hears("un message")
    assert violations(alice.page) == []
    if screen == "téléphone":
        for name in ("^Salons$", "^Personnes"):
            alice.page.get_by_role("button", name=re.compile(name)).tap()
            assert violations(alice.page) == []
            alice.page.keyboard.press("Escape")
    pages.tolerate("ERR_CONNECTION_RE")  # REFUSED, ou RESET dans la file du système
    chat.kill()
    expect(alice.page.get_by_role("status")).to_contain_text("reconnexion")
    assert violations(alice.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_to_reproach_to_who_is_in_charge(
    chat: Chat, pages: Pages, screen: str, scheme: str
) -> None:
    """Le menu d'un message, et le mot de passe d'un salon, demandé à qui veut y entrer."""
    alice, bob = (Person(pages, chat, color_scheme=scheme, **SCREENS[screen]) for _ in range(2))
    alice.enter("alice", "un")
    alice.say("un message")
    alice.hears("un message")
    alice.conversation.get_by_text("un message").click()
    alice.page.get_by_role("button", name="Actions sur ce message").click()
    expect(alice.page.get_by_role("menu")).to_be_visible()
    assert violations(alice.page) == []
    alice.page.keyboard.press("Escape")
    alice.say("/password sésame")
    expect(alice.page.get_by_text("(mot de passe)")).to_be_visible()
    assert violations(alice.page) == []
    bob.page.get_by_label("Pseudo").fill("bob")
    bob.page.get_by_label("Salon", exact=True).fill("un")
    bob.page.get_by_role("button", name="Entrer", exact=True).click()
    expect(bob.page.get_by_role("dialog")).to_be_visible()
    assert violations(bob.page) == []


def test_axe_would_see(pages: Pages) -> None:
    page = blank(pages)
    page.set_content("<html><body><img src='data:,'><p style='color: #ccc'>pâle</p></body></html>")
    assert len(violations(page)) >= 2


def test_everything_by_keyboard(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat)
    press = alice.page.keyboard.press
    alice.page.keyboard.type("alice")
    press("Tab")
    press("Control+A")
    alice.page.keyboard.type("un")
    press("Enter")
    alice.is_in("un")
    alice.page.keyboard.type("/jo")
    press("Tab")
    alice.page.keyboard.type("deux")
    press("Enter")
    alice.is_in("deux")
    press("Alt+ArrowUp")
    alice.is_in("un")
    alice.page.keyboard.type("au clavier")
    press("Enter")
    alice.hears("au clavier")
    press("ArrowUp")
    expect(alice.message).to_have_value("au clavier")
    press("Control+A")
    press("Delete")
    # Sans rien à compléter, Tab sort du champ ; et l'on fait le tour de la page.
    reached = set()
    for _ in range(40):
        press("Tab")
        reached.add(alice.page.evaluate("document.activeElement.id"))
    assert {"attach", "join-name", "theme", "help-button", "quit"} <= reached


def test_new_messages_are_spoken_once(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat).enter("alice")
    bob = Person(pages, chat).enter("bob")
    bob.say("écoutez ceci")
    spoken = alice.page.locator("[aria-live=polite]").get_by_text("écoutez ceci")
    expect(spoken).to_have_count(1)
    expect(spoken).to_contain_text("bob")
    later = Person(pages, chat).enter("carol")
    later.hears("écoutez ceci")  # de l'historique : rien à annoncer
    expect(later.page.locator("[aria-live=polite]").get_by_text("écoutez ceci")).to_have_count(0)


def test_the_theme_is_kept(chat: Chat, pages: Pages) -> None:
    alice = Person(pages, chat, color_scheme="light").enter("alice")
    background = "getComputedStyle(document.body).backgroundColor"
    light = alice.page.evaluate(background)
    theme = alice.page.locator("#theme")
    theme.click()
    theme.click()
    dark = alice.page.evaluate(background)
    assert dark != light
    alice.page.reload()
    alice.is_in("salon")
    assert alice.page.evaluate(background) == dark
    alice.page.emulate_media(color_scheme="dark")
    theme.click()  # automatique
    assert alice.page.evaluate(background) == dark
