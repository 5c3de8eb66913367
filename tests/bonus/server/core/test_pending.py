"""Ce qui attend d'être enregistré : ce qu'on en écrit, et ce qui suit."""

import json
from functools import partial

from chatroom.protocol.messages import Said
from chatroom.server.core.pending import Batch, Newcomer, Seen, Speech, Submission
from chatroom.server.core.people import DEVICES, Person
from chatroom.server.core.rooms import Room


def test_a_batch_numbers_each_room_apart() -> None:
    batch, one, other = Batch(), Room(1, "un", last=4), Room(2, "deux")
    assert [batch.number(room) for room in (one, one, other)] == [5, 6, 1]
    assert batch.last == {1: 6, 2: 1}
    assert one.last == 4  # rien n'est encore enregistré


def newcomer(events: list[str]) -> Newcomer:
    entry = Newcomer(lambda _: events.append("écrit"), lambda kept: events.append(f"{kept}"))
    for name in ("a", "b"):
        entry.wait(partial(events.append, name), events.append)
    return entry


def test_a_newcomer_is_settled_before_those_who_wait_for_it() -> None:
    events: list[str] = []
    entry = newcomer(events)
    entry.write(Batch())
    entry.kept()
    assert events == ["écrit", "True", "a", "b"]


def test_a_newcomer_that_is_lost() -> None:
    events: list[str] = []
    newcomer(events).lost("plein")
    assert events == ["False", "plein", "plein"]


def test_a_post_is_one_record_in_each_room_and_appears_once_kept() -> None:
    published: list[tuple[int, int, bytes]] = []
    alice, bob = Person(3, "alice", 0, ()), Person(4, "bob", 0, ())
    rooms = (Room(1, "un", last=7), Room(2, "deux"))
    submission = Submission(
        *((alice, bob), rooms, Said, 1_000, 6, ("salué",), b"png"),
        publish=lambda room, seq, frame: published.append((room.id, seq, frame)),
    )
    assert submission.size > len("salué") + len(b"png")
    batch = Batch()
    submission.write(batch)
    assert [(one.room, one.seq, one.image) for one in batch.records] == [
        (1, 8, b"png"),
        (2, 1, b"png"),
    ]
    assert json.loads(batch.records[0].document)["text"] == "salué"
    written = sum(len(one.document.encode()) for one in batch.records)
    assert batch.said == {3: Speech(1_000, {0: 6}, written, 6)}
    assert alice.nonces == {0: 6}
    assert (alice.busy, bob.busy) == (1, 1)  # ils restent en mémoire
    assert published == []
    submission.kept()
    assert [(room, seq) for room, seq, _ in published] == [(1, 8), (2, 1)]
    assert published[0][2] == Said(1, 8, 1_000, 3, 6, 0, "alice", "salué").encode()
    assert (alice.busy, bob.busy) == (0, 0)


def test_a_post_lost_by_someone_gone_may_be_said_again() -> None:
    alice = Person(3, "alice", 0, ())
    rooms = (Room(1, "un"),)
    for nonce in (6, 7):
        said = Submission((alice,), rooms, Said, 1, nonce, ("salut",), None, lambda *_: None)
        said.lost("plein")
        assert alice.nonces == {0: nonce - 1}
    assert alice.busy == 0


def test_a_device_too_many_is_forgotten_on_disk_too() -> None:
    alice = Person(3, "alice", 0, (), dict.fromkeys(range(DEVICES), 1))
    rooms, batch = (Room(1, "un"),), Batch()
    nonce = 99 << 32 | 1
    Submission((alice,), rooms, Said, 1, nonce, ("salut",), None, lambda *_: None).write(batch)
    assert batch.said[3].nonces == {0: None, 99: nonce}


def test_a_visit_is_noted_and_keeps_its_person_in_memory() -> None:
    alice, batch = Person(3, "alice", 0, ()), Batch()
    lost = Seen(alice, 60)
    lost.lost("plein")
    assert (alice.seen, alice.busy) == (0, 0)
    seen = Seen(alice, 70)
    seen.write(batch)
    assert (batch.seen, alice.busy) == ({3: 70}, 1)
    seen.kept()
    assert (alice.seen, alice.busy) == (70, 0)
