"""La conversation que l'on regarde : elle suit ce qui arrive, ou reste là où on la lit."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

# Des salons plus hauts que l'écran ; `height(room, px)` en ajoute.
START = """async () => {
  const { Conversation } = await import("/view/conversation.js");
  const { make } = await import("/view/dom.js");
  document.getElementById("chat").hidden = false;
  const scroller = document.getElementById("conversation");
  scroller.style = "height: 200px; overflow-y: scroll; overflow-anchor: none";
  const height = (room, px) => room.log.element.style.height = `${px}px`;
  const room = () => {
    const made = { log: { element: make("div") } };
    height(made, 3_000);
    return made;
  };
  const told = [];
  const conversation = new Conversation({
    onTop: () => told.push("en haut"),
    onEnd: () => told.push("en bas"),
    onPseudo: (pseudo) => told.push(pseudo),
  });
  const left = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  Object.assign(window, { conversation, scroller, height, left, told, one: room(), two: room() });
  conversation.show(one);
}"""


@pytest.fixture
def page(screen: Page) -> Page:
    screen.evaluate(START)
    return screen


def climb(page: Page, top: int) -> None:
    page.evaluate("(top) => window.scroller.scrollTop = top", top)
    expect(page.locator("#below")).to_be_visible()


def told(page: Page) -> Any:
    return page.evaluate("window.told")


def test_it_follows_what_comes(page: Page) -> None:
    assert page.evaluate("left()") == 0
    assert page.evaluate("height(one, 3_500), conversation.settle(), left()") == 0
    assert page.evaluate("conversation.nearTop") is False


def test_whoever_climbs_stays_there(page: Page) -> None:
    """Et un bouton ramène en bas, après avoir dit ce qu'on y manque."""
    climb(page, 1_000)
    page.evaluate("height(one, 3_500), conversation.settle()")
    assert page.evaluate("scroller.scrollTop") == 1_000
    page.evaluate("conversation.count(2)")
    below = page.locator("#below")
    expect(below).to_have_text("2 nouveaux messages")
    expect(below).to_have_class("below fresh")
    page.evaluate("conversation.count(0)")
    expect(below).to_have_text("Revenir en bas")
    below.click()
    expect(below).to_be_hidden()
    assert (page.evaluate("left()"), told(page)) == (0, ["en bas"])


def test_near_the_top_one_asks_for_more(page: Page) -> None:
    climb(page, 500)
    assert (page.evaluate("conversation.nearTop"), told(page)) == (True, ["en haut"])


def test_each_room_keeps_its_place(page: Page) -> None:
    climb(page, 1_000)
    assert page.evaluate("conversation.show(two), left()") == 0
    assert page.evaluate("conversation.show(one), scroller.scrollTop") == 1_000


def test_what_is_added_above_moves_nothing(page: Page) -> None:
    climb(page, 1_000)
    page.evaluate("conversation.anchored(one, () => height(one, 3_400))")
    assert page.evaluate("scroller.scrollTop") == 1_400


def test_one_chooses_an_author(page: Page) -> None:
    row = '<article class="row" data-pseudo="bob"><b class="author">bob</b> dit</article>'
    page.evaluate("(row) => window.one.log.element.innerHTML = row", row)
    page.locator("article").dispatch_event("click")
    page.locator(".author").dispatch_event("click")
    assert told(page) == ["bob"]
