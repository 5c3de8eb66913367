"""Ce qui attend d'être accusé : les mêmes gestes laissent la page et Python dans le même état."""

import random
from dataclasses import asdict
from typing import Any

import pytest
from chatroom.client.core.outbox import Outbox, Post
from chatroom.protocol.limits import Limits
from playwright.sync_api import Page

PLAY = """async ([limits, calls]) => {
  const { Outbox, Post } = await import("/core/outbox.js");
  const { encode } = await import("/protocol/messages.js");
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const outbox = new Outbox(limits);
  const does = {
    add: (room, text, to, size) => outbox.add(
      new Post(room, text, { to, image: size ? new Uint8Array(size) : null })).text,
    begin: (nonce) => outbox.begin(nonce).map(({ text }) => text),
    parted: (size) => outbox.parted(size) ?? null,
    remove: (nonce) => outbox.remove(nonce)?.text ?? null,
    drop: (room) => outbox.drop(room).map(({ text }) => text),
    waits_for: (room) => outbox.waitsFor(room),
    to_send: (now) => outbox.toSend(now, (room) => room.length).map((one) => hex(encode(one))),
  };
  return calls.map(([name, ...given]) => [
    does[name](...given), outbox.length, outbox.wake, [...outbox].map(({ nonce }) => nonce),
  ]);
}"""


def play(limits: Limits, calls: list[list[Any]]) -> list[list[Any]]:
    outbox = Outbox(limits)

    def add(room: str, text: str, to: str, size: int) -> str:
        return outbox.add(Post(room, text, to, bytes(size))).text

    def remove(nonce: int) -> str | None:
        post = outbox.remove(nonce)
        return post.text if post else None

    does: dict[str, Any] = {
        "add": add,
        "begin": lambda nonce: [post.text for post in outbox.begin(nonce)],
        "parted": outbox.parted,
        "remove": remove,
        "drop": lambda room: [post.text for post in outbox.drop(room)],
        "waits_for": outbox.waits_for,
        "to_send": lambda now: [one.encode().hex() for one in outbox.to_send(now, len)],
    }
    return [
        [does[name](*given), len(outbox), outbox.wake, [post.nonce for post in outbox]]
        for name, *given in calls
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_gestures(modules: Page, seed: int) -> None:
    draw, now, nonce = random.Random(seed), 0.0, 0
    limits = Limits(rate=draw.choice([0, 5]), burst=6)
    calls: list[list[Any]] = []
    for count in range(400):
        now += draw.choice([0, 0.01, 0.4])
        nonce += draw.random() < 0.4
        rooms = ["a", "bb", "@"]
        calls.append(
            draw.choice(
                [
                    [
                        "add",
                        draw.choice(rooms),
                        f"texte {count}",
                        "",
                        draw.choice([0, 0, 3, 99_999]),
                    ],
                    ["parted", draw.randint(0, 100_000)],
                    ["add", "@", f"privé {count}", "bob", 0],
                    ["remove", draw.randint(max(1, nonce - 5), nonce + 1)],
                    ["waits_for", draw.choice(rooms)],
                    ["to_send", now],
                    ["to_send", now],
                ]
            )
            if draw.random() < 0.97
            else draw.choice([["begin", nonce], ["drop", draw.choice(rooms)]])
        )
    expected = play(limits, calls)
    assert modules.evaluate(PLAY, [asdict(limits), calls]) == expected
    assert any(wake is not None for _, _, wake, _ in expected) == bool(limits.rate)
