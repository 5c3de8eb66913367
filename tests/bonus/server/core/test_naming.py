"""Changer de pseudo : la même personne, et chacun l'apprend."""

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import PRIVATE, Join, Said, Say
from chatroom.server.core.admission import Admission

from tests.bonus.introducing import introduction
from tests.bonus.server.core.town import Town, acts, welcome


@pytest.fixture
def town() -> Town:
    return Town()


def test_everyone_learns_it(town: Town) -> None:
    alice, bob = town.come("alice"), town.come("bob")
    alice.tell(Join("jeux", 0), Join(PRIVATE, 0))
    carol = town.come("carol", room="jeux")
    for one in (alice, bob, carol):
        one.got.clear()
    assert town.ask(alice, "nick", pseudo=" Alicia ") == {"pseudo": "Alicia"}
    change = ("alice", "nick", 0, "Alicia")
    assert acts(bob) == acts(carol) == [change]
    assert acts(alice) == [change] * 3  # dans chaque salon, et en privé
    room = town.hub.rooms.named("salon")
    assert room
    alice.tell(Say(room.id, 1, "c'est moi"))
    assert [(one.pseudo, one.person) for one in bob.take(Said)] == [("Alicia", 1)]
    assert "alice s'appelle maintenant Alicia" in town.lines


def test_it_is_the_same_person_and_the_old_name_is_free(town: Town) -> None:
    alice = town.come("alice")
    town.ask(alice, "nick", pseudo="alicia")
    altered = town.disk.batches[-1].altered[0]
    assert (altered.id, altered.pseudo, altered.key) == (1, "alicia", "alicia")
    alice.leave()
    back = welcome(town.come("alice"))  # son jeton la dit, et non le pseudo
    assert (back.person, back.pseudo, back.back) == (1, "alicia", 1)
    other = town.connect()
    other.tell(*introduction("alice"))
    assert welcome(other).person == 2


def test_names_that_will_not_do(town: Town) -> None:
    alice = town.come("alice")
    town.come("bob")
    assert town.ask(alice, "nick", pseudo="BOB") == (
        Reason.PSEUDO_TAKEN,
        "Le pseudo BOB est déjà pris.",
    )
    alike = town.ask(alice, "nick", pseudo="b0b")
    assert alike == (Reason.PSEUDO_TAKEN, "Le pseudo b0b ressemble trop à bob, déjà pris.")
    refusal = town.ask(alice, "nick", pseudo="@lice")
    assert refusal[0] is Reason.NAME
    assert refusal[1].startswith("Pseudo refusé : ")
    same = (Reason.NAME, "Vous vous appelez déjà alice.")
    assert town.ask(alice, "nick", pseudo="alice") == same
    assert town.ask(alice, "nick", pseudo="Alice") == {"pseudo": "Alice"}


def test_only_the_names_of_the_list(town: Town) -> None:
    alice = town.come("alice")
    town.hub.door = Admission(names=["alice", "alicia"])
    refusal = (Reason.DENIED, "Le pseudo zoé n'est pas sur la liste des invités.")
    assert town.ask(alice, "nick", pseudo="zoé") == refusal
    assert town.ask(alice, "nick", pseudo="alicia") == {"pseudo": "alicia"}


def test_what_cannot_be_saved_did_not_happen(town: Town) -> None:
    alice, bob = town.come("alice"), town.come("bob")
    town.disk.broken = "le disque est plein"
    assert town.ask(alice, "nick", pseudo="alicia")[0] is Reason.STORAGE
    town.disk.broken = ""
    assert town.ask(bob, "nick", pseudo="alicia") == {"pseudo": "alicia"}
    assert town.ask(bob, "nick", pseudo="alice")[0] is Reason.PSEUDO_TAKEN


def test_one_does_not_change_every_second() -> None:
    town = Town(rate=1, burst=30)
    alice = town.come("alice")
    for number in range(10):
        town.ask(alice, "nick", pseudo=f"a{number}")
    assert alice.session
    assert alice.session.held


def test_a_pseudo_that_was_left_behind(town: Town) -> None:
    """Un opérateur le rend libre ; qui le portait le retrouve, suivi de son numéro."""
    prof, alice = town.prof(), town.come("alice")
    there = (Reason.DENIED, "alice est là : ce pseudo n'est pas abandonné.")
    assert town.ask(prof, "release", pseudo="alice") == there
    alice.leave()
    number = welcome(alice).person
    text = f"alice est libre ; qui le portait s'appelle désormais alice~{number}."
    assert town.ask(prof, "release", pseudo="ALICE") == {"text": text}
    other = town.connect()
    other.tell(*introduction("alice"))
    assert welcome(other).pseudo == "alice"
    missing = (Reason.NOT_FOUND, "Il n'y a personne du nom de bob.")
    assert town.ask(prof, "release", pseudo="bob") == missing
