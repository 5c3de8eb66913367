"""La suite d'un salon : les mêmes pages et les mêmes coupures, dans la page et en Python."""

import random
from typing import Any

import pytest
from chatroom.client.core.stream import Stream
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import Announced, Joined, Said
from playwright.sync_api import Page

ROOM = 7
STATE = [
    "name",
    "number",
    "seen",
    "oldest",
    "more",
    "members",
    "known",
    "remade",
    "caught_up",
]
PLAY = """async (calls) => {
  const { Stream } = await import("/core/stream.js");
  const said = (seq) => (seq ? { kind: "Said", seq } : { kind: "Announced" });
  const seqs = (messages) => messages.map(({ seq }) => seq ?? 0);
  const stream = new Stream("Salon");
  const does = {
    cut: () => stream.cut(),
    forget: () => stream.forget(),
    join: () => stream.join().after,
    joined: (last, after) => stream.joined({ room: 7, last, members: 2, name: "salon" }, after),
    page: (found, forwards, more) => {
      const [fresh, following] = stream.page(found.map(said), { forwards, more });
      return [seqs(fresh), following && [following.room, following.seq, following.forwards]];
    },
    give_up: (last) => stream.giveUp(last),
    live: (seq) => stream.live(said(seq)),
    release: () => seqs(stream.release()),
    older: (found, more) => stream.older(found.map(said), more),
  };
  return calls.map(([name, ...given]) => {
    let result;
    try {
      result = does[name](...given) ?? null;
    } catch (error) {
      result = error.name;
    }
    const { number, seen, oldest, more, members, known, remade, caughtUp } = stream;
    return [result, [stream.name, number, seen, oldest, more, members, known, remade, caughtUp]];
  });
}"""


def said(seq: int) -> Said | Announced:
    if not seq:
        return Announced(ROOM, 0, 2, 0, "bob")
    return Said(ROOM, seq, 0, 2, 0, 0, "bob", "")


def posted(seqs: list[int]) -> list[Any]:
    return [said(seq) for seq in seqs]


def seqs(messages: Any) -> list[int]:
    return [message.seq if isinstance(message, Said) else 0 for message in messages]


def play(calls: list[list[Any]]) -> list[list[Any]]:
    stream = Stream("Salon")

    def page(found: list[int], forwards: bool, more: bool) -> list[Any]:
        fresh, following = stream.page(posted(found), forwards=forwards, more=more)
        asked = following and [following.room, following.seq, following.forwards]
        return [seqs(fresh), asked]

    does: dict[str, Any] = {
        "cut": stream.cut,
        "forget": stream.forget,
        "join": lambda: stream.join().after,
        "joined": lambda last, after: stream.joined(Joined(ROOM, last, 2, "salon"), after),
        "page": page,
        "give_up": stream.give_up,
        "live": lambda seq: stream.live(said(seq)),
        "release": lambda: seqs(stream.release()),
        "older": lambda found, more: stream.older(posted(found), more=more),
    }
    outcomes = []
    for name, *given in calls:
        try:
            result = does[name](*given)
        except ProtocolError:
            result = "ProtocolError"
        outcomes.append([result, [getattr(stream, field) for field in STATE]])
    return outcomes


@pytest.mark.parametrize("seed", range(4))
def test_the_same_gestures(modules: Page, seed: int) -> None:
    draw, last = random.Random(seed), 0
    calls: list[list[Any]] = []
    for _ in range(600):
        last += draw.choice([0, 0, 1, 3])
        found = list(range(max(1, last - draw.randint(-1, 4)), last + 1))
        one, other = draw.random() < 0.5, draw.random() < 0.5
        choices: list[list[Any]] = [
            ["live", draw.choice([0, last + 1])],
            ["release"],
            ["page", found, one, other],
            ["older", found[:1], one],
            ["join"],
            ["joined", last, draw.choice([0, last, max(0, last - 2)])],
            draw.choice([["cut"], ["forget"], ["give_up", last]]),
        ]
        calls += draw.choices(choices, [8, 6, 5, 2, 1, 3, 1])
    expected = play(calls)
    assert modules.evaluate(PLAY, calls) == expected
    results = [str(result) for result, _ in expected]
    assert {"ProtocolError", "True", "False"} <= set(results)
