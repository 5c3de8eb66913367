"""Qui est qui : par jeton, par pseudo ; et ce qu'on oublie."""

from chatroom.server.core.people import People, Person, proof_of

TOKEN = bytes(range(32))


def test_a_person_is_found_by_token_and_by_pseudo_whatever_the_case() -> None:
    people = People(())
    alice = people.create("Élodie", TOKEN, 0x123456)
    assert (alice.id, alice.pseudo, alice.colour) == (1, "Élodie", 0x123456)
    assert people.recognise(TOKEN) is alice
    assert people.recognise(bytes(32)) is None
    assert people.named("ÉLODIE") is alice
    assert people.named("bob") is None
    assert len(people) == 1


def test_numbers_follow_those_already_known() -> None:
    people = People([Person(7, "alice", 0, b"a"), Person(3, "bob", 0, b"b")])
    assert len(people) == 2
    assert people.create("carole", TOKEN, 0).id == 8


def test_only_a_proof_of_the_token_is_kept() -> None:
    person = People(()).create("alice", TOKEN, 0)
    assert person.proof == proof_of(TOKEN)
    assert TOKEN not in person.proof
    assert proof_of(TOKEN) != proof_of(bytes(32))


def test_who_is_forgotten_frees_a_pseudo() -> None:
    people = People(())
    people.forget(people.create("alice", TOKEN, 0))
    assert (len(people), people.named("alice"), people.recognise(TOKEN)) == (0, None, None)
    people.forget(Person(9, "inconnue", 0, b"x"))  # ne se plaint pas
