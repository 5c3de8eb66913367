"""Clair, sombre ou comme le système : le bouton les fait tourner, et le choix se garde."""

from typing import Any

import pytest
from playwright.sync_api import Page

SHOW = """async (clicks) => {
  const { themeButton } = await import("/view/theme.js");
  const button = document.createElement("button");
  themeButton(button, (name) => Object.assign(document.createElement("i"), { id: name }));
  for (let n = 0; n < clicks; n++) button.click();
  return [document.documentElement.dataset.theme, button.title, button.firstChild.id];
}"""


def show(page: Page, clicks: int = 0) -> Any:
    return page.evaluate(SHOW, clicks)


def test_it_goes_round(modules: Page) -> None:
    assert show(modules) == ["auto", "Thème : automatique", "auto"]
    assert show(modules, 1) == ["light", "Thème : clair", "light"]
    assert show(modules, 1) == ["dark", "Thème : sombre", "dark"]
    assert show(modules, 1) == ["auto", "Thème : automatique", "auto"]


def test_it_outlives_the_page(modules: Page) -> None:
    show(modules, 2)
    modules.reload()
    assert show(modules) == ["dark", "Thème : sombre", "dark"]


@pytest.mark.parametrize(
    "trouble",
    [
        "localStorage.setItem('chat:theme', 'mauve')",
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException(); } })",
    ],
)
def test_what_cannot_be_read_back_is_automatic(modules: Page, trouble: str) -> None:
    modules.evaluate(f"() => {{ {trouble}; }}")
    assert show(modules)[0] == "auto"
    assert show(modules, 1)[0] == "light"
