"""La suite des messages d'un salon : ni trou ni répétition."""

from dataclasses import replace

import pytest
from chatroom.client.core.stream import Stream
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import Announced, GetPage, Join, Joined, Presence

from tests.bonus.client.core.conversation import ROOM, said

BOB = Announced(ROOM, Presence.ARRIVED, 2, 0, "bob")


def inside(last: int = 0) -> Stream:
    """Entré dans un salon dont le dernier message a ce numéro."""
    stream = Stream("salon")
    stream.joined(Joined(ROOM, last, 3, "Salon"), 0)
    return stream


def test_entering() -> None:
    stream = Stream("salon")
    assert stream.join() == Join("salon", 0)
    assert stream.joined(Joined(ROOM, 5, 3, "Salon"), 0)  # une page suit
    assert (stream.name, stream.number, stream.members) == ("Salon", ROOM, 3)
    assert (stream.known, stream.caught_up) == (True, False)
    assert not Stream("vide").joined(Joined(ROOM, 0, 1, "vide"), 0)


def test_what_is_live_waits_for_what_precedes() -> None:
    stream = inside(2)
    stream.live(said(3))
    stream.live(BOB)
    assert list(stream.release()) == []
    assert stream.page([said(1), said(2)], forwards=False, more=True) == ([said(1), said(2)], None)
    assert stream.more
    assert list(stream.release()) == [said(3), BOB]
    stream.live(said(3))  # déjà montré
    assert list(stream.release()) == []
    assert (stream.seen, stream.oldest) == (3, 1)


def test_a_cut_forgets_what_was_held_not_what_was_seen() -> None:
    stream = inside(1)
    stream.page([said(1)], forwards=False, more=False)
    stream.live(BOB)
    stream.cut()
    assert not stream.caught_up
    assert stream.join() == Join("Salon", 1)
    stream.joined(Joined(ROOM, 4, 1, "Salon"), 1)
    following = GetPage(ROOM, 3, 1)
    assert stream.page([said(2), said(3)], forwards=True, more=True) == (
        [said(2), said(3)], following,
    )  # fmt: skip
    assert stream.page([said(4)], forwards=True, more=False) == ([said(4)], None)
    assert list(stream.release()) == []


def test_an_empty_room_is_read_whole_later() -> None:
    stream = inside(0)
    stream.cut()
    stream.joined(Joined(ROOM, 80, 1, "Salon"), 0)
    assert stream.page([said(80)], forwards=False, more=True) == ([], GetPage(ROOM, 0, 1))


def test_a_page_that_does_not_advance() -> None:
    stream = inside(9)
    with pytest.raises(ProtocolError, match="n'avance pas"):
        stream.page([], forwards=True, more=True)


def test_the_hour_of_the_last_message_is_kept() -> None:
    """Un salon restauré en aurait une autre sous le même numéro."""
    stream = inside(1)
    stream.page([replace(said(1), time=7)], forwards=False, more=False)
    assert stream.join() == Join("Salon", 1, 7)
    stream.give_up(3)
    assert stream.join() == Join("Salon", 3, 0)


def test_a_room_may_not_end_before_what_was_seen() -> None:
    stream = inside(1)
    with pytest.raises(ProtocolError):
        stream.joined(Joined(ROOM, 1, 1, "Salon"), 2)


def test_another_history_under_the_same_name() -> None:
    stream = inside(1)
    stream.page([said(1)], forwards=False, more=False)
    stream.forget()
    assert (stream.join(), stream.remade, stream.oldest) == (Join("Salon", 0), True, 0)
    new = Stream("jamais vu")
    new.forget()
    assert not new.remade


def test_an_unreadable_history_starts_with_what_is_live() -> None:
    stream = inside(7)
    stream.live(said(8))
    stream.give_up(7)
    assert list(stream.release()) == [said(8)]


def test_older_pages_go_back() -> None:
    stream = inside(0)
    stream.live(said(50))
    list(stream.release())
    stream.older([said(30), said(31)], more=True)
    assert (stream.oldest, stream.more, stream.seen) == (30, True, 50)
    stream.older([], more=False)
    assert (stream.oldest, stream.more) == (30, False)
