"""Ce que prête au noyau qui le fait vivre."""

from chatroom.server.core.world import bare


def test_bare_frames_travel_as_they_are() -> None:
    data = b"\x01\x00\x02ab"
    assert bare(data) is data
