"""Le participant de la page et celui de core/participant.py : la même conversation, mot pour mot.

Des conversations tirées au sort sont jouées par le premier, notées appel par appel, puis rejouées
par le second dans le navigateur : mêmes octets envoyés, mêmes événements, mêmes refus, même état.
"""

import json
import random
from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest
from chatroom.protocol.limits import Limits
from playwright.sync_api import Page

from tests.bonus.client.core.model_server import Server, Someone, settle
from tests.bonus.client.core.test_participants import PSEUDOS, ROOMS, play
from tests.bonus.page.core.recorded import ERRORS, METHODS, TYPES, Recorded
from tests.bonus.page.core.storm import Storm

REPLAY = """async (conversations) => {
  const { Participant } = await import("/core/participant.js");
  const { Post } = await import("/core/outbox.js");
  const { Decoder } = await import("/protocol/frames.js");
  const { decode, encode, TYPES } = await import("/protocol/messages.js");

  const types = [0x7f, ...Object.values(TYPES).map(({ type }) => type)];
  const bounds = new Map(types.map((type) => [type, 1_000_000]));
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

  function read(argument) {
    if (argument?.hex !== undefined) return bytes(argument.hex);
    if (argument?.frame === undefined) return argument;
    const decoder = new Decoder(bounds);
    decoder.feed(bytes(argument.frame));
    return decode(...decoder.next());
  }

  function shown(value, posts) {
    if (value instanceof Post) return posts.indexOf(value);
    if (value instanceof Uint8Array) return { hex: hex(value) };
    if (Array.isArray(value)) return value.map((item) => shown(item, posts));
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([name, field]) => [name, shown(field, posts)]));
  }

  function replay({ pseudo, token, limits, steps }) {
    const participant = new Participant(pseudo, limits);
    participant.token = bytes(token);
    const posts = [];
    return steps.map(([name, ...given]) => {
      const outcome = {};
      try {
        const result = participant[name](...given.map(read));
        if (result instanceof Post) posts.push(result);
        outcome.result = shown(result, posts) ?? null;
      } catch (error) {
        outcome.error = [error.name, error.message];
      }
      const { outbox, person, device, welcomed } = participant;
      const who = [person, device, participant.pseudo, hex(participant.token), welcomed];
      return { ...outcome, waiting: outbox.length, wake: outbox.wake, who };
    });
  }
  return JSON.stringify(JSON.parse(conversations).map(replay));
}"""


def compare(page: Page, conversations: list[Recorded]) -> None:
    told = [
        {**one.start, "limits": asdict(one.limits), "steps": one.steps} for one in conversations
    ]
    found = json.loads(page.evaluate(REPLAY, json.dumps(told)))
    for one, answers in zip(conversations, found, strict=True):
        for place, (expected, answer) in enumerate(zip(one.outcomes, answers, strict=True)):
            assert answer == expected, f"pas {place} : {one.steps[: place + 1][-5:]}"


@pytest.fixture(scope="module")
def storms() -> list[Recorded]:
    return [Storm(seed).play(150) for seed in range(180)]


def test_the_same_words(modules: Page, storms: list[Recorded]) -> None:
    """Coupures, refus, pertes d'historique, demandes impossibles et serveurs qui déraisonnent."""
    compare(modules, storms)


def test_the_storms_say_everything(storms: list[Recorded]) -> None:
    """Sans quoi leur accord ne prouverait rien : chaque appel, événement, refus et envoi."""
    seen: Counter[str] = Counter()
    for one in storms:
        for (name, *_), outcome in zip(one.steps, one.outcomes, strict=True):
            seen[name] += 1
            seen[outcome.get("error", [""])[0]] += 1
            for item in named(outcome.get("result")):
                seen[item] += 1
    sent = {
        "Hello",
        "Identify",
        "Ask",
        "Join",
        "Leave",
        "Say",
        "Whisper",
        "SendImage",
        "GetPage",
        "GetImage",
    }
    wanted = {*METHODS.values(), *TYPES.values(), *ERRORS.values(), *sent, "ListRooms", "Pong"}
    assert {name for name in wanted if seen[name] < 10} == set()


def named(result: Any) -> list[str]:
    items = result if isinstance(result, list) else []
    return [item.get("type") or item["kind"] for item in items]


def test_several_people_and_a_real_server(modules: Page) -> None:
    """Les scènes de tests/bonus/client/core, où chacun lit tout, une fois, quoi qu'il arrive."""
    conversations = []
    for seed in range(8):
        server = Server()
        people = [Someone(server, pseudo) for pseudo in PSEUDOS]
        for one in people:
            one.participant = Recorded(one.participant.pseudo, limits=Limits(rate=0))
        settle(people)
        for one in people:
            for room in ROOMS:
                one.participant.join(room)
        settle(people)
        draw = random.Random(seed)
        for count in range(250):
            play(people, draw, count)
        settle(people)
        conversations += [one.participant for one in people]
    compare(modules, [one for one in conversations if isinstance(one, Recorded)])
