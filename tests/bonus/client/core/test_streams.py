"""Les salons d'un participant : par leur nom, par leur numéro, et ceux dont on sort."""

import pytest
from chatroom.client.core.outbox import Outbox, Post
from chatroom.client.core.stream import Stream
from chatroom.client.core.streams import Streams
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import PRIVATE, Joined

ROOM = 7


@pytest.fixture
def streams() -> Streams:
    return Streams()


@pytest.fixture
def outbox() -> Outbox:
    return Outbox(Limits())


def enter(streams: Streams, name: str, number: int = ROOM, last: int = 0) -> Stream:
    """Le serveur nous y fait entrer."""
    stream = streams.named(name) or streams.add(name)
    stream.joined(Joined(number, last, 1, name), 0)
    streams.enter(stream)
    return stream


def test_private_messages_are_there_from_the_start(streams: Streams) -> None:
    assert [stream.name for stream in streams] == [PRIVATE]


def test_a_name_is_found_whatever_its_case(streams: Streams) -> None:
    added = streams.add("Élodie")
    assert streams.named("ÉLODIE") is added
    assert streams.named("elodie") is None
    streams.remove("élodie")
    assert streams.named("Élodie") is None


def test_a_number_is_known_once_entered(streams: Streams) -> None:
    streams.add("salon")
    assert not streams.has(ROOM)
    with pytest.raises(ProtocolError, match="un salon où l'on n'est pas"):
        streams.numbered(ROOM)
    stream = enter(streams, "salon")
    assert streams.has(ROOM)
    assert streams.numbered(ROOM) is stream
    assert streams.number("salon") == ROOM


def test_caught_up_when_every_room_is(streams: Streams) -> None:
    enter(streams, PRIVATE, 100)
    stream = enter(streams, "salon", last=3)
    assert not streams.caught_up
    stream.give_up(3)
    assert streams.caught_up


def test_a_cut_forgets_the_numbers_and_keeps_the_rooms(streams: Streams, outbox: Outbox) -> None:
    stream = enter(streams, "salon")
    streams.cut(outbox)
    assert streams.named("salon") is stream
    assert not streams.has(ROOM)
    assert not stream.caught_up


def test_a_cut_ends_the_rooms_one_was_leaving(streams: Streams, outbox: Outbox) -> None:
    """Sauf là où l'on a encore quelque chose à dire."""
    for name, number in (("fini", 1), ("à dire", 2)):
        enter(streams, name, number).leaving = True
    outbox.add(Post("à dire", "un dernier mot"))
    streams.cut(outbox)
    assert [stream.name for stream in streams] == [PRIVATE, "à dire"]


def test_one_departs_once_nothing_is_waited_for(streams: Streams, outbox: Outbox) -> None:
    """Ni accusé ni réponse ; et l'on ne sort que d'où l'on veut sortir."""
    for name, number in (("ici", 1), ("fini", 2), ("à dire", 3), ("à lire", 4)):
        enter(streams, name, number).leaving = name != "ici"
    post = outbox.add(Post("à dire", "un dernier mot"))
    assert streams.depart(outbox, {4, "à dire"}) == [2]
    assert not streams.has(2)
    assert streams.named("fini") is None
    assert streams.depart(outbox, {4}) == []
    outbox.drop(post.room)
    assert streams.depart(outbox, set()) == [3, 4]
    assert [stream.name for stream in streams] == [PRIVATE, "ici"]
