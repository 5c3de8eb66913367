"""Chaque demande, seule : une maison, quelqu'un, et ce qu'on lui répond."""

import json
from typing import TypeVar

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    PRIVATE,
    VERSION,
    Ask,
    GetImage,
    GetPage,
    Greeting,
    Hello,
    Identify,
    Image,
    Join,
    Joined,
    Leave,
    ListRooms,
    Message,
    Page,
    Pictured,
    Ping,
    Pong,
    Refused,
    RoomList,
    Said,
    Say,
    SendImage,
    Unknown,
    Welcome,
    Whisper,
    Whispered,
)
from chatroom.server.core.handlers import handle

from tests.bonus.server.core.ground import Client, Ground

M = TypeVar("M", bound=Message)


class Guest:
    """Quelqu'un à qui rien n'arrive que par `handle`."""

    def __init__(self, ground: Ground, pseudo: str = "") -> None:
        self.ground, self.client = ground, Client(ground, "10.0.0.1")
        if pseudo:
            self.asks(Hello(VERSION), Greeting)
            self.asks(Identify(0, 0, pseudo, "", b""), Welcome)

    def asks(self, message: Message, kind: type[M]) -> M:
        """Joue cette demande, et rend la dernière réponse de cette sorte."""
        assert self.client.session
        handle(self.ground.hub, self.client.session, message)
        self.ground.world.settle()
        return self.client.last(kind)

    def refused(self, message: Message) -> tuple[Reason, int, str]:
        refusal = self.asks(message, Refused)
        return Reason(refusal.reason), refusal.nonce, refusal.text


@pytest.fixture
def ground() -> Ground:
    return Ground(text=20, rooms_per_person=2)


@pytest.fixture
def alice(ground: Ground) -> Guest:
    return Guest(ground, "alice")


def test_join_say_and_leave(alice: Guest) -> None:
    room = alice.asks(Join("salon", 0), Joined).room
    said = alice.asks(Say(room, 1, " bonjour "), Said)
    assert (said.seq, said.text, said.pseudo) == (1, "bonjour", "alice")
    assert alice.refused(Say(room, 2, "x" * 21))[0] is Reason.TOO_LONG
    assert alice.refused(Say(room, 3, "  "))[:2] == (Reason.NAME, 3)
    handle(alice.ground.hub, alice.client.session, Leave(room))  # type: ignore[arg-type]
    assert alice.refused(Say(room, 4, "encore ?"))[:2] == (Reason.NOT_FOUND, 4)


def test_nobody_is_in_too_many_rooms(alice: Guest) -> None:
    for name in ("un", "deux", "un"):
        alice.asks(Join(name, 0), Joined)
    assert alice.refused(Join("trois", 0))[0] is Reason.FULL
    assert alice.refused(Join("\0", 0))[0] is Reason.NAME


def test_a_new_room_is_not_taken_for_another(alice: Guest) -> None:
    alice.asks(Join("salle 10", 0), Joined)
    text = "Nom de salon refusé : on le confondrait avec salle 10"
    assert alice.refused(Join("salle 1O", 0)) == (Reason.NAME, 0, text)
    assert "plusieurs alphabets" in alice.refused(Join("sаlle", 0))[2]
    assert alice.asks(Join("SALLE 10", 0), Joined).name == "salle 10"


def test_a_room_of_an_older_server_keeps_its_name(alice: Guest) -> None:
    alice.ground.hub.rooms.create("sаlle")  # de deux alphabets
    assert alice.asks(Join("sаlle", 0), Joined).room


def test_whispers_reach_both_and_no_one_else(ground: Ground, alice: Guest) -> None:
    bob = Guest(ground, "bob")
    for guest in (alice, bob):
        guest.asks(Join(PRIVATE, 0), Joined)
    alice.asks(Whisper("BOB", 1, "psst"), Whispered)
    assert bob.client.last(Whispered).text == "psst"
    assert alice.refused(Whisper("carole", 2, "psst"))[:2] == (Reason.NOT_FOUND, 2)


def test_pictures_are_examined_and_given_back(ground: Ground, alice: Guest) -> None:
    room = alice.asks(Join("salon", 0), Joined).room
    assert alice.refused(SendImage(room, 1, "a.png", b"texte"))[:2] == (Reason.PICTURE, 1)
    ground.sizes[b"png"] = (3, 2)
    handle(ground.hub, alice.client.session, SendImage(room, 2, "a.png", b"png+gps"))  # type: ignore[arg-type]
    ground.world.settle()
    assert alice.client.last(Pictured).size == 3  # celle qui est gardée, et non celle qui est reçue
    assert alice.asks(GetImage(room, 1), Image).data == b"png"
    assert alice.refused(GetImage(room, 2))[0] is Reason.NOT_FOUND


def test_pages_and_lists(alice: Guest) -> None:
    room = alice.asks(Join("salon", 0), Joined).room
    alice.asks(Say(room, 1, "un"), Said)
    page = alice.asks(GetPage(room, 2, forwards=0), Page)
    assert [entry["text"] for entry in json.loads(page.documents)] == ["un"]
    listed = json.loads(alice.asks(ListRooms(""), RoomList).rooms)
    assert listed == [{"name": "salon", "count": 1, "members": ["alice"]}]
    assert alice.refused(ListRooms("ailleurs"))[0] is Reason.NOT_FOUND
    alice.asks(Ping(), Pong)


def test_what_a_newer_client_would_ask_is_refused_and_nothing_closes(alice: Guest) -> None:
    assert alice.refused(Unknown(0x3F))[:2] == (Reason.UNKNOWN, 0)
    assert "poll" in alice.refused(Ask("poll", "{}"))[2]
    alice.asks(Ping(), Pong)
