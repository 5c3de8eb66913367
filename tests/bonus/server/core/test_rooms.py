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

    @property
    def peer(self) -> "Guest":
        return self

    def write(self, data: bytes) -> None:
        self.got.append(data)

    def send(self, data: bytes) -> None:
        self.write(self.wrap(data))

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
