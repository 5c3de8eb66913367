"""Les images d'un participant, sur une liaison lente ou qui se coupe."""

from chatroom.client.core.events import RefusedRequest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    GetImage,
    Image,
    Joined,
    Leave,
    Parted,
    Pictured,
    Refused,
    SendPart,
)

from tests.bonus.client.core.conversation import OTHER, ROOM, Conversation


def test_pictures_are_fetched_one_at_a_time() -> None:
    """Ce qui se dit passe entre elles ; et on ne quitte un salon qu'une fois toutes venues."""
    alone = Conversation()
    alone.connect()
    alone.enter()
    pictures = [Pictured(ROOM, seq, 0, OTHER, 1, 0, "bob", "a.png", 3, 1, 1) for seq in (1, 2, 3)]
    for picture in pictures:
        alone.participant.fetch(picture)
    assert alone.sent() == [GetImage(ROOM, 1)]
    assert alone.receive(Image(ROOM, 1, b"png")) == [GetImage(ROOM, 2)]
    alone.participant.leave("salon")
    assert alone.receive(Refused(Reason.NOT_FOUND, 0, "Pas là.")) == [GetImage(ROOM, 3)]
    assert alone.receive(Image(ROOM, 3, b"png")) == [Leave(ROOM)]


def test_a_picture_cut_twice_is_given_up_and_one_is_told() -> None:
    conversation = Conversation()
    conversation.connect()
    conversation.enter()
    post = conversation.participant.send_image("salon", "a.png", bytes(100_000))
    assert {type(one) for one in conversation.sent()} == {SendPart}
    assert {type(one) for one in conversation.receive(Parted(8_192))} == {SendPart}
    for _ in range(2):
        conversation.participant.disconnected()
        conversation.participant.take_events()
        conversation.connect(back=True)
        conversation.receive(Joined(ROOM, 0, 1, "salon"))
        conversation.sent()
    (told,) = [e for e in conversation.participant.take_events() if isinstance(e, RefusedRequest)]
    assert told.post is post
    assert "deux fois" in told.text
