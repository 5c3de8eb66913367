"""Là où l'on écrit : ce que font les touches, et ce qui reste quand une ligne ne part pas."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

# `refused` : les lignes qui ne partent pas.
START = """async () => {
  const { Composer } = await import("/view/composer.js");
  Object.assign(window, { said: [], refused: [] });
  window.composer = new Composer({
    say: (lines) => {
      const stop = lines.findIndex((line) => window.refused.includes(line));
      window.said.push(...(stop < 0 ? lines : lines.slice(0, stop)));
      if (stop >= 0) window.composer.hint("Trop long : raccourcissez.", true);
      return stop < 0 ? [] : lines.slice(stop);
    },
    complete: (line) => ["/help", "/history", "/join "].filter((one) => one.startsWith(line)),
    limit: 10,
  });
  document.getElementById("chat").hidden = false;
  window.composer.focus();
}"""


@pytest.fixture
def area(screen: Page) -> Locator:
    screen.evaluate(START)
    return screen.get_by_label("Message", exact=True)


def said(area: Locator) -> Any:
    return area.page.evaluate("window.said")


def hint(area: Locator) -> Locator:
    return area.page.locator("#hint")


def test_it_invites_to_write(area: Locator) -> None:
    area.page.evaluate("window.composer.placeholder = 'Écrire dans salon'")
    expect(area).to_have_attribute("placeholder", "Écrire dans salon")
    expect(area).to_be_focused()


def test_enter_says_the_lines(area: Locator) -> None:
    """Une tabulation collée devient des espaces ; une ligne vide ne se dit pas."""
    send = area.page.get_by_role("button", name="Envoyer", exact=True)
    expect(send).to_be_disabled()
    area.fill("un\n\n\tdeux\u2028trois")
    expect(hint(area)).to_have_text("3 lignes\u00a0: Entrée les envoie, une par message")
    expect(send).to_be_enabled()
    area.press("Enter")
    assert said(area) == ["un", "    deux", "trois"]
    expect(area).to_have_value("")


def test_what_was_refused_remains(area: Locator) -> None:
    area.page.evaluate("window.refused = ['deux']")
    area.fill("un\ndeux\ntrois")
    area.press("Enter")
    assert said(area) == ["un"]
    expect(area).to_have_value("deux\ntrois")
    expect(hint(area)).to_have_text("Trop long\u00a0: raccourcissez.")
    expect(hint(area)).to_have_class("wrong")


def test_a_text_is_given_back_before_what_is_written(area: Locator) -> None:
    area.fill("après")
    area.page.evaluate("window.composer.giveBack('avant')")
    expect(area).to_have_value("avant\naprès")


def test_the_past(area: Locator) -> None:
    """Tant que l'on n'a rien écrit d'autre."""
    for text in ("un", "deux", "deux"):
        area.fill(text)
        area.press("Enter")
    for key, value in [("Up", "deux"), ("Up", "un"), ("Up", "un"), ("Down", "deux"), ("Down", "")]:
        area.press(f"Arrow{key}")
        expect(area).to_have_value(value)
    area.fill("autre")
    area.press("ArrowUp")
    expect(area).to_have_value("autre")


def test_tab_completes(area: Locator) -> None:
    """Leur début commun d'abord, puis chacune à son tour ; ce qui suit le curseur reste."""
    area.fill("/jxyz")
    for _ in "xyz":
        area.press("ArrowLeft")
    area.press("Tab")
    expect(area).to_have_value("/join xyz")
    area.fill("/h")
    for value in ("/help", "/history", "/help"):
        area.press("Tab")
        expect(area).to_have_value(value)
        expect(hint(area)).to_have_text("/help   /history")
    area.fill("rien")
    area.press("Tab")
    expect(area).not_to_be_focused()


def test_the_length_is_counted_when_it_matters(area: Locator) -> None:
    counter = area.page.locator("#counter")
    for text, shown, wrong in [
        ("é" * 4, "", False),
        ("é" * 5, "10 / 10 octets", False),
        ("é" * 6 + "\nx", "12 / 10 octets", True),
    ]:
        area.fill(text)
        expect(counter).to_have_text(shown)
        assert ("wrong" in (counter.get_attribute("class") or "")) == wrong
