"""L'image à envoyer : choisie, déposée ou collée, puis vue avant qu'elle parte."""

import base64
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.bonus.page.test_pictures import CARRY
from tests.bonus.pictures import PNG

START = """async () => {
  const { Preview } = await import("/view/preview.js");
  const limits = { image: 1_000_000, pixels: 1_000_000, side: 9_000, image_name: 100 };
  Object.assign(window, { refusal: "", why: "", sent: [], complaints: [] });
  window.preview = new Preview(limits, {
    refusal: () => window.refusal,
    send: (name, data) => {
      if (!window.why) window.sent.push([name, data.length]);
      return window.why;
    },
    complain: (text) => window.complaints.push(text),
  });
  document.getElementById("chat").hidden = false;
}"""


@pytest.fixture
def page(screen: Page) -> Page:
    screen.evaluate(START)
    return screen


@pytest.fixture
def dialog(page: Page) -> Locator:
    page.evaluate(
        """() => window.preview.show(
          { name: "a.png", data: new Uint8Array(3), note: "Réduite." })"""
    )
    return page.get_by_role("dialog", name="Envoyer cette image")


def send(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Envoyer l’image").click()


def sent(page: Page) -> Any:
    return page.evaluate("window.sent")


def test_a_chosen_file_is_shown_then_sent(page: Page) -> None:
    with page.expect_file_chooser() as chosen:
        page.evaluate("window.preview.choose()")
    chosen.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Nom")).to_have_value("a.png")
    expect(dialog.get_by_role("img")).to_have_js_property("naturalWidth", 64)
    dialog.get_by_label("Nom").fill("b.png")
    send(dialog)
    expect(dialog).to_be_hidden()
    assert sent(page) == [["b.png", len(PNG)]]


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_dropped_or_pasted(page: Page, way: str) -> None:
    data = base64.b64encode(PNG).decode()
    file = {"type": way, "name": "a.png", "kind": "image/png", "data": data}
    page.locator("#conversation").evaluate(CARRY, file)
    expect(page.get_by_role("dialog").get_by_label("Nom")).to_have_value("a.png")
    expect(page.locator("#drop")).to_be_hidden()


def test_it_says_what_was_done_to_it(dialog: Locator) -> None:
    expect(dialog).to_contain_text("Réduite.")
    dialog.get_by_role("button", name="Annuler").click()
    expect(dialog).to_be_hidden()
    assert sent(dialog.page) == []


def test_what_cannot_leave_remains(dialog: Locator) -> None:
    dialog.page.evaluate("window.why = 'Ce nom est trop long : raccourcissez.'")
    send(dialog)
    expect(dialog.get_by_role("alert")).to_have_text("Ce nom est trop long\u00a0: raccourcissez.")
    dialog.page.evaluate("window.why = ''")
    send(dialog)
    assert sent(dialog.page) == [["a.png", 3]]


def test_where_no_picture_may_leave(page: Page) -> None:
    page.evaluate("window.refusal = 'Pas ici.', window.preview.choose()")
    assert page.evaluate("window.complaints") == ["Pas ici."]


def test_what_is_not_a_picture(page: Page) -> None:
    page.locator("#file").set_input_files(
        {"name": "faux.png", "mimeType": "image/png", "buffer": PNG[:20]}
    )
    page.wait_for_function("window.complaints.length")
    [text] = page.evaluate("window.complaints")
    assert text == "« faux.png » n'est pas une image que ce navigateur sait lire."
    expect(page.get_by_role("dialog")).to_be_hidden()
