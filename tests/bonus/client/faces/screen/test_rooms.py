"""Les salons ouverts, et ce que chacun a à montrer."""

import pytest
from chatroom.client.core.events import Announcement
from chatroom.client.faces.screen import rooms
from chatroom.client.faces.screen.rooms import Entry, OpenRoom, OpenRooms, entry_of
from chatroom.protocol.documents import RoomSummary
from chatroom.protocol.messages import PRIVATE, Pictured, Presence, Said, Whispered

BOB = (7, 1, 1_764_000_000_000, 2, 1, 0x2F6FDE, "bob")


def said(text: str, day: str = "lundi", mine: bool = False) -> Entry:
    return Entry(text, "bob", day=day, mine=mine)


def came(pseudo: str, presence: Presence) -> Announcement:
    return Announcement("salon", presence, pseudo, 0, mine=False)


def test_a_message_as_it_is_shown() -> None:
    plain = entry_of(Said(*BOB, "oui"), mine=False)
    assert (plain.text, plain.author, plain.colour, plain.mine) == ("oui", "bob", 0x2F6FDE, False)
    assert len(plain.hour) == 5
    assert plain.day.endswith("2025")
    secret = Whispered(*BOB, "zoé", "psst")
    assert entry_of(secret, mine=True).text == "→ zoé : psst"
    assert entry_of(secret, mine=False).text == "psst"
    picture = Pictured(*BOB, "a.png", 9, 40, 30)
    assert entry_of(picture, mine=True).text == "a.png (40x30)"
    assert entry_of(picture, mine=True).author == "vous"
    assert entry_of(picture, mine=True).picture is picture


def test_nothing_from_the_network_is_raw() -> None:
    """Le serveur, qui neutralise tout, est lui-même un inconnu."""
    harm = "\x1b]0;x\x07\u202e"
    about = (1, 1, 0, 7, 1, 0x2F6FDE, harm)
    for message in (
        Said(*about, harm),
        Whispered(*about, harm, harm),
        Pictured(*about, harm, 1, 1, 1),
    ):
        for mine in (True, False):
            entry = entry_of(message, mine)
            assert (entry.author + entry.text).isprintable()
    assert OpenRoom(harm).title.isprintable()


def test_a_new_day_and_what_is_not_read_are_marked_once() -> None:
    room = OpenRoom("salon")
    entries = [said("un"), said("deux"), said("trois", "mardi"), said("moi", "mardi", mine=True)]
    for entry, seen in zip(entries, (True, False, False, False), strict=True):
        room.add(entry, seen=seen)
    assert [entry.opens_day for entry in entries] == [True, False, True, False]
    assert [entry.opens_unread for entry in entries] == [False, True, False, False]
    assert room.unread == 2  # ce qu'on dit soi-même n'est pas à lire
    room.clear_mark()
    assert not any(entry.opens_unread for entry in entries)


def test_an_older_page_goes_before() -> None:
    room = OpenRoom("salon")
    room.add(said("trois", "mardi"), seen=True)
    room.add(Entry("une annonce"), seen=True)
    room.prepend([said("un"), said("deux", "mardi")])
    assert [entry.text for entry in room.entries] == ["un", "deux", "trois", "une annonce"]
    assert [entry.opens_day for entry in room.entries] == [True, True, False, False]
    assert room.prepended == 2


def test_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "KEPT", 4)
    monkeypatch.setattr(rooms, "TRIMMED", 3)
    room = OpenRoom("salon")
    for number in range(8):
        room.add(said(str(number)), seen=True)
    assert [entry.text for entry in room.entries] == list("34567")
    assert (room.forgotten, room.more) == (3, False)


def test_who_comes_and_goes() -> None:
    room = OpenRoom("salon", count=1, people={"moi": None})
    room.announced(came("bob", Presence.ARRIVED))
    room.announced(came("bob", Presence.BACK))
    assert (room.count, list(room.people)) == (2, ["moi", "bob"])
    room.announced(came("bob", Presence.LEFT))
    room.announced(came("inconnu", Presence.LEFT))
    room.announced(came("autre", Presence.LEFT))
    assert (room.count, list(room.people)) == (0, ["moi"])


def test_from_one_room_to_the_next() -> None:
    rooms = OpenRooms()
    assert rooms.neighbour(1) is None
    one, two = rooms.open("Un"), rooms.open("deux")
    assert rooms.open("UN") is one is rooms.find("un")
    assert rooms.neighbour(1) is one
    rooms.current = one
    assert (rooms.neighbour(1), rooms.neighbour(-1)) == (two, two)
    rooms.close(one)
    assert rooms.current is two
    assert (list(rooms), len(rooms), rooms.find("un")) == ([two], 1, None)


def test_the_list_of_the_server() -> None:
    rooms = OpenRooms()
    mine = rooms.open("jeux")
    elsewhere = RoomSummary("ailleurs", 9, ("zoé",))
    rooms.listed([RoomSummary("Jeux", 2, ("moi", "bob")), elsewhere])
    assert (mine.count, list(mine.people)) == (2, ["moi", "bob"])
    assert rooms.others == [elsewhere]


def test_private_messages_have_a_room() -> None:
    assert OpenRoom(PRIVATE).private
    assert OpenRoom(PRIVATE).title == "messages privés"
    assert not OpenRoom("salon").private
