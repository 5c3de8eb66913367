"""Ce qu'on a demandé : les mêmes gestes laissent la page et Python dans le même état."""

import random
from typing import Any

from chatroom.client.core.questions import Questions
from chatroom.protocol.messages import GetImage, GetPage, ListRooms
from playwright.sync_api import Page

PLAY = """async (calls) => {
  const { Questions } = await import("/core/questions.js");
  const questions = new Questions();
  const plain = (one) => one && [one.kind, one.room, one.seq ?? null];
  return calls.map(([name, kind, room, seq]) => {
    const request = kind === "ListRooms" ? { kind, room } : { kind, room, seq, forwards: 0 };
    const left = kind ? questions[name](request) : questions[name]();
    return [left?.map?.(plain) ?? null, plain(questions.oldest()), [...questions.rooms()].sort()];
  });
}"""


def made(kind: str, room: int, seq: int) -> GetImage | GetPage | ListRooms:
    if kind == "ListRooms":
        return ListRooms(room)  # type: ignore[arg-type]
    return GetImage(room, seq) if kind == "GetImage" else GetPage(room, seq, 0)


def plain(one: Any) -> list[Any] | None:
    return one and [type(one).__name__, one.room, getattr(one, "seq", None)]


def play(calls: list[list[Any]]) -> list[list[Any]]:
    questions, found = Questions(), []
    for name, *given in calls:
        left = getattr(questions, name)(*([made(*given)] if given else []))
        shown = None if left is None else [plain(one) for one in left]
        found.append([shown, plain(questions.oldest()), sorted(questions.rooms())])
    return found


def test_the_same_gestures(modules: Page) -> None:
    draw = random.Random(1)
    calls: list[list[Any]] = []
    for number in range(300):
        kind = draw.choice(["GetImage", "GetImage", "GetPage", "ListRooms"])
        request = [kind, draw.randint(1, 9), number]
        expected: list[Any] = ["expect", "GetPage", 3, number]
        calls.append(draw.choice([["ask", *request], ["ask", *request], ["settle"], expected]))
    calls.append(["clear"])
    found = play(calls)
    assert modules.evaluate(PLAY, calls) == found
    assert any(left == [] for left, *_ in found)
