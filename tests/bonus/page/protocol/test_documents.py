"""Une page d'historique et une liste de salons hostiles ne sont qu'illisibles, comme en Python."""

import json
from typing import Any

from chatroom.protocol.documents import document, page
from playwright.sync_api import Page

from tests.bonus.protocol.test_documents import GOOD, ROOM, SAID, WRONG

READ = """async ([name, texts, room]) => {
  const read = (await import("/protocol/documents.js"))[name];
  return texts.map((text) => {
    try {
      return read(text, room);
    } catch (error) {
      return String(error);
    }
  });
}"""
# JavaScript ne sait pas qu'on a écrit « 1.0 », et non « 1 ».
WHOLE = next(value for value in WRONG["seq"] if isinstance(value, float) and value == 1)
UNREADABLE = "ProtocolError: Une page d'historique est illisible."


def read(modules: Page, texts: list[str], name: str = "page") -> Any:
    return modules.evaluate(READ, [name, texts, ROOM])


def test_the_messages_of_a_page(modules: Page) -> None:
    kept = {name: getattr(SAID, name) for name, _ in SAID.CODECS}
    texts = ["[]", f"[{document(SAID)}]", f" [ {json.dumps(GOOD, indent=2)} ] "]
    assert read(modules, texts) == [[], [{"kind": "Said", **kept}], [{"kind": "Said", **kept}]]


def test_every_page_that_python_refuses(modules: Page) -> None:
    """Champ en trop, en moins, d'une autre sorte ou qui déborde ; et ce qui n'est pas une page."""
    texts = ["", "{}", "3", "null", '"ab"', "[", "[[1]]", "[null]", '["text"]', "[{}]", "\ufeff[]"]
    texts += ["[" * 100_000, '[{"kind":' * 50_000]
    for name, wrong in WRONG.items():
        texts += [json.dumps([GOOD | {name: value}]) for value in wrong if value is not WHOLE]
    texts += [json.dumps([{key: GOOD[key] for key in GOOD if key != name}]) for name in GOOD]
    assert read(modules, texts) == [UNREADABLE] * len(texts)


def test_numbers_that_would_be_rounded(modules: Page) -> None:
    """Python les lit ; un Number les arrondirait, et deux messages auraient le même numéro."""
    largest, larger = ([GOOD | {"seq": seq}] for seq in (2**53 - 1, 2**53))
    assert page(json.dumps(larger), ROOM)
    (kept,), refused = read(modules, [json.dumps(largest), json.dumps(larger)])
    assert kept["seq"] == 2**53 - 1
    assert refused == UNREADABLE


def test_lists_of_rooms(modules: Page) -> None:
    good = [{"name": "salon", "count": 2, "members": ["bob"]}]
    wrong = ["", "{}", "null", "[1]", '[{"name":"x"}]', "[" * 100_000]
    wrong += [json.dumps([good[0] | {"count": value}]) for value in (None, "2", 1.5)]
    found = read(modules, [json.dumps(good), "[]", *wrong], "roomList")
    assert found[:2] == [good, []]
    assert set(found[2:]) == {"ProtocolError: La liste des salons est illisible."}
