"""Qui arrive et qui part : une annonce, plusieurs en une, ou rien si l'on ne sait pas la lire."""

import pytest
from chatroom.client.core.events import Announcement, Gathering
from chatroom.client.core.presence import announced
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import Announced, Gathered, Presence

ME, OTHER = 1, 2


@pytest.mark.parametrize("presence", list(Presence))
def test_one_person(presence: Presence) -> None:
    event = announced("salon", Announced(7, presence, OTHER, 0xFF, "bob"), ME)
    assert event == Announcement("salon", presence, "bob", 0xFF, mine=False)
    event = announced("salon", Announced(7, presence, ME, 0xFF, "bob"), ME)
    assert event == Announcement("salon", presence, "bob", 0xFF, mine=True)


def test_several_people() -> None:
    message = Gathered(7, Presence.LEFT, 14, '["alice", "bob"]')
    event = announced("salon", message, ME)
    assert event == Gathering("salon", Presence.LEFT, 14, ("alice", "bob"))
    with pytest.raises(ProtocolError):
        announced("salon", Gathered(7, Presence.LEFT, 14, "3"), ME)


def test_what_a_newer_server_announces_is_not_shown() -> None:
    assert announced("salon", Announced(7, 200, OTHER, 0, "bob"), ME) is None
    assert announced("salon", Gathered(7, 200, 3, "[]"), ME) is None
