"""Qui arrive et qui part, comme en Python."""

from typing import Any

from chatroom.protocol.messages import Presence
from playwright.sync_api import Page

READ = """async (messages) => {
  const { announced } = await import("/core/presence.js");
  return messages.map((message) => {
    try {
      return announced("salon", message, 1);
    } catch (error) {
      return error.name;
    }
  });
}"""


def test_one_or_several_or_nothing(modules: Page) -> None:
    one = {"kind": "Announced", "room": 7, "event": 0, "person": 2, "colour": 255, "pseudo": "bob"}
    many = {"kind": "Gathered", "room": 7, "event": 1, "count": 14, "names": '["bob"]'}
    told: list[dict[str, Any]] = [
        *(one | {"event": int(presence)} for presence in Presence),
        *(one | {"person": 1}, many, one | {"event": 200}, many | {"names": "3"}),
    ]
    *alone, mine, gathered, unknown, wrong = modules.evaluate(READ, told)
    assert [event["presence"] for event in alone] == list(Presence)
    assert not any(event["mine"] for event in alone)
    assert mine == alone[0] | {"mine": True}
    assert gathered == {
        "type": "gathered",
        "room": "salon",
        "presence": 1,
        "count": 14,
        "names": ["bob"],
    }
    assert (unknown, wrong) == (None, "ProtocolError")
