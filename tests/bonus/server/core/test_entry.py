"""Venir, entrer, parler : à qui c'est permis."""

import pytest
from chatroom.protocol.flags import Mode, Role
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Greeting, Hello
from chatroom.server.core.admission import Admission
from chatroom.server.core.bans import MUTE, PERSON, Ban
from chatroom.server.core.entry import (
    INVITED,
    needs_word,
    refuses_entry,
    refuses_speech,
    refuses_visit,
    rules,
    silenced,
    try_word,
    visible,
)
from chatroom.server.core.passwords import sealed
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room

from tests.bonus.server.core.town import Town, goodbye, inside

ALICE, BOB = Person(1, "alice", 0, ()), Person(2, "bob", 0, ())
PROF = Person(3, "prof", 0, (), role=Role.OPERATOR)
MODES = [0, Mode.READ_ONLY, Mode.PRIVATE, Mode.PASSWORD, Mode.LOCKED, Mode.CLOSED]


def salon(mode: int = 0, *invited: int) -> Room:
    room = Room(1, "salon", owner=ALICE.id)
    room.mode, room.invited = mode, frozenset(invited)
    return room


def test_who_decides() -> None:
    assert [rules(salon(), one) for one in (ALICE, BOB, PROF)] == [True, False, True]


@pytest.mark.parametrize(
    ("who", "enters", "sees"),
    [
        (ALICE, [True, True, True, True, True, False], [True] * 5 + [False]),
        (BOB, [True, True, False, True, False, False], [True, True, False, True, True, False]),
        (PROF, [True] * 6, [True] * 6),
    ],
)
def test_who_enters_and_sees(who: Person, enters: list[bool], sees: list[bool]) -> None:
    rooms = [salon(mode) for mode in MODES]
    assert [refuses_entry(room, who) is None for room in rooms] == enters
    assert [visible(room, who) for room in rooms] == sees


def test_who_is_invited_enters_but_not_a_closed_room() -> None:
    rooms = [salon(mode, BOB.id) for mode in MODES]
    assert [refuses_entry(room, BOB) is None for room in rooms] == [True] * 5 + [False]
    assert not needs_word(salon(Mode.PASSWORD, BOB.id), BOB)


def test_who_gives_the_word() -> None:
    room = salon(Mode.PASSWORD)
    assert [needs_word(room, one) for one in (ALICE, BOB, PROF)] == [False, True, False]
    assert not needs_word(salon(), BOB)


def test_the_word_is_remembered_for_a_bounded_number() -> None:
    town = Town()
    bob = town.come("bob")
    assert bob.session
    room = town.hub.rooms.named("salon")
    assert room
    room.seal, room.mode = sealed("mot"), Mode.PASSWORD
    entered: list[str] = []
    for invited, kept in ((0, True), (INVITED, False)):
        room.invited = frozenset(range(1_000, 1_000 + invited))
        try_word(town.hub, bob.session, room, "mot", lambda: entered.append("bob"))
        assert (1 in room.invited) is kept
    assert entered == ["bob", "bob"]


def test_who_speaks() -> None:
    town = Town()
    house = town.hub
    assert [refuses_speech(house, salon(), one) for one in (BOB, PROF)] == [None, None]
    readonly = [refuses_speech(house, salon(Mode.READ_ONLY), one) for one in (ALICE, PROF)]
    assert [one is None for one in readonly] == [False, True]
    house.bans.add(Ban(MUTE, "2", 0, "", "prof"))
    expected = (Reason.DENIED, "On vous a retiré la parole (pour toujours).")
    assert silenced(house, BOB) == refuses_speech(house, salon(), BOB) == expected
    assert silenced(house, ALICE) is None


def test_who_visits() -> None:
    town = Town()
    house = town.hub
    house.door = Admission(names=["bob"])
    assert refuses_visit(house, BOB) is None
    assert refuses_visit(house, PROF) is None  # un opérateur n'a pas à être sur la liste
    refusal = refuses_visit(house, ALICE)
    assert refusal == (Reason.DENIED, "Le pseudo alice n'est pas sur la liste des invités.")
    house.bans.add(Ban(PERSON, "3", 0, "", "autre"))
    refusal = refuses_visit(house, PROF)
    assert refusal
    assert refusal[0] is Reason.BANNED


# À l'entrée du chat


def test_the_code_of_the_class_is_asked_and_given() -> None:
    town = Town()
    asked = town.connect()
    asked.tell(Hello(2))
    assert asked.last(Greeting).asks == 0
    town.hub.door = Admission(code="sésame")
    asked = town.connect()
    asked.tell(Hello(2))
    assert asked.last(Greeting).asks == 1
    missing = (Reason.CODE, "Ce chat demande un mot de passe : celui de la classe.")
    assert goodbye(town.come("alice")) == missing
    wrong = (Reason.CODE, "Ce n'est pas le mot de passe de ce chat.")
    assert goodbye(town.come("alice", code="sesame")) == wrong
    assert len(town.hub.people) == 0
    assert inside(town.come("alice", code="Sésame"))
    town.hub.door = Admission(code="autre")  # le mot change : il se redemande
    assert goodbye(town.come("alice", code="sésame")) == wrong


def test_the_list_of_the_class() -> None:
    town = Town()
    bob = town.come("bob")
    bob.leave()
    town.hub.door = Admission(names=["ALICE"])
    assert inside(town.come("alice"))
    refusal = "Le pseudo {} n'est pas sur la liste des invités."
    for pseudo in ("bob", "carol"):  # même celui que l'on connaissait
        assert goodbye(town.come(pseudo)) == (Reason.DENIED, refusal.format(pseudo))
    assert len(town.hub.people) == 2
