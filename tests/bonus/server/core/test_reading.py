"""Ce qu'on demande à lire : les salons et qui y est, une page d'historique, une image."""

import json

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    GetImage,
    GetPage,
    Image,
    ListRooms,
    Page,
    Refused,
    RoomList,
    SendImage,
)
from chatroom.server.core.reading import send_page

from tests.bonus.server.core.ground import Ground, say


def test_a_long_list_of_rooms_stays_short() -> None:
    ground = Ground(opened=30)
    for number in range(60):
        client, _ = ground.arrive(f"client {number}")
        for room in range(30):
            client.enter(f"salon {room}")
    client.tell(ListRooms(""))
    rooms = json.loads(client.last(RoomList).rooms)
    assert {room["count"] for room in rooms} == {60}
    assert sum(len(room["members"]) for room in rooms) <= 5_000
    assert len(rooms[0]["members"]) == 60


def test_one_room_is_listed_alone_or_is_not_there() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    ground.person("bob", "ailleurs")
    alice.tell(ListRooms("Salon"))
    listed = json.loads(alice.last(RoomList).rooms)
    assert listed == [{"name": "salon", "count": 1, "members": ["alice"]}]
    alice.tell(ListRooms("nulle part"))
    assert alice.last(Refused).reason == Reason.NOT_FOUND


def test_a_page_comes_when_the_disk_has_it_and_holds_until_then() -> None:
    ground = Ground()
    alice, number = ground.person("alice")
    alice.tell(say(number, 1, "un"), say(number, 2, "deux"))
    room = ground.hub.rooms.get(number)
    assert room
    assert alice.session
    send_page(ground.hub, alice.session, room, 2, forwards=False)
    assert [entry["text"] for entry in alice.read()] == ["un"]
    alice.tell(GetPage(number, 1, 1))
    page = alice.last(Page)
    assert (page.forwards, page.more) == (1, 0)
    assert [entry["text"] for entry in json.loads(page.documents)] == ["deux"]
    assert not alice.session.held
    alice.tell(GetPage(number + 1, 1, 1))
    assert alice.last(Refused).reason == Reason.NOT_FOUND


def test_a_picture_is_given_back_or_is_not_there() -> None:
    ground = Ground()
    ground.sizes[b"PNG..."] = (64, 48)
    alice, room = ground.person("alice")
    alice.tell(SendImage(room, 1, "chat.png", b"PNG..."))
    alice.tell(GetImage(room, 1))
    assert alice.last(Image).data == b"PNG..."
    alice.tell(GetImage(room, 2))
    assert alice.last(Refused).reason == Reason.NOT_FOUND
    assert alice.session
    assert not alice.session.held


def test_answers_wait_for_what_precedes_them_to_be_read() -> None:
    """Qui en demande beaucoup attend ; il n'est pas congédié pour ce qu'il a demandé lui-même."""
    ground = Ground()
    ground.sizes[b"PNG..."] = (64, 48)
    alice, room = ground.person("alice")
    alice.tell(SendImage(room, 1, "chat.png", b"PNG..."))
    alice.full = True
    for question, kind in (
        (GetImage(room, 1), Image),
        (GetPage(room, 9, 0), Page),
        (ListRooms(""), RoomList),
    ):
        alice.got.clear()
        alice.tell(question)
        assert alice.got == []
        assert alice.paused
        alice.draining.pop()()
        assert [type(message) for message in alice.got] == [kind]
        assert not alice.paused


def test_who_leaves_while_waiting_for_an_answer_gets_none() -> None:
    alice, _ = Ground().person("alice")
    alice.full = True
    alice.tell(ListRooms(""))
    alice.leave()
    alice.draining.pop()()
    assert alice.got == []
