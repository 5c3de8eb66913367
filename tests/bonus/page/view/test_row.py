"""Un message, tel qu'il se montre : un texte du réseau n'y devient que du texte et des liens."""

from typing import Any

import pytest
from playwright.sync_api import Page

SHOW = """async ([name, ...given]) => {
  const row = await import("/view/row.js");
  const shown = row[name](...given);
  const { element = shown } = shown;
  document.body.replaceChildren(element);
  return {
    who: element.querySelector(".who")?.textContent,
    text: element.innerText.split("\\n").filter(Boolean),
    links: [...element.querySelectorAll("a")].map((link) => link.getAttribute("href")),
    tags: element.querySelectorAll("img, script, b").length,
    classes: element.className,
    data: { ...element.dataset },
    voice: shown.voice,
  };
}"""
SAID = {"kind": "Said", "seq": 5, "time": 0, "person": 2, "nonce": 0, "colour": 255}
SAID |= {"pseudo": "bob", "text": "salut"}


def show(page: Page, *given: Any) -> Any:
    return page.evaluate(SHOW, given)


def message(page: Page, mine: bool = False, **fields: Any) -> Any:
    return show(page, "messageRow", SAID | fields, mine, None)


def test_who_said_what(modules: Page) -> None:
    shown = message(modules)
    assert shown["text"][-1] == "salut"
    assert "bob" in shown["who"]
    assert "a dit :" in shown["who"]
    assert shown["data"] == {"seq": "5", "pseudo": "bob"}
    assert shown["voice"] == "2\n"


def test_a_private_message_says_to_whom(modules: Page) -> None:
    shown = message(modules, mine=True, kind="Whispered", to="eve")
    assert "→ eve" in shown["who"]
    assert "avez dit en privé" in shown["who"]
    assert shown["data"]["pseudo"] == "eve"  # à qui répondre
    assert "mine" in shown["classes"]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("voir https://exemple.fr/a?b=c.", ["https://exemple.fr/a?b=c"]),
        ("(http://exemple.fr) et https://b.fr", ["http://exemple.fr", "https://b.fr"]),
        ("javascript:alert(1) ftp://a.fr http://", []),
        ("https://[", []),
    ],
)
def test_addresses_become_links(modules: Page, text: str, links: list[str]) -> None:
    shown = message(modules, text=text)
    assert shown["links"] == links
    assert shown["text"][-1] == text


def test_text_from_others_is_only_text(modules: Page) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e<b>"
    shown = message(modules, text=hostile, pseudo="<b>eve\u202e", time=1e300)
    assert shown["tags"] == 0
    assert shown["text"][-1] == hostile.replace("\u202e", "\ufffd")
    assert "<b>eve\ufffd" in shown["who"]


def test_a_message_on_its_way(modules: Page) -> None:
    me = {"pseudo": "alice", "colour": 0}
    shown = show(modules, "pendingRow", {"text": "salut", "to": "", "image": None}, me)
    assert shown["text"][-2:] == ["salut", "envoi…"]
    assert "pending" in shown["classes"]
    assert shown["who"].startswith("Vous")
    assert "dites :" in shown["who"]


def test_a_notice_is_typeset_and_harmless(modules: Page) -> None:
    shown = show(modules, "noticeRow", "Annonce : \u202e<b>")
    assert shown["text"] == ["Annonce\u00a0: \ufffd<b>"]
