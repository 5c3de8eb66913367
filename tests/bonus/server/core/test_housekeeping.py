"""Le ménage : le disque propose, la maison dispose ; et ce qui a changé sans elle est relu."""

from dataclasses import replace

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing, Leave, Refused
from chatroom.server.core.housekeeping import AGAIN, reread, tidy
from chatroom.server.core.people import Key, Person
from chatroom.server.core.space import Space, Tidied

from tests.bonus.server.core.ground import Ground, say

SPACE = Space(10**12, 0)


def test_a_piece_at_a_time_again_while_there_is_more() -> None:
    ground = Ground()
    ground.disk.tidied = [Tidied(SPACE, more=True), Tidied(Space(7, 8))]
    tidy(ground.hub)
    assert ground.hub.space == SPACE
    ground.world.advance(AGAIN)
    assert ground.hub.space == Space(7, 8)
    assert ground.disk.tidied == []
    ground.hub.tick()  # et chaque seconde
    assert ground.disk.tidyings == 3


def test_never_two_at_once() -> None:
    ground = Ground()
    ground.hub.tidying = True
    tidy(ground.hub)
    assert ground.disk.tidyings == 0


def test_a_room_goes_when_nobody_is_there() -> None:
    ground = Ground()
    alice, here = ground.person("alice", "ici")
    empty = alice.enter("vide").room
    alice.tell(Leave(empty))
    ground.disk.tidied = [Tidied(SPACE, rooms=[here, empty, 99])]
    tidy(ground.hub)
    assert ground.disk.dropped == ([empty], [])
    assert ground.hub.rooms.get(empty) is None
    assert ground.hub.rooms.get(here)
    assert alice.enter("vide").room > empty  # le même nom, un autre numéro


def test_people_go_when_they_are_not_there() -> None:
    ground = Ground()
    _, welcome = ground.arrive("alice")
    before = len(ground.hub.people)
    ground.disk.tidied = [Tidied(SPACE, people=[welcome.person, 99])]
    tidy(ground.hub)
    assert ground.disk.dropped == ([], [99])
    assert len(ground.hub.people) == before - 1


def test_what_is_gone_no_longer_weighs() -> None:
    ground = Ground(messages_per_person=1_000)
    alice, room = ground.person("alice")
    alice.tell(say(room, 1, "x" * 900))
    alice.tell(say(room, 2, "encore"))
    refused = alice.last(Refused)
    assert (refused.reason, refused.nonce) == (Reason.QUOTA, 2)
    assert alice.session
    assert alice.session.person
    number = alice.session.person.id
    ground.disk.tidied = [Tidied(SPACE, lighter={number: (5_000, 1), 99: (1, 1)})]
    tidy(ground.hub)
    assert alice.session.person.bytes == 0
    alice.tell(say(room, 2, "encore"))
    assert alice.heard()[-1] == "encore"


def test_who_was_forgotten_elsewhere_is_dismissed() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    bob, _ = ground.person("bob")
    ground.disk.people = [one for one in ground.disk.people if one.pseudo == "bob"]
    reread(ground.hub)
    assert "plus connu de ce serveur" in alice.last(Closing).text
    assert not bob.closed
    assert len(ground.hub.people) == 1
    assert ground.arrive("alice")[1].pseudo == "alice"  # le pseudo est libre


def test_who_was_renamed_elsewhere_is_known_so() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    ground.disk.people = [replace(ground.disk.people[0], pseudo="Zoé", key="zoé", role=1)]
    ground.hub.reread()
    assert alice.session
    assert alice.session.person
    assert (alice.session.person.pseudo, alice.session.person.role) == ("Zoé", 1)
    found: list[Person | None] = []
    ground.hub.people.find(Key("zoé"), found.append, print)
    ground.hub.people.find(Key("alice"), found.append, print)
    assert found == [alice.session.person, None]


def test_who_is_being_enrolled_is_left_alone() -> None:
    ground = Ground()
    ground.disk.slow = True
    person = ground.hub.people.create("bob", bytes(32), 0)
    stranger = ground.connect()
    assert stranger.session
    ground.hub.enrol(person, stranger.session)
    reread(ground.hub)
    assert ground.hub.people.live(person.id) is person
