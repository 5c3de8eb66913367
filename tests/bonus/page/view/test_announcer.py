"""Ce qui est dit à qui écoute la page."""

from typing import Any

from playwright.sync_api import Page

SAY = """async ([messages, texts]) => {
  const { Announcer } = await import("/view/announcer.js");
  const announcer = new Announcer();
  for (const message of messages) announcer.heard(message);
  for (const text of texts) announcer.say(text);
  announcer.flush();
  announcer.flush(); // rien de neuf : ce qui est dit reste
  return [...document.getElementById("announcer").children].map((one) => one.textContent);
}"""
SAID = {"kind": "Said", "pseudo": "bob", "text": "salut\u202e"}


def say(page: Page, messages: list[dict[str, Any]], *texts: str) -> Any:
    return page.evaluate(SAY, [messages, texts])


def test_messages_and_pictures(screen: Page) -> None:
    picture = {"kind": "Pictured", "pseudo": "eve", "name": "chat.png"}
    found = say(screen, [SAID, picture], "Refusé.")
    assert found == ["bob : salut\ufffd", "eve envoie l’image chat.png", "Refusé."]


def test_many_are_counted(screen: Page) -> None:
    assert len(say(screen, [SAID] * 3)) == 3
    assert say(screen, [SAID] * 4) == ["4 nouveaux messages"]
