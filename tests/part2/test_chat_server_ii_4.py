"""Étape 4 : ce que dit un client arrive à tous les autres, dès l'instant où ils sont connectés."""

import pytest

from tests.part2.chat import PORT_8888, Room, steps

CHATROOMS = pytest.mark.parametrize("step", steps(4, 5, 6))


@PORT_8888
def test_relays_to_everyone_but_the_sender() -> None:
    with Room(4) as room:
        # Le serveur accueille dans l'ordre : quand il entend bob, il connaît les deux autres.
        alice, carol, bob = room.connect(), room.connect(), room.connect()
        bob.send("salut à tous")
        for other in (alice, carol):
            other.expect(f"{bob.name} a dit : salut à tous")
        # La suite de ce que bob reçoit montre que son propre message ne lui est pas revenu.
        alice.send("salut bob")
        for other in (bob, carol):
            other.expect(f"{alice.name} a dit : salut bob")
        room.server.expect_console(
            f"Message received from {bob.name} : salut à tous",
            f"Message received from {alice.name} : salut bob",
        )


@PORT_8888
def test_silent_client_receives_from_the_moment_it_is_connected() -> None:
    with Room(4) as room:
        silent, bob = room.connect(), room.connect()
        for message in ("un", "deux", "trois"):
            bob.send(message)
            silent.expect(f"{bob.name} a dit : {message}")
        room.members = [silent, bob]


@CHATROOMS
def test_everyone_talks_from_one_address_or_another(step: int) -> None:
    with Room(step) as room:
        room.join("alice")
        room.join("bob")
        room.join("carol", source="127.0.0.2")
        room.everyone_talks(times=3)


@CHATROOMS
def test_relays_a_message_byte_by_byte(step: int) -> None:
    with Room(step) as room:
        bob = room.join("bob")
        room.join("alice")
        for letter in "salut !":
            room.says(bob, letter)
        for letter in "salut !":
            room.server.expect(f"\nMessage received from {bob.name} : {letter}\n")


@CHATROOMS
def test_relays_a_split_character_whole_and_once(step: int) -> None:
    with Room(step) as room:
        bob, alice = room.join("bob"), room.join("alice")
        bob.send(b"caf\xc3")
        alice.expect(f"{bob.author} a dit : caf")
        bob.send(b"\xa9")
        alice.expect(f"{bob.author} a dit : é")
        room.everyone_talks()


@CHATROOMS
def test_a_member_alone_hears_nothing_of_itself(step: int) -> None:
    with Room(step) as room:
        bob = room.connect() if step < 5 else room.join("bob")
        bob.send("il y a quelqu'un ?")
        room.server.expect(f"Message received from {bob.name} : il y a quelqu'un ?\n")
        if step < 5:
            room.members.append(bob)
        room.join("alice")
        room.everyone_talks()
