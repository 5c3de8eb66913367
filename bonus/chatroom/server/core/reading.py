"""Ce qu'on demande à lire : les salons et qui y est, une page d'historique, une image."""

import json
from collections.abc import Sequence

from chatroom.protocol import messages
from chatroom.protocol.frames import Reason
from chatroom.server.core.entry import visible
from chatroom.server.core.handlers import on
from chatroom.server.core.house import House
from chatroom.server.core.rooms import Room
from chatroom.server.core.session import Session
from wording.harmless import neutral

# Membres nommés d'un salon, et de tous ceux d'une liste ; les autres sont comptés.
LISTED, LISTED_IN_ALL = 100, 5_000


@on(messages.ListRooms)
def list_rooms(house: House, session: Session, message: messages.ListRooms) -> None:
    assert session.person
    rooms, person = house.rooms, session.person
    wanted = [room for room in rooms.public() if visible(room, person)]
    if message.room:
        room = rooms.named(message.room)
        if room is None or not visible(room, person):
            text = f"Il n'y a pas de salon {neutral(message.room)}."
            return session.refuse(Reason.NOT_FOUND, text)
        wanted = [room]
    listed, left = [], LISTED_IN_ALL
    for room in wanted:
        names = _names(room, min(LISTED, left))
        left -= len(names)
        listed.append({"name": room.name, "count": room.count, "members": names})
    return _answer(session, messages.RoomList(json.dumps(listed, ensure_ascii=False)))


def _answer(session: Session, message: messages.Message) -> None:
    """Quand il aura lu ce qui précède : qui demande beaucoup attend, et n'est pas congédié."""

    def send() -> None:
        if not session.closed:
            session.peer.send(message.encode())
        session.release()

    session.hold()
    session.peer.drain(send)


def _names(room: Room, count: int) -> list[str]:
    return [person.pseudo for _, person in zip(range(count), room.people, strict=False)]


@on(messages.GetPage)
def get_page(house: House, session: Session, message: messages.GetPage) -> None:
    if room := session.room(message.room):
        send_page(house, session, room, message.seq, forwards=bool(message.forwards))


def send_page(house: House, session: Session, room: Room, seq: int, *, forwards: bool) -> None:
    def answer(found: tuple[Sequence[str], bool] | None) -> None:
        if found is None:
            session.refuse(Reason.STORAGE, "L'historique est illisible pour l'instant.")
        elif not session.closed:
            documents, more = found
            text = f"[{','.join(documents)}]"
            session.peer.send(messages.Page(room.id, forwards, more, text).encode())
        session.release()

    session.hold()
    session.peer.drain(lambda: house.store.page(room.id, seq, forwards, answer))


@on(messages.GetImage)
def get_image(house: House, session: Session, message: messages.GetImage) -> None:
    room = session.room(message.room)
    if room is None:
        return

    def answer(data: bytes | None) -> None:
        if data is None:
            session.refuse(Reason.NOT_FOUND, "Cette image n'est pas dans l'historique.")
        elif not session.closed:
            session.peer.send(messages.Image(room.id, message.seq, data).encode())
        session.release()

    session.hold()
    session.peer.drain(lambda: house.store.image(room.id, message.seq, answer))
