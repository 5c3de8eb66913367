"""La page et sa fenêtre : ce qu'y revenir réveille, et ce que la quitter garde."""

from typing import Any

import pytest
from playwright.sync_api import Page

START = """async () => {
  const { watchPage } = await import("/view/page.js");
  const told = [];
  const outbox = [];
  const link = { retry: () => told.push("réessayer"), participant: { outbox } };
  const room = (name, draft, ...unsent) => (
    { name, draft, private: name === "@", log: { unsent } });
  const chat = {
    ruling: { operator: false },
    link,
    me: { pseudo: "alice" },
    rooms: [room("@", "secret"), room("salon", "début", "pas", "parti"), room("vide", "")],
    talk: { draft: ({ draft }) => draft },
    leaving: false,
    over: false,
    read: () => told.push("lire"),
    refresh: () => told.push("rafraîchir"),
  };
  Object.assign(window, { chat, outbox, told });
  watchPage(chat);
}"""


@pytest.fixture
def page(screen: Page) -> Page:
    screen.clock.install()
    screen.evaluate(START)
    return screen


def told(page: Page) -> Any:
    return page.evaluate("window.told.splice(0)")


def test_coming_back_reads_and_retries(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('focus'))")
    assert told(page) == ["lire"]
    for event in (
        "dispatchEvent(new Event('online'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
    ):
        page.evaluate(event)
        assert told(page) == ["réessayer", "lire"]
    page.locator("#retry").dispatch_event("click")
    assert told(page) == ["réessayer"]


def test_who_is_where_is_asked_every_minute(page: Page) -> None:
    page.clock.run_for(59_000)
    assert told(page) == []
    page.clock.run_for(61_000)
    assert told(page) == ["rafraîchir"] * 2


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("", False),
        ("outbox.push(1)", True),
        ("outbox.push(1), chat.leaving = true", False),
        ("outbox.push(1), chat.over = true", False),
    ],
)
def test_unsent_messages_hold_the_page(page: Page, state: str, kept: bool) -> None:
    page.evaluate(state)
    script = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert page.evaluate(script) is kept


def stay(page: Page) -> Any:
    """Ce qu'une page rechargée retrouve."""
    with page.expect_navigation():
        page.locator("#again").dispatch_event("click")
    return page.evaluate("import('/view/memory.js').then(({ recallStay }) => recallStay())")


def test_reloaded_it_knows_where_one_was(page: Page) -> None:
    """Ce qui n'est pas parti redevient un brouillon."""
    assert stay(page) == {
        "pseudo": "alice",
        "rooms": ["salon", "vide"],
        "drafts": {"@": "secret", "salon": "pas\nparti\ndébut"},
    }


def test_whoever_leaves_leaves_nothing(page: Page) -> None:
    page.evaluate("chat.leaving = true")
    assert stay(page) is None
