"""Ce qui est dit et pas encore accusé : son ordre, ses numéros, son débit."""

from chatroom.client.core.outbox import PACE, Outbox, Post
from chatroom.common.rates import IMAGE_COST
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import PRIVATE, Say, SendImage, Whisper

ROOMS = {"salon": 7, "jeux": 8, PRIVATE: 9}.__getitem__


def test_what_a_post_becomes() -> None:
    assert Post("salon", "oui", nonce=3).message(7) == Say(7, 3, "oui")
    assert Post(PRIVATE, "psst", to="bob", nonce=4).message(9) == Whisper("bob", 4, "psst")
    assert Post("salon", "a.png", image=b"?", nonce=5).message(7) == SendImage(7, 5, "a.png", b"?")


def test_a_picture_costs_more() -> None:
    assert Post("salon", "oui").cost == 1.0
    assert Post("salon", "a.png", image=b"?").cost == IMAGE_COST


def test_each_gets_its_number_once() -> None:
    outbox = Outbox(Limits())
    first, second = outbox.add(Post("salon", "un")), outbox.add(Post("jeux", "deux"))
    outbox.begin(41)
    assert outbox.to_send(0.0, ROOMS) == [Say(7, 42, "un"), Say(8, 43, "deux")]
    assert outbox.to_send(0.0, ROOMS) == []  # déjà partis
    outbox.begin(42)  # une autre connexion, où le premier seul était arrivé
    assert outbox.remove(42) is first
    assert outbox.to_send(0.0, ROOMS) == [Say(8, 43, "deux")]
    assert list(outbox) == [second]
    assert len(outbox) == 1


def test_an_older_number_does_not_come_back() -> None:
    outbox = Outbox(Limits())
    outbox.begin(10)
    outbox.begin(3)
    outbox.add(Post("salon", "un"))
    assert outbox.to_send(0.0, ROOMS) == [Say(7, 11, "un")]


def test_what_is_removed_or_dropped() -> None:
    outbox = Outbox(Limits())
    posts = [outbox.add(Post(room, room)) for room in ("salon", "jeux", "salon")]
    outbox.begin(0)
    outbox.to_send(0.0, ROOMS)
    assert outbox.remove(99) is None
    assert outbox.waits_for("salon")
    assert outbox.drop("salon") == [posts[0], posts[2]]
    assert not outbox.waits_for("salon")
    assert outbox.remove(2) is posts[1]
    assert len(outbox) == 0


def test_they_leave_a_little_slower_than_the_server_allows() -> None:
    outbox = Outbox(Limits(rate=10.0, burst=4.0))
    for number in range(4):
        outbox.add(Post("salon", str(number)))
    outbox.begin(0)
    assert len(outbox.to_send(0.0, ROOMS)) == 3  # la moitié du seau, et un de plus
    assert outbox.wake is not None
    assert abs(outbox.wake - 1 / (10 * PACE)) < 1e-9
    assert outbox.to_send(outbox.wake / 2, ROOMS) == []
    assert len(outbox.to_send(outbox.wake, ROOMS)) == 1
    assert outbox.wake is None
