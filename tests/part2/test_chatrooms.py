"""Étapes 4 à 6 : ce que les gens écrivent vraiment, et comme TCP l'apporte."""

import pytest

from tests.part2.chat import Member, Room, steps

CHATROOMS = pytest.mark.parametrize("step", steps(4, 5, 6))
WITH_PSEUDOS = pytest.mark.parametrize("step", steps(5, 6))


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


@WITH_PSEUDOS
@pytest.mark.parametrize("pseudo", ["Zoé", "l'été", "王", "a|b", "Hello", "Jean Paul"])
def test_accepts_any_pseudo(step: int, pseudo: str) -> None:
    with Room(step) as room:
        room.join("alice")
        room.join(pseudo)
        room.everyone_talks()


@WITH_PSEUDOS
@pytest.mark.parametrize(
    ("sent", "pseudo"),
    [("bob\n", "bob"), (" bob ", "bob"), ("b" * 33, "b" * 32), ("bob\x1b[31m", "bob�[31m")],
    ids=["end of line", "spaces", "too long", "escape sequence"],
)
def test_cleans_the_pseudo(step: int, sent: str, pseudo: str) -> None:
    with Room(step) as room:
        alice = room.join("alice")
        bob = room.connect()
        bob.author = pseudo
        bob.send(f"Hello|{sent}")
        room.members = [alice, bob]
        room.everyone_receives(f"Annonce : {pseudo} a rejoint la chatroom")
        room.everyone_talks()


@WITH_PSEUDOS
@pytest.mark.parametrize(
    "packets",
    [
        [b"Hel", b"lo|bob"],
        [b"H", b"e", b"l", b"l", b"o", b"|", b"bob"],
        [b"Hello|", b"bob"],
        [b"Hello|\xc3", b"\xa9lodie"],
    ],
    ids=["two halves", "byte by byte", "pseudo apart", "half a character"],
)
def test_accepts_a_hello_in_several_packets(step: int, packets: list[bytes]) -> None:
    with Room(step) as room:
        alice, carol = room.join("alice"), room.join("carol")
        newcomer = room.connect()
        for packet in packets:
            # Une réponse à carol, et le serveur a lu ce qui était arrivé avant sa question.
            room.says(alice, "et là ?")
            room.says(carol, "pas encore")
            newcomer.send(packet)
        newcomer.author = b"".join(packets).decode().removeprefix("Hello|")
        room.members.append(newcomer)
        room.everyone_receives(f"Annonce : {newcomer.author} a rejoint la chatroom")
        room.everyone_talks()


@WITH_PSEUDOS
def test_silent_member_receives_from_its_hello_and_not_before(step: int) -> None:
    with Room(step) as room:
        room.join("alice")
        room.join("bob")
        early = room.connect()
        room.everyone_talks(times=2)
        early.author = "lent"
        early.send("Hello|lent")
        room.members.append(early)
        # Ses premiers octets sont son annonce : ce qui s'est dit avant ne lui est pas parvenu.
        room.everyone_receives("Annonce : lent a rejoint la chatroom")
        room.everyone_talks(times=2)


@WITH_PSEUDOS
def test_two_members_may_share_a_pseudo(step: int) -> None:
    with Room(step) as room:
        twins: list[Member] = [room.join("bob"), room.join("bob")]
        room.says(twins[0], "c'est moi")
        room.says(twins[1], "non, c'est moi")


@WITH_PSEUDOS
def test_a_second_hello_is_a_message(step: int) -> None:
    with Room(step) as room:
        bob = room.join("bob")
        room.join("alice")
        room.says(bob, "Hello|eve")
        room.says(bob, "toujours bob")


def test_announces_each_of_many_simultaneous_departures_once() -> None:
    with Room(6) as room:
        alice = room.join("alice")
        crowd = [room.join(f"invité {number:02}") for number in range(20)]
        for member in crowd:
            member.vanish()
        room.members = [alice]
        expected = sorted(f"Annonce : {member.author} a quitté la chatroom" for member in crowd)
        total = sum(len(line.encode()) for line in expected)
        received = alice.receive_until(lambda data: len(data) >= total).decode()
        assert sorted(f"Annonce{line}" for line in received.split("Annonce")[1:]) == expected
        room.join("bob")
        room.everyone_talks()


def test_an_empty_room_starts_afresh() -> None:
    with Room(6) as room:
        for _ in range(3):
            bob = room.join("bob")
            bob.close()
            room.members.remove(bob)
        room.join("alice")
        room.join("carol")
        room.everyone_talks()


def test_a_twin_stays_when_the_other_leaves() -> None:
    with Room(6) as room:
        first = room.join("bob")
        room.join("bob")
        room.join("alice")
        first.close()
        room.forget(first)
        room.everyone_talks(times=3)


def test_announces_no_departure_when_the_server_itself_stops() -> None:
    with Room(6) as room:
        room.join("alice")
        bob = room.join("bob")
        room.server.stop()
        room.members[0].expect_end()
        bob.expect_end()
        room.members.clear()
        assert room.server.console == ["", "Serveur arrêté."]
