"""Ce qu'un inconnu peut tenter : le noyau refuse, et les autres n'en savent rien."""

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    Announced,
    Closing,
    GetPage,
    Join,
    Pictured,
    Presence,
    Refused,
    Said,
    SendImage,
)

from tests.bonus.server.core.ground import Ground, overflow, say

LONGER = "\u0958"  # trois octets en UTF-8 ; composé (NFC), deux caractères et six octets


def test_a_number_larger_than_the_base_can_keep() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    alice.tell(say(room, 2**63, "trop loin"))
    refused = alice.last(Refused)
    assert (refused.reason, refused.nonce) == (Reason.PROTOCOL, 2**63)
    alice.tell(say(room, 2**63 - 1, "le dernier"))
    assert alice.heard() == ["le dernier"]


def test_a_name_that_grows_once_composed() -> None:
    """Il tenait dans la trame qui l'apportait ; il doit tenir dans celle qui l'annonce."""
    ground = Ground(room=255)
    ground.sizes[b"PNG..."] = (64, 48)
    alice, room = ground.person("alice")
    alice.tell(SendImage(room, 1, LONGER * 50, b"PNG..."))
    refused = alice.last(Refused)
    assert (refused.reason, refused.nonce) == (Reason.PICTURE, 1)
    alice.tell(SendImage(room, 2, LONGER * 42, b"PNG..."))
    assert alice.last(Pictured).name == "\u0915\u093c" * 42
    alice.tell(Join(LONGER * 50, 0))
    assert alice.last(Refused).reason == Reason.NAME


def test_a_text_that_grows_once_neutral() -> None:
    ground = Ground(text=65_000, page=10)
    alice, room = ground.person("alice")
    alice.tell(say(room, 1, "\x07" * 30_000))
    refused = alice.last(Refused)
    assert (refused.reason, refused.nonce) == (Reason.TOO_LONG, 1)
    alice.tell(say(room, 1, "\x07" * 20_000), say(room, 2, "x" * 65_000))
    assert [len(text) for text in alice.heard()] == [20_000, 65_000]


def test_who_overflows_as_he_comes_in_again_is_not_left_behind() -> None:
    """Ce qu'il n'a pas lu part quand il redemande le salon, et c'est une goutte de trop."""
    ground = Ground()
    alice, room = ground.person("alice")
    deaf, _ = ground.person("sourd")
    assert alice.session
    assert deaf.session
    ground.disk.slow = True
    alice.session.receive(say(room, 1, "une goutte"))
    ground.world.turn()
    overflow(deaf)
    ground.disk.catch_up()  # gardée, pas encore partie
    deaf.session.receive(Join("salon", 0))
    ground.world.settle()
    assert deaf.closed
    assert alice.heard() == ["une goutte"]
    found = ground.hub.rooms.get(room)
    assert found
    assert list(found.members) == [alice.session]


def test_who_overflows_as_he_comes_in_leaves_without_arriving_again() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    deaf, _ = ground.arrive("sourd")
    overflow(deaf)
    deaf.tell(Join("salon", 0))
    assert deaf.closed
    assert [one.event for one in alice.take(Announced)] == [Presence.LEFT]


def test_who_catches_up_page_after_page_is_slowed_down_but_not_dismissed() -> None:
    ground = Ground(page=1, rate=10.0, burst=20.0, patience=5.0)
    alice, room = ground.person("alice")
    for _ in range(200):
        alice.tell(GetPage(room, 0, 1))
        if alice.paused:
            ground.world.advance(0.1)
    assert not alice.closed
    assert ground.world.time > 1_000 + 15  # et pas plus vite que permis
    alice.tell(*(say(room, number, "enfin") for number in range(1, 16)))
    assert len(alice.take(Said)) == 15


def test_closing_in_the_middle_of_a_broadcast_harms_nobody() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    fragile, _ = ground.arrive("fragile")

    def full(_: bytes) -> None:
        """Ce que fait une connexion dont le tampon déborde pendant qu'on lui écrit."""
        assert fragile.session
        if not fragile.closed:
            fragile.closed = True
            fragile.session.close(Reason.SLOW, "vous ne lisez pas")

    fragile.write = fragile.close = full  # type: ignore[method-assign, assignment]
    fragile.closed = True  # il n'entend rien de son arrivée
    fragile.tell(Join("salon", 0))
    bob, _ = ground.person("bob")
    fragile.closed = False
    bob.got.clear()
    alice.tell(say(room, 1, "bonjour"))
    assert bob.heard() == ["bonjour"]
    assert [one.event for one in bob.take(Announced)] == [Presence.LEFT]


def test_what_waits_for_the_disk_is_bounded() -> None:
    ground = Ground(waiting=2_000, rate=0.0)
    alice, room = ground.person("alice")
    ground.disk.slow = True
    alice.tell(say(room, 1, "un"))
    assert not alice.paused
    alice.tell(*(say(room, number, "x" * 500) for number in range(2, 5)))
    assert alice.paused
    ground.disk.catch_up()
    ground.world.settle()
    ground.disk.catch_up()
    ground.world.settle()
    assert not alice.paused
    assert len(alice.heard()) == 4


def test_connections_are_counted_in_all_and_by_address() -> None:
    ground = Ground(connections=3, connections_per_address=2)
    first = ground.connect("10.0.0.1")
    ground.connect("10.0.0.1")
    refused = ground.connect("10.0.0.1")
    assert refused.closed
    assert refused.last(Closing).reason == Reason.FULL
    ground.connect("10.0.0.2")
    assert ground.connect("10.0.0.3").closed
    first.leave()
    assert not ground.connect("10.0.0.1").closed


def test_rooms_are_counted() -> None:
    ground = Ground(rooms=2, rooms_per_person=2)
    alice, _ = ground.person("alice", "un")
    alice.enter("deux")
    alice.tell(Join("trois", 0))
    assert "2 salons à la fois" in alice.last(Refused).text
    assert alice.enter("deux").members == 1
    bob, _ = ground.arrive("bob")
    bob.tell(Join("trois", 0))
    assert bob.last(Refused).text == "Il y a déjà trop de salons."
    bob.tell(Join("  ", 0))
    assert bob.last(Refused).reason == Reason.NAME
    assert bob.enter("un").members == 2
