"""Une décision attend le disque, se numérote dans chaque salon, et n'y paraît qu'ensuite."""

import json

from chatroom.protocol.messages import Acted
from chatroom.server.core.deeds import Deed
from chatroom.server.core.pending import Batch
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room

ALICE = Person(7, "alice", 0x112233, ())


class Heard:
    def __init__(self) -> None:
        self.published: list[tuple[Room, int, bytes]] = []
        self.told: list[str] = []
        self.written: list[Batch] = []

    def deed(self, *rooms: Room) -> Deed:
        return Deed(
            (1_000, ALICE, "avant"),
            lambda *what: self.published.append(what),
            self.written.append,
            [(room, "nick", 3, "alice") for room in rooms],
            lambda: self.told.append("gardé"),
            self.told.append,
        )


def test_it_is_numbered_in_each_room_then_shown() -> None:
    heard, batch = Heard(), Batch()
    salon, jeux = Room(1, "salon", 4), Room(2, "jeux", 9)
    deed = heard.deed(salon, jeux)
    deed.write(batch)
    assert heard.written == [batch]
    assert batch.last == {1: 5, 2: 10}
    assert not heard.published
    first, second = (json.loads(record.document) for record in batch.records)
    assert (first["kind"], first["seq"], first["pseudo"], first["text"]) == (
        *("act", 5, "avant", "alice"),
    )
    assert second["seq"] == 10
    deed.kept()
    expected = Acted(1, 5, 1_000, 7, 0, 0x112233, "avant", "nick", 3, "alice")
    assert heard.published[0] == (salon, 5, expected.encode())
    assert [(room, seq) for room, seq, _ in heard.published] == [(salon, 5), (jeux, 10)]
    assert heard.told == ["gardé"]


def test_it_is_lost_without_a_trace() -> None:
    heard = Heard()
    deed = heard.deed(Room(1, "salon"))
    deed.write(Batch())
    deed.lost("le disque est plein")
    assert heard.told == ["le disque est plein"]
    assert not heard.published


def test_it_counts_for_what_it_weighs() -> None:
    heard, room = Heard(), Room(1, "salon")
    assert heard.deed().size < heard.deed(room).size < heard.deed(room, room).size
