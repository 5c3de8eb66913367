"""Les salons : leurs noms, leurs numéros, et un même texte pour tous ceux qui y sont."""

from collections.abc import Collection
from dataclasses import dataclass, field

from chatroom.protocol.frames import Reason
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import PRIVATE_BIT, Room, Rooms
from chatroom.server.core.world import Wrap, bare

ALICE = Person(5, "alice", 0, (b"a",), last=12)


@dataclass(eq=False)
class Guest:
    """Quelqu'un, et à la fois sa connexion."""

    wrap: Wrap = bare
    got: list[bytes] = field(default_factory=list)
    person: Person | None = None
    rooms: Collection[int] = ()
    device: int = 0

    host = "192.0.2.7"

    def put_out(self, room: int) -> None: ...

    @property
    def peer(self) -> "Guest":
        return self

    def write(self, data: bytes) -> None:
        self.got.append(data)

    def send(self, data: bytes) -> None:
        self.write(self.wrap(data))

    def drain(self, _: object) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def refuse(self, reason: Reason, text: str, nonce: int = 0) -> None: ...

    def close(self, *_: object) -> None: ...


def test_a_turn_is_one_text_for_all_wrapped_once_for_each_sort() -> None:
    wrapped: list[bytes] = []

    def wrap(data: bytes) -> bytes:
        wrapped.append(data)
        return b"<" + data + b">"

    room = Room(1, "salon")
    plain, web, other = Guest(), Guest(wrap), Guest(wrap)
    for guest in (plain, web, other, web):
        room.enter(guest)
    assert room.count == 3
    assert set(room.members) == {plain, web, other}
    room.pending += [b"un", b"deux"]
    room.flush()
    room.flush()  # plus rien n'attend
    assert (plain.got, web.got, other.got) == ([b"undeux"], [b"<undeux>"], [b"<undeux>"])
    assert wrapped == [b"undeux"]
    for guest in (web, plain, plain):
        room.leave(guest)
    assert list(room.members) == [other]


def test_who_leaves_while_a_turn_goes_out_disturbs_nobody() -> None:
    room = Room(1, "salon")
    leaving, staying = Guest(), Guest()
    for guest in (leaving, staying):
        room.enter(guest)
    writers = dict.fromkeys((leaving, staying), lambda _: room.leave(leaving))
    room._writers = {bare: writers}  # type: ignore[dict-item]
    room.pending.append(b"x")
    room.flush()
    assert list(room.members) == [staying]


def test_rooms_are_found_by_number_and_by_name_whatever_the_case() -> None:
    rooms = Rooms([Room(4, "Café", last=9)])
    assert rooms.named("CAFÉ") is rooms.get(4)
    assert rooms.create("salon").id == 5
    assert [room.name for room in rooms.public()] == ["Café", "salon"]
    assert len(rooms) == 2
    rooms.forget(rooms.create("raté"))
    assert (rooms.named("raté"), rooms.get(6), len(rooms)) == (None, None, 2)
    assert Rooms([Room(4, "Café")], last=9).create("salon").id == 10


def test_a_room_that_another_would_be_taken_for() -> None:
    rooms = Rooms([Room(4, "salle 10", last=9)])
    assert rooms.alike("SALLE 1O") is rooms.get(4)
    assert rooms.alike("salle 11") is None
    bill = rooms.create("BILL")
    assert rooms.alike("BlLL") is rooms.alike("bill") is bill
    rooms.rename(bill, "bob")
    assert rooms.alike("BlLL") is rooms.alike("bill") is None
    assert rooms.alike("b0b") is bill
    rooms.forget(bill)
    assert rooms.alike("b0b") is None


def test_the_private_room_of_someone() -> None:
    rooms = Rooms(())
    room = rooms.private_of(ALICE)
    assert (room.id, room.private, room.label) == (5 | PRIVATE_BIT, True, "en privé")
    assert rooms.private_of(ALICE) is room is rooms.get(room.id)
    assert room.last == 12  # il vient avec elle
    assert not list(rooms.public())
    assert rooms.create("salon").id == 1
    rooms.drop_private(ALICE)
    rooms.drop_private(ALICE)
    assert rooms.get(room.id) is None
    assert not Room(1, "salon").private
    assert Room(1, "salon").label == "salon"


def test_an_old_name_leads_to_the_renamed_room() -> None:
    rooms = Rooms(())
    room = rooms.create("salon", owner=7)
    rooms.rename(room, "Le salon")
    assert rooms.named("le salon") is rooms.named("SALON") is room
    assert (room.name, room.former, len(rooms)) == ("Le salon", ("salon",), 1)
    assert list(rooms.public()) == [room]
    rooms.rename(room, "Salon")  # comme avant
    assert (room.name, room.former) == ("Salon", ("Le salon",))
    again = Rooms([room])
    assert again.named("le salon") is again.named("salon") is room


def test_only_the_last_names_are_remembered() -> None:
    rooms = Rooms(())
    room = rooms.create("n0")
    for number in range(1, 12):
        rooms.rename(room, f"n{number}")
    assert room.former == tuple(f"n{number}" for number in range(10, 2, -1))
    assert rooms.named("n2") is None
    assert rooms.named("n3") is room


def test_who_opened_it_decides_but_not_where_all_arrive() -> None:
    rooms = Rooms(())
    assert rooms.create("salon", owner=7).owner == 7
    assert rooms.create("GÉNÉRAL", owner=7).owner == 0


def test_a_snapshot_is_of_an_instant() -> None:
    room = Room(1, "salon", owner=7)
    before = room.snapshot()
    room.topic, room.mode = "le sujet", 1
    assert (before.topic, before.mode, before.owner) == ("", 0, 7)
    assert room.snapshot().topic == "le sujet"
