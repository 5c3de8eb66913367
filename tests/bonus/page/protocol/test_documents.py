"""Une page d'historique et une liste de salons hostiles ne sont qu'illisibles, comme en Python."""

import json
from dataclasses import asdict
from typing import Any

from chatroom.protocol.documents import document, page
from playwright.sync_api import Page

from tests.bonus.protocol.test_documents import GOOD, REMOVED, ROOM, SAID, WRONG

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


def test_messages_that_cannot_be_read_keep_their_place(modules: Page) -> None:
    texts = [document(REMOVED), '{"kind":"unreadable","seq":2}', '{"kind":"poll","seq":3,"x":[]}']
    texts.append(json.dumps(GOOD | {"seq": 4, "room": 9, "x": []}))
    ((removed, unreadable, strange, said),) = read(modules, [f"[{','.join(texts)}]"])
    kept: dict[str, Any] = {name: getattr(SAID, name) for name, _ in SAID.CODECS}
    assert said == {"kind": "Said", **kept, "seq": 4}
    shown = {"kind": "Absent", **asdict(REMOVED), "why": "removed"}
    assert removed == shown
    nothing = {"time": 0, "person": 0, "nonce": 0, "colour": 0, "pseudo": "", "by": ""}
    assert unreadable == shown | nothing | {"why": "unreadable", "seq": 2}
    assert strange == shown | nothing | {"why": "strange", "seq": 3}


def test_but_their_place_must_be_known(modules: Page) -> None:
    gone = json.loads(document(REMOVED))
    wrong: list[dict[str, Any]] = [
        {"kind": kind} for kind in ("poll", "unreadable", "removed", "strange", "")
    ]
    wrong += [{"kind": "poll", "seq": seq} for seq in (True, 1.5, "1", None, -1, 2**64)]
    wrong += [{key: gone[key] for key in gone if key != name} for name in gone]
    wrong += [gone | {"by": by} for by in (None, 3, "\ud800", "a" * 65_536)]
    wrong += [gone | {"time": -1}, gone | {"pseudo": "a" * 256}, gone | {"colour": "rouge"}]
    texts = [json.dumps([GOOD, fields]) for fields in wrong]
    assert read(modules, texts) == [UNREADABLE] * len(texts)


def test_an_answer_and_names(modules: Page) -> None:
    wrong = ["", "[", "3", "null", "[1]", "[" * 100_000]
    found = read(modules, ['{"code":"K7"}', *wrong], "answer")
    assert found == [{"code": "K7"}, *["ProtocolError: Une réponse est illisible."] * 6]
    found = read(modules, ['["alice"]', *wrong], "names")
    assert found == [["alice"], *["ProtocolError: Une liste de noms est illisible."] * 6]


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
