"""Les jetons de la page : gardés par le navigateur, un par pseudo ; et ce qu'il faut sinon."""

import pytest
from playwright.sync_api import Page

from tests.bonus.page.modules import blank
from tests.support.browsers import Pages

KEEP = """async ([pseudo, token]) => {
  const { Tokens, TokensError } = await import("/tokens.js");
  window.tokens ??= new Tokens();
  try {
    window.tokens.keep(pseudo, Uint8Array.from(token));
    window.tokens.lastPseudo = pseudo;
  } catch (error) {
    return error instanceof TokensError && error.message;
  }
}"""
GET = """async (pseudo) => {
  const { Tokens } = await import("/tokens.js");
  window.tokens ??= new Tokens();
  const token = window.tokens.get(pseudo);
  return [token && [...token], window.tokens.lastPseudo];
}"""
TOKEN = list(range(0, 256, 8))
UNABLE = "ce navigateur ne garde rien pour cette page."


def test_a_token_outlives_the_page(modules: Page) -> None:
    """Et le pseudo se retrouve sous toutes ses casses."""
    assert modules.evaluate(GET, "Élodie") == [None, ""]
    modules.evaluate(KEEP, ["bob", [1]])
    modules.evaluate(KEEP, ["Élodie", TOKEN])
    modules.reload()
    assert modules.evaluate(GET, "ÉLODIE") == [TOKEN, "Élodie"]
    assert modules.evaluate(GET, "bob") == [[1], "Élodie"]


def test_a_damaged_token_is_none(modules: Page) -> None:
    """Une valeur qui n'est pas celle d'un jeton ne sert pas ; une neuve prendra sa place."""
    for damage in ("", "pas un jeton", "0", "00" * 65):
        modules.evaluate("(damage) => localStorage.setItem('chat:token:bob', damage)", damage)
        assert modules.evaluate(GET, "bob")[0] is None
    modules.evaluate(KEEP, ["bob", TOKEN])
    assert modules.evaluate(GET, "bob")[0] == TOKEN


@pytest.mark.parametrize(
    "trouble",
    [
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException(); } })",
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }",
    ],
)
def test_a_browser_that_keeps_nothing(pages: Pages, trouble: str) -> None:
    """Navigation privée ou plus de place : c'est dit, et le jeton dure autant que la page."""
    page = blank(pages)
    page.evaluate(f"() => {{ {trouble}; }}")
    assert page.evaluate(KEEP, ["bob", TOKEN]) == UNABLE
    assert page.evaluate(GET, "bob") == [TOKEN, ""]
    page.evaluate("() => { window.tokens.lastPseudo = 'bob'; }")
