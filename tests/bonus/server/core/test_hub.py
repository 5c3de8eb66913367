"""Salons, présences, ordre des messages : rien n'est montré qui ne soit enregistré."""

import json

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    PRIVATE,
    Announced,
    Closing,
    GetPage,
    Join,
    Joined,
    Leave,
    ListRooms,
    Notice,
    Page,
    Presence,
    Refused,
    RoomList,
    Said,
    Whisper,
    Whispered,
)
from chatroom.server.core.people import People
from chatroom.server.core.rooms import PRIVATE_BIT, Room, Rooms

from tests.bonus.introducing import introduction
from tests.bonus.server.core.ground import Ground, overflow, say


def test_everyone_in_the_room_hears_and_the_author_too() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    bob, _ = ground.person("bob")
    carol, elsewhere = ground.person("carol", "ailleurs")
    alice.tell(say(room, 1, "salut"))
    (said,) = bob.take(Said)
    assert alice.take(Said) == [said]
    assert (said.room, said.seq, said.nonce, said.pseudo) == (room, 1, 1, "alice")
    assert (said.text, said.time) == ("salut", ground.world.date())
    assert carol.take(Said) == []
    assert elsewhere != room


def test_the_messages_of_one_turn_are_one_write_of_the_same_bytes() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    others = [ground.person(name)[0] for name in ("bob", "carol")]
    for client in (alice, *others):
        client.writes.clear()
    alice.tell(*(say(room, number, f"n° {number}") for number in range(1, 21)))
    (written,) = alice.writes
    assert all(client.writes == [written] for client in others)
    assert all(client.writes[0] is written for client in others)
    assert others[0].heard() == [f"n° {number}" for number in range(1, 21)]


def test_each_kind_of_connection_reads_the_same_bytes_wrapped_once() -> None:
    ground, wrapped = Ground(), []

    def wrap(data: bytes) -> bytes:
        wrapped.append(data)
        return bytes(bytearray(data))  # égal, mais pas le même

    alice, room = ground.person("alice")
    others = [ground.connect(wrap=wrap) for _ in range(3)]
    for number, client in enumerate(others):
        client.tell(*introduction(f"client{number}"))
        client.enter()
    for client in (alice, *others):
        client.writes.clear()
    wrapped.clear()
    alice.tell(say(room, 1, "un"), say(room, 2, "deux"))
    assert wrapped == alice.writes
    assert all(client.writes[0] is others[0].writes[0] for client in others)
    assert others[0].writes[0] is not alice.writes[0]
    assert others[0].heard() == ["un", "deux"]
    for client in others:
        client.leave()
    wrapped.clear()
    alice.tell(say(room, 3, "seule"))
    assert wrapped == []


def test_nothing_is_shown_before_it_is_kept() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    bob, _ = ground.person("bob")
    ground.disk.slow = True
    alice.tell(say(room, 1, "un"))
    alice.tell(say(room, 2, "deux"), say(room, 3, "trois"))
    assert alice.heard() == bob.heard() == []
    assert len(ground.disk.waiting) == 1  # une transaction à la fois ; les suivants l'attendent
    ground.disk.catch_up()
    ground.world.settle()
    assert bob.heard() == ["un"]
    ground.disk.catch_up()
    ground.world.settle()
    assert bob.heard() == ["deux", "trois"]
    assert [record.seq for batch in ground.disk.batches[-2:] for record in batch.records] == [
        *(1, 2, 3)
    ]


def test_what_cannot_be_kept_is_refused_and_leaves_no_hole() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    ground.disk.broken = "le disque est plein"
    alice.tell(say(room, 1, "perdu"))
    refused = alice.last(Refused)
    assert (refused.reason, refused.nonce) == (Reason.STORAGE, 1)
    assert "le disque est plein" in refused.text
    assert alice.heard() == []
    ground.disk.broken = ""
    alice.tell(say(room, 2, "gardé"))
    (said,) = alice.take(Said)
    assert (said.seq, said.text) == (1, "gardé")
    assert "Rien n'a pu être enregistré : le disque est plein" in ground.lines


def test_what_was_lost_while_its_author_was_away_can_be_said_again() -> None:
    ground = Ground()
    alice, welcome = ground.arrive("alice")
    room, nonce = alice.enter().room, welcome.nonce
    alice.tell(say(room, nonce + 1, "un"))
    ground.disk.slow = True
    alice.tell(say(room, nonce + 2, "deux"))
    alice.tell(say(room, nonce + 3, "trois"))
    alice.leave()
    ground.disk.broken = "le disque est plein"
    ground.disk.catch_up()
    ground.world.settle()
    ground.disk.broken, ground.disk.slow = "", False
    back, again = ground.arrive("alice", welcome.token, welcome.device)
    assert again.nonce == nonce + 1
    back.enter(after=1)
    back.tell(say(room, nonce + 2, "deux"), say(room, nonce + 3, "trois"))
    assert [(one.seq, one.text) for one in back.take(Said)] == [(2, "deux"), (3, "trois")]


def test_what_is_lost_once_its_author_is_back_is_said_to_him() -> None:
    ground = Ground()
    alice, welcome = ground.arrive("alice")
    room = alice.enter().room
    ground.disk.slow = True
    alice.tell(say(room, welcome.nonce + 1, "un"))
    alice.leave()
    back, again = ground.arrive("alice", welcome.token, welcome.device)
    assert again.nonce == welcome.nonce + 1
    ground.disk.broken = "le disque est plein"
    ground.disk.catch_up()
    ground.world.settle()
    assert back.last(Refused).nonce == welcome.nonce + 1


def test_a_newcomer_or_a_room_that_cannot_be_kept() -> None:
    ground = Ground()
    ground.disk.broken = "la base est abîmée"
    client = ground.connect()
    client.tell(*introduction("alice"))
    assert client.last(Closing).reason == Reason.STORAGE
    ground.disk.broken = ""
    alice, _ = ground.arrive("alice")  # le pseudo est resté libre
    ground.disk.broken = "la base est abîmée"
    alice.tell(Join("salon", 0))
    assert "la base est abîmée" in alice.last(Refused).text
    ground.disk.broken = ""
    assert alice.enter("salon").members == 1


def test_two_at_once_in_a_room_that_is_being_made() -> None:
    ground = Ground()
    alice, _ = ground.arrive("alice")
    bob, _ = ground.arrive("bob")
    ground.disk.slow = True
    alice.tell(Join("Été", 0))
    bob.tell(Join("été", 0))
    assert alice.paused
    assert bob.paused
    assert alice.take(Joined) == []
    ground.disk.catch_up()
    ground.world.settle()
    assert alice.last(Joined).room == bob.last(Joined).room
    assert not alice.paused
    assert len(ground.hub.rooms) == 1


def test_arrivals_and_departures_are_announced() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    bob, _ = ground.person("bob")
    assert [(one.event, one.pseudo) for one in alice.take(Announced)] == [(Presence.ARRIVED, "bob")]
    bob.tell(Leave(room))
    bob.enter()
    bob.leave()
    events = [Presence.MOVED, Presence.ARRIVED, Presence.LEFT]
    assert [one.event for one in alice.take(Announced)] == events


def test_a_crowd_is_not_told_of_each_arrival() -> None:
    ground = Ground(announced=2)
    alice, _ = ground.person("alice")
    ground.person("bob")
    assert len(alice.take(Announced)) == 1
    ground.person("carol")
    assert alice.take(Announced) == []


def test_who_is_where() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    ground.person("bob", "ailleurs")
    alice.tell(ListRooms(""))
    rooms = json.loads(alice.last(RoomList).rooms)
    assert rooms == [
        {"name": "salon", "count": 1, "members": ["alice"]},
        {"name": "ailleurs", "count": 1, "members": ["bob"]},
    ]
    alice.tell(ListRooms("Ailleurs"))
    assert json.loads(alice.last(RoomList).rooms) == rooms[1:]
    alice.tell(ListRooms("nulle part"))
    assert alice.last(Refused).reason == Reason.NOT_FOUND


def test_private_messages_reach_two_people_and_wait_for_the_absent() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    bob, welcome = ground.arrive("bob")
    carol, _ = ground.person("carol")
    private = alice.enter(PRIVATE).room
    assert private & PRIVATE_BIT
    bob.leave()
    alice.tell(Whisper("BOB", 1, "rien qu'à toi"))
    (copy,) = alice.take(Whispered)
    assert (copy.room, copy.seq, copy.to, copy.text) == (private, 1, "bob", "rien qu'à toi")
    assert carol.got == []
    back, _ = ground.arrive("bob", welcome.token)
    back.enter(PRIVATE)
    assert [entry["text"] for entry in back.read()] == ["rien qu'à toi"]
    alice.tell(Whisper("personne", 2, "?"))
    refused = alice.last(Refused)
    assert (refused.reason, refused.nonce) == (Reason.NOT_FOUND, 2)
    assert not any("rien qu'à toi" in line for line in ground.lines)


def test_a_message_to_oneself_comes_once() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    alice.enter(PRIVATE)
    alice.tell(Whisper("alice", 1, "mémo"))
    assert [one.seq for one in alice.take(Whispered)] == [1]


def test_history_comes_by_pages_in_both_directions() -> None:
    ground = Ground(page=3)
    alice, room = ground.person("alice")
    alice.tell(*(say(room, number, str(number)) for number in range(1, 9)))
    bob, _ = ground.arrive("bob")
    assert bob.enter().last == 8
    assert [entry["seq"] for entry in bob.read()] == [6, 7, 8]
    bob.tell(GetPage(room, 6, 0))
    page = bob.last(Page)
    assert (page.more, [entry["seq"] for entry in json.loads(page.documents)]) == (1, [3, 4, 5])
    bob.tell(GetPage(room, 3, 0))
    assert bob.last(Page).more == 0
    carol, _ = ground.arrive("carol")
    carol.enter(after=2)  # elle en était là
    page = carol.last(Page)
    assert (page.forwards, page.more) == (1, 1)
    assert [entry["text"] for entry in json.loads(page.documents)] == ["3", "4", "5"]
    carol.enter(after=8)
    assert carol.take(Page) == []


def test_entering_while_messages_are_on_their_way_gives_each_once() -> None:
    """Ceux d'avant sont dans l'historique, ceux d'après viennent : aucun n'est des deux côtés."""
    ground = Ground()
    alice, room = ground.person("alice")
    bob, _ = ground.arrive("bob")
    assert alice.session
    assert bob.session
    ground.disk.slow = True
    alice.session.receive(say(room, 1, "avant"))
    ground.world.turn()
    ground.disk.catch_up()  # « avant » est gardé, et n'est pas encore parti
    alice.session.receive(say(room, 2, "après"))
    bob.session.receive(Join("salon", 0))
    ground.world.settle()
    ground.disk.catch_up()
    ground.world.settle()
    assert [entry["text"] for entry in bob.read()] == ["avant"]
    assert bob.heard() == ["après"]


def test_known_rooms_and_people_are_found_again() -> None:
    ground = Ground()
    alice, welcome = ground.arrive("alice")
    room = alice.enter().room
    alice.tell(say(room, welcome.nonce + 1, "avant"))
    ground.start(People(ground.disk, 1, welcome.person), Rooms([Room(room, "salon", 1)]))
    back, again = ground.arrive("alice", welcome.token, welcome.device)
    assert (again.person, again.nonce, again.back) == (welcome.person, welcome.nonce + 1, 1)
    assert back.enter().last == 1
    assert ground.arrive("bob")[1].person == welcome.person + 1
    assert back.enter("autre").room == room + 1


def test_shutting_down_says_so_and_keeps_what_was_accepted() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    bob, _ = ground.person("bob")
    stranger = ground.connect()
    ground.disk.slow = True
    alice.tell(say(room, 1, "juste à temps"))
    ground.hub.shut_down()
    assert alice.paused
    assert alice.last(Notice).text == "Le serveur s'arrête."
    assert not ground.hub.settled
    ground.disk.catch_up()
    ground.world.settle()
    assert ground.hub.settled
    ground.hub.farewell()
    assert bob.heard() == ["juste à temps"]
    for client in (alice, bob, stranger):
        assert client.closed
        assert client.last(Closing).reason == Reason.SHUTDOWN
    assert not ground.hub.sessions
    assert not ground.hub.addresses


def test_shutting_down_in_front_of_someone_who_does_not_read() -> None:
    """L'adieu fait déborder son tampon : il part à cet instant, et les autres sont prévenus."""
    ground = Ground()
    deaf, _ = ground.person("sourd")
    bob, _ = ground.person("bob")
    overflow(deaf)
    ground.hub.shut_down()
    assert deaf.closed
    assert bob.last(Notice).text == "Le serveur s'arrête."


def test_the_journal_names_a_few_and_counts_the_others() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    alice.tell(say(room, 1, "seule"))
    assert ground.lines[-1] == "Envoyé à alice : un message (salon)"
    for count in range(1, 6):
        ground.person(f"ami {count}")
    alice.tell(say(room, 2, "à tous"), say(room, 3, "encore"))
    assert ground.lines[-3:] == [
        "Reçu de alice (10.0.0.1:1234) dans salon : à tous",
        "Reçu de alice (10.0.0.1:1234) dans salon : encore",
        "Envoyé à alice, ami 1, ami 2 et à 3 autres : 2 messages (salon)",
    ]


@pytest.mark.parametrize("number", [0, 7, 2**32 - 1])
def test_a_room_one_is_not_in(number: int) -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    ground.person("bob", "secret")
    for message in (say(number, 1, "?"), Leave(number), GetPage(number, 1, 0)):
        alice.tell(message)
        assert alice.last(Refused).reason == Reason.NOT_FOUND


def test_each_second_looks_at_everyone() -> None:
    ground = Ground(handshake=5.0)
    mute, polite = ground.connect(), ground.person("alice")[0]
    ground.world.advance(6.0)
    ground.hub.tick()
    assert mute.last(Closing).reason == Reason.SILENT
    assert polite.session in ground.hub.sessions
