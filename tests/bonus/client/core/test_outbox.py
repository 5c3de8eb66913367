"""Ce qui est dit et pas encore accusé : son ordre, ses numéros, son débit."""

from chatroom.client.core.outbox import PACE, PART, WINDOW, Outbox, Post
from chatroom.common.rates import IMAGE_COST
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import PRIVATE, Message, Say, SendImage, SendPart, Whisper

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


PICTURE = bytes(range(256)) * 500  # quinze morceaux, et un reste


def arrived(messages: list[Message]) -> bytes:
    """Ce que le serveur en ferait."""
    data = b""
    for message in messages:
        if isinstance(message, SendPart):
            data = data + message.data if message.data else b""
        elif isinstance(message, SendImage):
            return data + message.data
    raise AssertionError(f"pas d'image dans {messages}")


def test_texts_pass_between_the_pieces_of_a_picture() -> None:
    outbox = Outbox(Limits())
    outbox.begin(0)
    picture = outbox.add(Post("salon", "a.png", image=PICTURE))
    sent = outbox.to_send(0.0, ROOMS)
    assert [type(one) for one in sent] == [SendPart] * (WINDOW // PART)
    outbox.add(Post("salon", "pendant"))
    outbox.add(Post("salon", "b.png", image=b"png"))
    assert outbox.to_send(0.0, ROOMS) == [Say(7, 1, "pendant")]
    while not isinstance(sent[-1], SendImage):
        assert outbox.to_send(0.0, ROOMS) == []
        outbox.parted(sum(len(one.data) for one in sent if isinstance(one, SendPart)))
        sent += outbox.to_send(0.0, ROOMS)
    assert arrived(sent) == PICTURE
    assert (sent[-1].nonce, picture.nonce) == (2, 2)
    assert outbox.to_send(0.0, ROOMS) == []  # l'autre image attend que celle-ci soit reçue
    assert outbox.remove(2) is picture
    assert outbox.to_send(0.0, ROOMS) == [SendImage(7, 3, "b.png", b"png")]


def test_small_pictures_follow_each_other() -> None:
    outbox = Outbox(Limits())
    outbox.begin(0)
    for name in "ab":
        outbox.add(Post("salon", name, image=b"png"))
    assert outbox.to_send(0.0, ROOMS) == [
        SendImage(7, 1, "a", b"png"),
        SendImage(7, 2, "b", b"png"),
    ]


def test_after_a_cut_a_picture_begins_anew_and_after_two_it_is_given_up() -> None:
    outbox = Outbox(Limits())
    picture = outbox.add(Post("salon", "a.png", image=PICTURE))
    outbox.add(Post("salon", "après"))
    assert outbox.begin(0) == []
    first = outbox.to_send(0.0, ROOMS)
    assert first[-1] == Say(7, 1, "après")
    assert outbox.begin(0) == []  # le texte non plus n'est pas arrivé
    assert outbox.to_send(0.0, ROOMS) == first
    assert outbox.begin(1) == [picture]
    assert picture not in outbox


def test_a_picture_wholly_sent_may_have_arrived() -> None:
    """Si oui, la coupure n'est pas un échec ; sinon, il aura le numéro de son prochain envoi."""
    for nonce, failures in ((1, 0), (0, 1)):
        outbox = Outbox(Limits())
        picture = outbox.add(Post("salon", "a.png", image=PICTURE))
        outbox.begin(0)
        while not picture.sent:
            outbox.to_send(0.0, ROOMS)
            outbox.parted(len(PICTURE))
        assert outbox.begin(nonce) == []
        assert (picture.nonce, picture.failures) == (nonce, failures)


def test_the_pieces_of_a_picture_given_up_are_not_the_beginning_of_another() -> None:
    outbox = Outbox(Limits())
    outbox.begin(0)
    outbox.add(Post("salon", "a.png", image=PICTURE))
    sent = outbox.to_send(0.0, ROOMS)
    outbox.drop("salon")
    outbox.add(Post("jeux", "b.png", image=b"png"))
    sent += outbox.to_send(0.0, ROOMS)
    assert arrived(sent) == b"png"
