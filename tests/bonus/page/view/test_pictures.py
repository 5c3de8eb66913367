"""Les images de la conversation : demandées une fois vues, et agrandies si l'on veut."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.bonus.pictures import PNG, halves, saved

# `possible` : la demande peut partir ; `asked` : les numéros demandés.
START = """async () => {
  const { Pictures } = await import("/view/pictures.js");
  document.getElementById("chat").hidden = false;
  Object.assign(window, { possible: true, asked: [] });
  window.pictures = new Pictures(({ seq }) => {
    window.asked.push(seq);
    return window.possible;
  });
  window.show = (mine, seq = 7) => {
    const message = { seq, pseudo: "bob", name: "a.png", width: 64, height: 64 };
    const element = window.pictures.show("Salon", message, mine);
    document.getElementById("conversation").append(element);
    return element;
  };
  window.receive = (seq, data) => window.pictures.received(
    { type: "image", room: "salon", seq, data: Uint8Array.from(data) });
}"""


@pytest.fixture
def page(screen: Page) -> Page:
    screen.evaluate(START)
    return screen


def show(page: Page, *, mine: bool = False) -> Locator:
    page.evaluate("(mine) => window.show(mine)", mine)
    page.wait_for_function("window.asked.length")
    return page.locator("figure")


def receive(page: Page, data: bytes = PNG) -> None:
    page.evaluate("(data) => window.receive(7, data)", list(data))


def asked(page: Page) -> Any:
    return page.evaluate("window.pictures.ask(), window.asked")


def test_once_seen_it_is_asked_then_shown(page: Page) -> None:
    figure = show(page)
    expect(figure).to_contain_text("a.png (64 × 64)")
    receive(page)
    image = figure.get_by_role("img", name="a.png, image de bob")
    expect(image).to_have_js_property("naturalWidth", 64)
    assert asked(page) == [7]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GIF89a", "Ce n’est pas une image PNG ou JPEG."),
        (saved(halves(size=(640, 640))), "L’image n’a pas la taille annoncée."),
        (PNG[:33] + b"?", "L’image est abîmée."),
    ],
)
def test_what_was_not_announced_is_not_decoded(page: Page, data: bytes, why: str) -> None:
    figure = show(page)
    receive(page, data)
    expect(figure).to_contain_text(why)
    expect(figure.get_by_role("img")).to_have_count(0)


def test_it_can_be_enlarged(page: Page) -> None:
    figure = show(page, mine=True)
    receive(page)
    figure.get_by_role("button", name="Agrandir a.png, image de vous").click()
    viewer = page.get_by_role("dialog", name="Image")
    image = viewer.get_by_role("img", name="a.png, image de vous")
    expect(image).to_have_js_property("naturalWidth", 64)
    expect(viewer).to_contain_text("a.png")


def test_it_can_be_drawn_in_characters(page: Page) -> None:
    figure = show(page)
    receive(page)
    figure.get_by_role("button", name="En caractères").click()
    expect(figure.get_by_role("img", name="en caractères")).to_be_visible()
    figure.get_by_role("button", name="En image").click()
    expect(figure.get_by_role("img", name="a.png, image de bob")).to_be_visible()


def test_it_is_asked_again_only_if_need_be(page: Page) -> None:
    """Tant que la demande n'a pas pu partir, ou si la connexion s'est perdue."""
    page.evaluate("window.possible = false")
    show(page)
    page.evaluate("window.possible = true")
    assert asked(page) == [7, 7]
    assert asked(page) == [7, 7]
    page.evaluate("window.pictures.lost()")
    assert asked(page) == [7, 7, 7]


def test_the_oldest_is_forgotten_then_asked_again(page: Page) -> None:
    """Des images que l'on ne voit plus, seules les 24 dernières vues sont gardées."""
    page.evaluate(
        """async (data) => {
          for (let seq = 1; seq <= 25; seq++) {
            const element = window.show(false, seq);
            while (!window.asked.includes(seq)) await new Promise(requestAnimationFrame);
            window.receive(seq, data);
            element.hidden = true;
          }
        }""",
        list(PNG),
    )
    images = "(all) => all.map((one) => one.querySelectorAll('img').length)"
    figures = page.locator("figure")
    assert figures.evaluate_all(images) == [0, *[1] * 24]
    figures.first.evaluate("(element) => element.hidden = false")
    page.wait_for_function("window.asked.at(-1) === 1")
    assert asked(page) == [*range(1, 26), 1]


def test_what_was_not_asked_is_ignored(page: Page) -> None:
    figure = show(page)
    page.evaluate("(data) => window.receive(8, data)", list(PNG))
    expect(figure.get_by_role("button", name="Agrandir")).to_be_empty()


@pytest.mark.parametrize(
    ("data", "why"), [(b"GIF89a", "Ce n’est pas une image"), (PNG[:40], "L’image est abîmée.")]
)
def test_a_bad_picture(page: Page, data: bytes, why: str) -> None:
    figure = show(page)
    receive(page, data)
    expect(figure).to_contain_text(why)
    expect(figure.get_by_role("button", name="Agrandir")).to_be_disabled()
