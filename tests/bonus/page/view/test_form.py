"""L'entrée : ce qui est tapé, et pourquoi cela ne convient pas."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

START = """async () => {
  const { EntryForm } = await import("/view/form.js");
  window.entered = 0;
  window.form = new EntryForm(() => window.entered++);
  window.form.show();
}"""


@pytest.fixture
def form(screen: Page) -> Page:
    screen.evaluate(START)
    return screen


def read(page: Page, pseudo: str, room: str) -> Any:
    page.get_by_label("Pseudo").fill(pseudo)
    page.get_by_label("Salon", exact=True).fill(room)
    return page.evaluate("window.form.read({ pseudo: 20, room: 30 }) || null")


def test_what_is_typed_is_read(form: Page) -> None:
    assert read(form, "  bob ", "salon") == {"pseudo": "bob", "room": "salon", "code": ""}


def test_a_problem_is_where_it_is_mended(form: Page) -> None:
    """Le premier des deux champs a le curseur ; corriger efface le reproche."""
    assert read(form, "", "/salon") is None
    problem = form.locator("#pseudo-problem")
    expect(problem).to_have_text("Pseudo refusé\u00a0: il est vide.")
    expect(form.locator("#room-problem")).to_contain_text("Nom de salon refusé")
    expect(form.get_by_label("Pseudo")).to_be_focused()
    expect(form.get_by_label("Pseudo")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Pseudo").fill("bob")
    expect(problem).to_be_empty()


def test_entering(form: Page) -> None:
    button = form.get_by_role("button", name="Entrer", exact=True)
    button.click()
    assert form.evaluate("window.entered") == 1
    form.evaluate("window.form.busy = true")
    expect(form.locator("#enter")).to_be_disabled()
    expect(form.locator("#enter")).to_have_text("Connexion…")
    form.evaluate("window.form.show()")
    expect(button).to_be_enabled()
    form.evaluate("window.form.hide()")
    expect(form.locator("#entry")).to_be_hidden()


def test_a_problem_of_neither_field(form: Page) -> None:
    form.evaluate("window.form.complain('entry', 'Pas de serveur ici : réessayez.')")
    expect(form.locator("#entry-problem")).to_have_text("Pas de serveur ici\u00a0: réessayez.")
