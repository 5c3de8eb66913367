"""Le mot de passe d'un salon, demandé."""

from playwright.sync_api import Page

ASK = """async () => {
  const { askWord } = await import("/view/secret.js");
  window.told = [];
  askWord("jeux", "Il en faut un.", (word) => told.push(word), () => told.push(null));
}"""


def test_given(screen: Page) -> None:
    screen.evaluate(ASK)
    assert screen.locator("#secret-title").inner_text() == "Entrer dans jeux"
    assert screen.locator("#secret-problem").inner_text() == "Il en faut un."
    screen.keyboard.press("Enter")  # rien n'est encore tapé
    assert screen.locator("#secret").evaluate("(one) => one.open")
    screen.keyboard.type("sésame")
    screen.keyboard.press("Enter")
    screen.wait_for_function("told.length")
    assert screen.evaluate("told") == ["sésame"]
    assert screen.locator("#secret-word").input_value() == ""


def test_given_up_then_asked_again(screen: Page) -> None:
    screen.evaluate(ASK)
    screen.locator("#secret-cancel").click()
    screen.wait_for_function("told.length")
    assert screen.evaluate("told") == [None]
    screen.evaluate(ASK)
    screen.keyboard.press("Escape")
    screen.wait_for_function("told.length")
    assert screen.evaluate("told") == [None]
