"""Ce que change pour nous ce qu'on décide d'un salon."""

import pytest
from chatroom.client.core.events import Entered, PutOut, RefusedRequest, Renamed, Ruled
from chatroom.client.core.outbox import Outbox, Post
from chatroom.client.core.ruling import Ours, entered, happened, put_out, renamed
from chatroom.client.core.stream import Stream
from chatroom.client.core.streams import Streams
from chatroom.protocol.flags import Mode
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import PRIVATE, Acted, Joined


def inside(*names: str) -> tuple[Ours, list[Stream]]:
    """Dans ces salons, numérotés à partir de 1."""
    streams, found = Streams(), []
    for number, name in enumerate(names, 1):
        stream = streams.add(name)
        stream.joined(Joined(number, 0, 1, name), 0)
        streams.enter(stream)
        found.append(stream)
    return (streams, Outbox(Limits())), found


def acted(act: str, text: str = "") -> Acted:
    return Acted(1, 5, 0, 7, 0, 0, "prof", act, 0, text)


def test_what_a_room_becomes() -> None:
    ours, (stream,) = inside("salon")
    assert happened(stream, acted("lock", "on"), ours) == [Ruled("salon", Mode.LOCKED, "")]
    assert happened(stream, acted("topic", "lundi"), ours) == [Ruled("salon", 8, "lundi")]
    assert happened(stream, acted("lock", "off"), ours) == [Ruled("salon", 0, "lundi")]
    assert happened(stream, acted("inconnu", "x"), ours) == [Ruled("salon", 0, "lundi")]
    expected = Entered("salon", 1, again=True, restarted=False, mode=0, topic="lundi")
    assert entered(stream, again=True, restarted=False) == expected


def test_another_name() -> None:
    (streams, outbox), (stream,) = inside("salon")
    post = outbox.add(Post("salon", "bonjour"))
    assert renamed(stream, "Jeux", (streams, outbox)) == [Renamed("salon", "Jeux")]
    assert streams.named("jeux") is stream
    assert streams.named("salon") is None
    assert post.room == "jeux"
    found = happened(stream, acted("rename", "JEUX"), (streams, outbox))
    assert found[1:] == [Renamed("Jeux", "JEUX")]
    assert streams.named("jeux") is stream


def test_two_rooms_that_were_one() -> None:
    ours, (salon, jeux) = inside("salon", "jeux")
    assert renamed(salon, "jeux", ours) == [PutOut("salon")]
    assert ours[0].named("jeux") is jeux
    assert ours[0].named("salon") is None


@pytest.mark.parametrize("names", [(PRIVATE, "salon"), ("salon", PRIVATE)])
def test_private_messages_keep_their_name(names: tuple[str, str]) -> None:
    ours, _ = inside("salon")
    stream = ours[0].named(names[0])
    assert stream
    with pytest.raises(ProtocolError):
        renamed(stream, names[1], ours)


def test_nothing_is_decided_of_private_messages() -> None:
    ours, _ = inside()
    letters = ours[0].named(PRIVATE)
    assert letters
    for act in ("close", "rename", "topic"):
        assert happened(letters, acted(act, "x"), ours) == []
    assert ours[0].named(PRIVATE) is letters


def test_out_of_a_room() -> None:
    ours, (stream,) = inside("salon")
    post = ours[1].add(Post("salon", "bonjour"))
    refused = RefusedRequest("Ce salon est fermé.", post)
    assert happened(stream, acted("close", "on"), ours)[1:] == [refused, PutOut("salon")]
    assert (ours[0].has(1), ours[0].closed(1), len(ours[1])) == (False, True, 0)


def test_a_room_one_never_entered() -> None:
    ours, _ = inside()
    stream = ours[0].add("secret")
    assert put_out(stream, "Non.", ours) == []
    assert ours[0].named("secret") is None
