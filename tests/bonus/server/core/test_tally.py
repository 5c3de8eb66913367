"""Ce que le serveur compte de ce qu'il fait."""

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Hello, Say, SendImage
from chatroom.server.core.pending import Batch, Record
from chatroom.server.core.tally import DURATIONS, Durations, Tally

from tests.bonus.server.core.ground import Ground, say

PICTURE = b"une image"


def test_durations_fall_in_their_slice() -> None:
    found = Durations()
    for seconds in (0.0, 0.001, 0.002, 60.0):
        found.observe(seconds)
    assert found.counts == [2, 1, *[0] * (len(DURATIONS) - 2), 1]
    assert found.total == pytest.approx(60.003)


def test_what_a_transaction_has_kept() -> None:
    tally, batch = Tally(), Batch()
    batch.records = [Record(1, 1, "x" * 10), Record(1, 2, "x" * 20, PICTURE)]
    tally.lost("le disque est plein", 7.0)
    assert tally.trouble
    assert (tally.trouble.why, tally.trouble.time) == ("le disque est plein", 7.0)
    tally.committed(batch, 0.25)
    assert tally.trouble is None
    assert (tally.failed, sum(tally.commits.counts), tally.commits.total) == (1, 1, 0.25)
    assert (tally.messages, tally.pictures, tally.stored) == (2, 1, 30 + len(PICTURE))


def test_the_house_counts_what_it_does() -> None:
    """Trois personnes lisent un message : il ne compte qu'une fois, et ses octets, trois."""
    ground = Ground()
    ground.sizes[PICTURE] = (4, 3)
    (alice, room), *_ = [ground.person(name) for name in ("alice", "bob", "carole")]
    tally = ground.hub.tally
    assert (tally.accepted, tally.people, tally.messages) == (3, 3, 0)
    ground.disk.slow = True
    before = tally.sent
    alice.tell(say(room, 1, "bonjour"))
    ground.world.time += 0.2  # le disque a pris son temps
    ground.disk.catch_up()
    ground.world.settle()
    assert tally.sent - before == 3 * len(alice.writes[-1])
    assert tally.commits.counts[DURATIONS.index(0.25)] == 1
    ground.disk.slow = False
    alice.tell(SendImage(room, 2, "chat.png", PICTURE))
    assert (tally.messages, tally.pictures) == (2, 1)
    kept = ground.disk.kept[room].values()
    assert tally.stored == sum(map(len, kept)) + len(PICTURE)


def test_refusals_and_dismissals_have_their_reason() -> None:
    ground = Ground(connections=2)
    alice, room = ground.person("alice")
    tally = ground.hub.tally
    alice.tell(Say(room + 1, 1, "ailleurs"), say(room, 2, " "))
    assert tally.refused == {Reason.NOT_FOUND: 1, Reason.NAME: 1}
    ground.connect().tell(Hello(0, "bob", b""))
    ground.connect(), ground.connect()
    assert tally.dismissed == {Reason.VERSION: 1, Reason.FULL: 1}
    ground.disk.broken = "le disque est plein"
    alice.tell(say(room, 3, "perdu"))
    assert tally.refused[Reason.STORAGE] == tally.failed == 1
    assert tally.trouble
    assert tally.trouble.time == ground.world.now()


def test_what_waits_can_be_seen() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    ground.disk.slow = True
    alice.tell(say(room, 1, "un"))
    alice.tell(say(room, 2, "deux"), say(room, 3, "trois"))
    assert ground.hub.queues == {"waiting": 2, "committing": 1}
