"""Plusieurs participants, un serveur de modèle, et le hasard : chacun lit tout, une fois."""

import random
from collections.abc import Callable

from chatroom.client.core.events import (
    Spoke,
)
from chatroom.protocol.messages import (
    PRIVATE,
    Said,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bonus.client.core.model_server import Server, Someone, settle

PSEUDOS = ("alice", "bob", "chloé")
ROOMS = ("général", "réseau")

# Ce qui peut arriver, et combien de fois sur cent
CHANCES = {"say": 22, "whisper": 8, "up": 22, "down": 22, "commit": 10, "cut": 5, "connect": 10}
CHANCES["crash"] = 100 - sum(CHANCES.values())


def play(people: list[Someone], draw: random.Random, count: int) -> None:
    """Une chose au hasard, à l'un d'eux."""
    (action,) = draw.choices(list(CHANCES), list(CHANCES.values()))
    one = draw.choice(people)
    participant, text = one.participant, f"{one.participant.pseudo} {count}"
    plays: dict[str, Callable[[], object]] = {
        "say": lambda: one.posts.append(participant.say(draw.choice(ROOMS), text)),
        "whisper": lambda: one.posts.append(participant.whisper(draw.choice(PSEUDOS), text)),
        "up": lambda: one.carry(draw.randint(1, 6), down=False),
        "down": lambda: one.carry(draw.randint(1, 6), down=True),
        "cut": one.cut,
        "connect": one.connect,
        "commit": one.server.commit,
        "crash": lambda: crash(people),
    }
    plays[action]()
    one.flush()


def crash(people: list[Someone]) -> None:
    for each in people:
        each.cut()
    people[0].server.crash()


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=True), st.integers(0, 400))
def test_nothing_missed_nothing_twice(draw: random.Random, steps: int) -> None:
    """Coupures, retours, pannes au hasard : chacun lit tout, une fois, dans l'ordre."""
    server = Server()
    people = [Someone(server, pseudo) for pseudo in PSEUDOS]
    settle(people)
    for one in people:
        for room in ROOMS:
            one.participant.join(room)
    settle(people)
    for count in range(steps):
        play(people, draw, count)
    settle(people)
    for one in people:
        assert not len(one.participant.outbox)
        acknowledged = [
            event.post for event in one.events if isinstance(event, Spoke) and event.post
        ]
        assert sorted(map(id, acknowledged)) == sorted(map(id, one.posts))
        for room in (*ROOMS, PRIVATE):
            key = room if room != PRIVATE else f"{PRIVATE}{one.participant.pseudo}"
            shown = [event.message for event in one.spoken(room)]
            assert shown == server.rooms[key].messages
    for one in people:
        own = [post.text for post in one.posts if post.room != PRIVATE]
        spoken = [m.text for r in ROOMS for m in server.rooms[r].messages if isinstance(m, Said)]
        assert sorted(own) == sorted(t for t in spoken if t.startswith(one.participant.pseudo))
