"""Qui est qui : ce que la mémoire en garde, ce qu'elle demande au disque, ce qu'elle oublie."""

from collections.abc import Callable

import pytest
from chatroom.common.proofs import proof_of
from chatroom.server.core.people import (
    DEVICES,
    Alike,
    Key,
    Lookup,
    Number,
    People,
    Person,
    Proof,
    by_pseudo,
    device_of,
)

from tests.bonus.server.core.ground import Disk

TOKEN = bytes(range(32))


def known(number: int, pseudo: str = "") -> Person:
    pseudo = pseudo or f"p{number}"
    return Person(number, pseudo, 0, (b"%d" % number,), key=pseudo)


def found(people: People, lookup: Lookup) -> Person | None:
    answers: list[Person | None] = []
    people.find(lookup, answers.append, pytest.fail)
    (answer,) = answers
    return answer


def test_a_new_person_is_found_before_the_disk_has_it() -> None:
    people = People(Disk(50))
    alice = people.create("Élodie", TOKEN, 0x123456, ("elodie", "Elodie"))
    assert (alice.id, alice.pseudo, alice.colour) == (1, "Élodie", 0x123456)
    lookups = (Proof(proof_of(TOKEN)), by_pseudo("ÉLODIE"), Number(1), Alike(("x", "Elodie")))
    for lookup in lookups:
        assert found(people, lookup) is alice
    for lookup in (Proof(proof_of(bytes(32))), by_pseudo("bob"), Number(2), Alike(("x",))):
        assert found(people, lookup) is None
    assert (len(people), people.live(1), people.live(2)) == (1, alice, None)


def test_the_disk_is_asked_once_and_gives_the_same_person_whatever_the_question() -> None:
    disk = Disk(50)
    disk.people = [known(7, "alice")]
    people = People(disk, count=1, last=7)
    alice = found(people, Proof(b"7"))
    assert alice
    disk.broken = "en panne"  # on ne le lui demande plus
    assert found(people, Key("alice")) is found(people, Number(7)) is alice
    assert len(people) == 1
    assert people.create("bob", TOKEN, 0).id == 8


def test_two_questions_on_their_way_give_one_person() -> None:
    disk = Disk(50)
    disk.people, disk.thinking = [known(7, "alice")], True
    people, answers = People(disk, 1, 7), list[Person | None]()
    people.find(Proof(b"7"), answers.append, pytest.fail)
    people.find(Key("alice"), answers.append, pytest.fail)
    disk.catch_up()
    first, second = answers
    assert first is second is people.live(7)


def test_who_came_while_the_disk_looked_for_them_is_found() -> None:
    disk = Disk(50)
    disk.thinking = True
    people, answers = People(disk), list[Person | None]()
    people.find(Key("alice"), answers.append, pytest.fail)
    alice = people.create("alice", TOKEN, 0)
    disk.catch_up()
    assert answers == [alice]


def test_a_disk_that_does_not_answer() -> None:
    disk = Disk(50)
    disk.broken = "en panne"
    people, told = People(disk), list[str]()
    people.find(Key("alice"), lambda _: None, told.append)
    assert told == ["en panne"]


def test_the_absent_leave_memory_first_come_first_gone() -> None:
    disk = Disk(50)
    disk.people = [known(number) for number in range(1, 101)]
    people = People(disk, 100, 100, idle=10)
    dropped: list[int] = []
    people.dropped = lambda person: dropped.append(person.id)
    there, busy = found(people, Number(1)), found(people, Number(2))
    assert there
    assert busy
    there.sessions, busy.busy = (object(),), 1  # type: ignore[assignment]
    for number in range(3, 101):
        found(people, Number(number))
        assert sum(people.live(one) is not None for one in range(1, 101)) <= 2 + 10
    assert people.live(1) is there
    assert people.live(2) is busy
    assert dropped == sorted(dropped)
    assert people.live(100)
    assert len(people) == 100  # le disque les a toujours


def test_nobody_leaves_memory_while_the_disk_is_looking() -> None:
    """Sa réponse daterait peut-être d'avant ce qu'elles ont fait depuis."""
    disk = Disk(50)
    disk.people = [known(number) for number in range(1, 101)]
    people = People(disk, 100, 100, idle=10)
    disk.thinking = True
    for number in range(1, 51):
        people.find(Number(number), lambda _: None, pytest.fail)
    later: Callable[[], None] = disk.waiting.pop()
    disk.catch_up()
    assert all(people.live(number) for number in range(1, 50))
    later()
    disk.thinking = False
    found(people, Number(60))
    assert not people.live(1)


def test_only_a_proof_of_the_token_is_kept() -> None:
    person = People(Disk(50)).create("alice", TOKEN, 0)
    assert person.proofs == (proof_of(TOKEN),)
    assert proof_of(TOKEN) not in (TOKEN, proof_of(bytes(32)))


def test_a_new_person_stays_until_the_disk_has_it() -> None:
    people = People(Disk(50), idle=2)
    alice = people.create("alice", TOKEN, 0)
    for number in range(10):
        people.create(f"p{number}", b"%d" % number, 0)
    assert people.live(alice.id)
    people.saved(alice)
    people.saved(alice)
    assert alice.busy == 0
    for number in range(20):
        people.saved(people.create(f"q{number}", b"q%d" % number, 0))
    assert not people.live(alice.id)


def test_who_is_forgotten_frees_a_pseudo() -> None:
    people = People(Disk(50))
    alice = people.create("alice", TOKEN, 0)
    people.forget(alice)
    assert len(people) == 0
    for lookup in (Key("alice"), Number(1), Proof(proof_of(TOKEN))):
        assert found(people, lookup) is None
    people.forget(known(9))  # ne se plaint pas
    assert len(people) == 0
    assert people.create("alice", TOKEN, 0).id == 2  # un numéro ne ressert pas


@pytest.mark.parametrize("kept", [True, False])
def test_a_new_pseudo_is_taken_at_once_and_the_old_one_until_it_is_kept(kept: bool) -> None:
    people = People(Disk(50))
    alice = people.create("alice", TOKEN, 0)
    settle = people.rename(alice, "Zoé")
    assert found(people, Key("alice")) is found(people, Key("zoé")) is alice
    assert (alice.pseudo, alice.busy) == ("Zoé", 2)
    settle(kept)
    here, gone = ("zoé", "alice") if kept else ("alice", "zoé")
    assert (alice.pseudo, alice.busy) == ("Zoé" if kept else "alice", 1)
    assert found(people, Key(here)) is alice
    assert found(people, Key(gone)) is None
    people.rename(alice, alice.pseudo.upper())(True)
    assert found(people, Key(here)) is alice


def test_the_last_message_of_each_of_the_last_devices() -> None:
    person = known(1)
    for device in range(DEVICES):
        assert person.accept(device, 1) is None
    assert person.accept(0, 2) is None  # il est redevenu le dernier
    assert person.accept(DEVICES, 1) == 1
    assert person.nonces[0] == 2
    assert 1 not in person.nonces
    assert len(person.nonces) == DEVICES


def test_a_number_says_its_device() -> None:
    assert device_of(12) == 0
    assert device_of(3 << 32 | 12) == 3
