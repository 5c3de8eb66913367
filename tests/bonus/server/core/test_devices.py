"""Plusieurs appareils d'une personne : chacun reçoit, chacun parle ; on n'arrive qu'une fois."""

import json

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    PRIVATE,
    TOKEN,
    Announced,
    Answered,
    Ask,
    Closing,
    Leave,
    ListRooms,
    Presence,
    RoomList,
    Welcome,
    Whisper,
    Whispered,
)

from tests.bonus.introducing import introduction
from tests.bonus.server.core.ground import Client, Ground, say

MINE = bytes(range(TOKEN))


@pytest.fixture
def ground() -> Ground:
    return Ground(devices=3)


@pytest.fixture
def bob(ground: Ground) -> Client:
    return ground.person("bob")[0]


def device(ground: Ground, number: int = 0) -> tuple[Client, Welcome]:
    """Un appareil d'alice ; `number` : celui qu'il dit être, en revenant d'une coupure."""
    client = ground.connect()
    client.tell(*introduction("alice", MINE, number))
    return client, client.last(Welcome)


def told(client: Client) -> list[tuple[str, Presence]]:
    return [(one.pseudo, Presence(one.event)) for one in client.take(Announced)]


def test_each_device_has_its_number_and_counts_its_own_messages(ground: Ground) -> None:
    (first, one), (second, two) = device(ground), device(ground)
    assert (one.back, two.back) == (0, 1)
    assert one.person == two.person
    assert 0 < one.device != two.device > 0
    assert (one.nonce >> 32, two.nonce >> 32) == (one.device, two.device)
    room = first.enter().room
    second.enter()
    first.tell(say(room, one.nonce + 1, "du premier"))
    second.tell(say(room, two.nonce + 1, "du second"))
    first.tell(say(room, one.nonce + 1, "répété"), say(room, one.nonce + 2, "encore"))
    assert first.heard() == second.heard() == ["du premier", "du second", "encore"]


def test_a_cut_device_comes_back_where_it_was(ground: Ground, bob: Client) -> None:
    """Sa connexion d'avant lui laisse la place, et personne n'en entend parler."""
    first, welcome = device(ground)
    room = first.enter().room
    first.tell(say(room, welcome.nonce + 1, "bonjour"))
    bob.got.clear()
    again, back = device(ground, welcome.device)
    assert first.last(Closing).reason == Reason.TAKEN_OVER
    assert (back.device, back.nonce) == (welcome.device, welcome.nonce + 1)
    again.enter()
    assert told(bob) == []


def test_a_restarted_server_keeps_the_number_of_a_device_it_did_not_know(ground: Ground) -> None:
    """Ce qu'il n'a pas accusé garde son numéro : un autre appareil ne doit pas l'avoir."""
    _, welcome = device(ground, 77)
    assert (welcome.device, welcome.nonce) == (77, 77 << 32)
    _, welcome = device(ground, 1 << 21)
    assert welcome.device < 1 << 21


def test_the_first_arrives_and_the_last_leaves(ground: Ground, bob: Client) -> None:
    first, second = device(ground)[0], device(ground)[0]
    assert [first.enter().members, second.enter().members] == [2, 2]
    assert told(bob) == [("alice", Presence.ARRIVED)]
    first.leave()
    assert told(bob) == []
    third = device(ground)[0]
    assert third.enter().members == 2
    second.leave()
    assert told(bob) == []
    third.leave()
    assert told(bob) == [("alice", Presence.LEFT)]
    room = ground.hub.rooms.named("salon")
    assert room
    assert room.count == 1


def test_nobody_is_named_twice(ground: Ground, bob: Client) -> None:
    for _ in range(2):
        device(ground)[0].enter()
    bob.tell(ListRooms(""))
    (listed,) = json.loads(bob.last(RoomList).rooms)
    assert listed == {"name": "salon", "count": 2, "members": ["bob", "alice"]}
    room = ground.hub.rooms.named("salon")
    assert room
    assert [person.pseudo for person in room.people] == ["bob", "alice"]


def test_a_room_left_on_a_device_stays_on_the_other(ground: Ground, bob: Client) -> None:
    first, second = device(ground)[0], device(ground)[0]
    room = first.enter().room
    second.enter()
    first.tell(Leave(room))
    bob.tell(say(room, 1, "vous m'entendez ?"))
    assert (first.heard(), second.heard()) == ([], ["vous m'entendez ?"])


def test_a_whisper_reaches_every_device(ground: Ground, bob: Client) -> None:
    clients = [device(ground)[0] for _ in range(2)]
    for client in clients:
        client.enter(PRIVATE)
    bob.tell(Whisper("alice", 1, "psst"))
    assert [client.last(Whispered).text for client in clients] == ["psst", "psst"]


def test_a_lost_message_is_refused_to_the_device_that_said_it(ground: Ground) -> None:
    (first, one), (second, _) = device(ground), device(ground)
    room = first.enter().room
    second.enter()
    ground.disk.broken = "le disque est plein"
    first.tell(say(room, one.nonce + 1, "perdu"))
    assert [type(message).__name__ for message in first.got].count("Refused") == 1
    assert "Refused" not in [type(message).__name__ for message in second.got]


def test_no_more_devices_than_said(ground: Ground) -> None:
    _, welcome, *_ = [device(ground)[1] for _ in range(3)]
    fourth = ground.connect()
    fourth.tell(*introduction("alice", MINE))
    assert fourth.last(Closing).reason == Reason.FULL
    assert device(ground, welcome.device)[1].device == welcome.device


def test_devices_says_from_where_and_since_when(ground: Ground) -> None:
    device(ground)
    ground.world.advance(60)
    client, _ = device(ground)
    client.tell(Ask("devices", "{}"))
    answered = client.last(Answered)
    date = ground.world.date()
    assert answered.verb == "devices"
    answer = json.loads(answered.answer)
    assert answer["devices"] == [
        {"name": "10.0.0.1:1234", "since": date - 60_000, "here": False},
        {"name": "10.0.0.1:1234", "since": date, "here": True},
    ]
    assert answer["text"].startswith("Connecté de 10.0.0.1:1234, depuis ")
    assert answer["text"].endswith(" (d'ici).")


def test_alone_dismisses_the_others(ground: Ground, bob: Client) -> None:
    first, second = device(ground)[0], device(ground)[0]
    first.enter()
    second.enter()
    bob.got.clear()
    second.tell(Ask("alone", ""))
    assert json.loads(second.last(Answered).answer)["closed"] == 1
    assert first.last(Closing).reason == Reason.TAKEN_OVER
    assert not second.closed
    assert told(bob) == []
