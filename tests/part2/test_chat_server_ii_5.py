"""Étape 5 : on entre avec « Hello|PSEUDO », l'entrée est annoncée, les messages sont signés."""

import pytest

from tests.part2.chat import Member, Room, steps

WITH_PSEUDOS = pytest.mark.parametrize("step", steps(5, 6))


@WITH_PSEUDOS
def test_announces_an_arrival_to_everyone(step: int) -> None:
    with Room(step) as room:
        bob = room.connect()
        bob.send("Hello|bob")
        bob.expect("Annonce : bob a rejoint la chatroom")
        alice = room.connect()
        alice.send("Hello|alice")
        for member in (bob, alice):
            member.expect("Annonce : alice a rejoint la chatroom")
        room.members = [bob, alice]


@WITH_PSEUDOS
def test_signs_messages_with_the_pseudo(step: int) -> None:
    with Room(step) as room:
        bob, alice, carol = room.join("bob"), room.join("alice"), room.join("carol")
        bob.send("salut à tous")
        for other in (alice, carol):
            other.expect("bob a dit : salut à tous")
        alice.send("salut bob")
        for other in (bob, carol):
            other.expect("alice a dit : salut bob")
        room.server.expect_console(
            f"Message received from {bob.name} : salut à tous",
            f"Message received from {alice.name} : salut bob",
        )


@WITH_PSEUDOS
@pytest.mark.parametrize("pseudo", ["it4", "Zoé", "l'été", "王", "a|b", "Hello", "Jean Paul"])
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
