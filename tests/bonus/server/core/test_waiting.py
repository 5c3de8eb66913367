"""Attendre le disque : on ne lit plus rien de qui attend, et il a sa réponse ou la raison."""

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing
from chatroom.server.core.pending import Newcomer
from chatroom.server.core.people import Key, Person
from chatroom.server.core.waiting import look_up, wait_for

from tests.bonus.server.core.ground import Client, Ground


def stranger(ground: Ground) -> Client:
    client = ground.connect()
    assert client.session
    return client


def test_nothing_is_read_of_who_waits_for_a_person() -> None:
    ground, found = Ground(), list[Person | None]()
    ground.arrive("alice")[0].leave()
    client = stranger(ground)
    assert client.session
    look_up(ground.hub, client.session, Key("alice"), found.append)
    look_up(ground.hub, client.session, Key("bob"), found.append)
    assert [person and person.pseudo for person in found] == ["alice", None]
    assert not client.session.held


def test_nothing_is_answered_to_who_has_left() -> None:
    ground, found = Ground(), list[Person | None]()
    ground.disk.thinking = True
    client = stranger(ground)
    assert client.session
    look_up(ground.hub, client.session, Key("bob"), found.append)
    assert client.session.held
    client.leave()
    ground.disk.catch_up()
    assert found == []


def test_a_disk_that_cannot_be_read_is_said() -> None:
    ground = Ground()
    ground.disk.broken = "le disque ne répond pas"
    client = stranger(ground)
    assert client.session
    look_up(ground.hub, client.session, Key("bob"), lambda _: None)
    assert client.last(Closing).reason == Reason.STORAGE


def test_a_newcomer_is_waited_for_or_lost() -> None:
    ground, told = Ground(), list[str]()
    for settle in (Newcomer.kept, lambda one: Newcomer.lost(one, "disque plein")):
        client = stranger(ground)
        assert client.session
        newcomer = Newcomer(lambda _: None, lambda _: None)
        wait_for(client.session, newcomer, lambda: told.append("gardé"), told.append)
        assert client.session.held
        settle(newcomer)
        assert not client.session.held
    assert told == ["gardé", "disque plein"]
