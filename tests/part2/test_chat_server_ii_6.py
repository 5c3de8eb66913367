"""Étape 6 : le serveur remarque les départs, les annonce, et oublie ceux qui sont partis."""

import socket

from tests.part2.chat import Member, Room


def test_announces_a_departure_to_those_who_remain() -> None:
    with Room(6) as room:
        alice, bob, carol = room.join("alice"), room.join("bob"), room.join("carol")
        bob.close()
        for member in (alice, carol):
            member.expect("Annonce : bob a quitté la chatroom")
        room.members.remove(bob)
        room.everyone_talks(times=3)


def test_announces_a_client_that_vanishes() -> None:
    with Room(6) as room:
        alice, bob = room.join("alice"), room.join("bob")
        bob.vanish()
        alice.expect("Annonce : bob a quitté la chatroom")
        room.members.remove(bob)
        room.everyone_talks(times=3)


def test_hangs_up_on_a_client_that_stops_sending() -> None:
    with Room(6) as room:
        alice, bob = room.join("alice"), room.join("bob")
        bob.socket.shutdown(socket.SHUT_WR)
        alice.expect("Annonce : bob a quitté la chatroom")
        bob.expect_end()
        room.members.remove(bob)
        room.everyone_talks(times=3)


def test_forgets_the_address_of_a_client_that_left() -> None:
    with Room(6) as room:
        alice, bob = room.join("alice"), room.join("bob")
        address = bob.socket.getsockname()
        bob.vanish()
        room.forget(bob)
        # Encore dans CLIENTS, la même adresse n'y serait pas mise à jour, et ne recevrait rien.
        connection = socket.create_connection(("127.0.0.1", room.server.port), 15, address)
        with Member(connection) as back:
            back.author = "bob"
            back.send("Hello|bob")
            room.members.append(back)
            room.everyone_receives("Annonce : bob a rejoint la chatroom")
            room.says(alice, "te revoilà")
            room.says(back, "oui")
            back.vanish()
            room.forget(back)


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
