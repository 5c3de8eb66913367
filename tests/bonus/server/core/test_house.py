"""La maison : ce qui attend le disque, ce qui part à la fin du tour, et le journal."""

from chatroom.protocol.bounds import after_greeting, before_hello
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Announced, Presence, Refused, Said, Say
from chatroom.server.core.house import DAY

from tests.bonus.server.core.ground import Ground, say


def test_nothing_appears_before_the_disk_has_it() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    ground.disk.slow = True
    alice.tell(say(room, 1, "un"), say(room, 2, "deux"))
    assert alice.heard() == []
    assert not ground.hub.settled
    ground.disk.catch_up()
    ground.world.settle()
    ground.disk.catch_up()
    ground.world.settle()
    assert alice.heard() == ["un", "deux"]
    assert ground.hub.settled


def test_a_turn_is_one_write_for_each() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    bob, _ = ground.person("bob")
    before = len(bob.writes)
    ground.disk.slow = True
    alice.tell(say(room, 1, "un"))
    alice.tell(say(room, 2, "deux"), say(room, 3, "trois"))
    ground.disk.catch_up()
    ground.world.settle()
    ground.disk.catch_up()
    ground.world.settle()
    assert bob.heard() == ["un", "deux", "trois"]
    assert len(bob.writes) - before == 2  # une transaction, puis celle de tous ceux qui attendaient


def test_who_is_lost_is_forgotten() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    ground.disk.broken = "le disque est plein"
    stranger = ground.connect()
    assert stranger.session
    person = ground.hub.people.create("bob", bytes(32), 0)
    ground.hub.enrol(person, stranger.session)
    room = ground.hub.rooms.create("raté")
    ground.hub.open_room(room, stranger.session)
    ground.world.settle()
    assert not any(ground.hub.people.live(number) for number in range(2, 5))
    assert ground.hub.rooms.named("raté") is None
    assert not ground.hub.enrolling
    assert not ground.hub.opening
    assert "Rien n'a pu être enregistré : le disque est plein" in ground.lines
    assert alice.session in ground.hub.sessions


def test_the_log_names_a_few_and_counts_the_others() -> None:
    ground = Ground()
    people = [ground.person(name) for name in ("a", "b", "c", "d", "e")]
    alice, room = people[0]
    alice.tell(say(room, 1, "bonjour"))
    assert "Envoyé à a, b, c et à 2 autres : un message (salon)" in ground.lines


def test_arrivals_are_not_announced_in_a_crowd_nor_in_private() -> None:
    ground = Ground(announced=2)
    alice, number = ground.person("alice")
    room = ground.hub.rooms.get(number)
    assert room
    assert alice.session
    ground.person("bob")
    ground.hub.announce(room, alice.session, Presence.BACK)
    ground.world.settle()
    assert alice.last(Announced).event == Presence.BACK
    ground.person("carole")
    alice.got.clear()
    ground.hub.announce(room, alice.session, Presence.BACK)
    ground.world.settle()
    assert alice.take(Announced) == []


def test_what_is_published_has_its_number() -> None:
    ground = Ground()
    alice, number = ground.person("alice")
    room = ground.hub.rooms.get(number)
    assert room
    ground.hub.publish(room, 12, Said(number, 12, 0, 1, 1, 0, "x", "y").encode())
    ground.hub.note("une ligne")
    ground.world.settle()
    assert room.last == 12
    assert alice.last(Said).seq == 12
    assert "une ligne" in ground.lines


def test_who_leaves_frees_a_place() -> None:
    ground = Ground()
    client, other = ground.connect(), ground.connect()
    for one, left in ((client, 1), (other, 0)):
        assert one.session
        ground.hub.disconnected(one.session)
        assert one.session not in ground.hub.sessions
        assert ground.hub.addresses["10.0.0.1"] == left
    assert not ground.hub.addresses  # une adresse d'où personne ne vient ne se garde pas


def test_other_limits_are_for_those_who_are_there_too() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    limits = Limits(text=10, room=5, pseudo=9)
    ground.hub.adopt(limits)
    alice.tell(Say(room, 1, "dix lettres"))
    assert alice.last(Refused).reason == Reason.TOO_LONG
    assert ground.hub.limits.room == 5
    assert ground.hub.before_hello == before_hello(limits)
    assert ground.hub.after_greeting == after_greeting(limits)


def test_who_never_speaks_is_noted_once_a_day() -> None:
    ground = Ground()
    mute, welcome = ground.arrive("muette")
    talker, room = ground.person("bavarde")
    talker.tell(say(room, 1, "bonjour"))

    def noted() -> list[dict[int, int]]:
        found = [batch.seen for batch in ground.disk.batches if batch.seen]
        ground.disk.batches.clear()
        return found

    assert noted() == []  # son inscription suffit
    for seconds, expected in ((10, 0), (DAY / 1_000 + 1, 1), (10, 0)):
        mute.leave()
        ground.world.advance(seconds)
        mute, _ = ground.arrive("muette", welcome.token)
        assert [*map(set, noted())] == [{welcome.person}] * expected
