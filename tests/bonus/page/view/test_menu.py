"""Ce qu'on peut faire d'un message : le menu de celui qu'on désigne."""

from playwright.sync_api import Page

OPEN = """async () => {
  const { Menu } = await import("/view/menu.js");
  window.told = [];
  document.getElementById("chat").hidden = false;
  const rows = [["1", "bob", ""], ["2", "", "mine"], ["", "", ""]].map(([seq, pseudo, kind]) => {
    const row = document.createElement("article");
    row.className = `row ${kind}`;
    row.textContent = `message ${seq}`;
    if (seq) row.dataset.seq = seq;
    row.dataset.pseudo = pseudo;
    return row;
  });
  document.getElementById("conversation").append(...rows);
  new Menu((target) => ["Retirer", "Ignorer"].map((label) => ({
    label, act: () => told.push([label, target]) })));
}"""
BOB = {"seq": 1, "pseudo": "bob", "mine": False}


def test_with_a_pointer(screen: Page) -> None:
    screen.evaluate(OPEN)
    screen.locator(".row").nth(0).hover()
    more = screen.locator(".row .more")
    assert more.get_attribute("aria-label") == "Actions sur ce message"
    more.click(force=True)
    items = screen.locator("#actions button")
    assert items.all_inner_texts() == ["Retirer", "Ignorer"]
    assert more.get_attribute("aria-expanded") == "true"
    items.nth(1).click()
    assert screen.evaluate("told") == [["Ignorer", BOB]]
    assert not screen.locator("#actions").is_visible()


def test_not_on_what_is_no_message(screen: Page) -> None:
    screen.evaluate(OPEN)
    screen.locator(".row").nth(2).hover()
    assert screen.locator(".more").count() == 0


def test_with_the_keyboard(screen: Page) -> None:
    """Entrée désigne le dernier message, les flèches les autres, puis les lignes du menu."""
    screen.evaluate(OPEN)
    screen.locator("#conversation").focus()
    for key in ("Enter", "ArrowUp", "ArrowUp", "Enter", "ArrowDown", "ArrowDown", "Enter"):
        screen.keyboard.press(key)
    assert screen.evaluate("told") == [["Retirer", BOB]]
    screen.locator("#conversation").focus()
    screen.keyboard.press("Enter")
    screen.keyboard.press("Enter")
    screen.keyboard.press("Escape")
    assert not screen.locator("#actions").is_visible()
    assert screen.evaluate("told.length") == 1
