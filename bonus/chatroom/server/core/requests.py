"""Ce qu'un client peut demander, et ce qu'on lui répond : une fonction par message."""

import json
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from chatroom.common.colours import draw_colour
from chatroom.protocol.documents import Posted
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    PRIVATE,
    TOKEN,
    VERSION,
    GetImage,
    GetPage,
    Hello,
    Image,
    Join,
    Joined,
    Leave,
    ListRooms,
    Message,
    Page,
    Pictured,
    Ping,
    Pong,
    Presence,
    RoomList,
    Said,
    Say,
    SendImage,
    Welcome,
    Whisper,
    Whispered,
)
from chatroom.protocol.text import clean_name, neutral
from chatroom.server.core.entries import Enrolment, Opening, Post
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room

if TYPE_CHECKING:
    from chatroom.server.core.session import Session

# Membres nommés d'un salon, et de tous ceux d'une liste ; les autres sont comptés.
LISTED, LISTED_IN_ALL = 100, 5_000
LAST_NONCE = 2**63 - 1  # le plus grand entier qu'une base SQLite sache garder

Handler = Callable[["Session", Any], None]
M = TypeVar("M", bound=Message)
HANDLERS: dict[type[Message], Handler] = {}


def _on(
    kind: type[M],
) -> Callable[[Callable[["Session", M], None]], Callable[["Session", M], None]]:
    def register(function: Callable[["Session", M], None]) -> Callable[["Session", M], None]:
        HANDLERS[kind] = function
        return function

    return register


# Se présenter


@_on(Hello)
def hello(session: "Session", message: Hello) -> None:
    people, limits = session.hub.people, session.hub.limits
    if message.version != VERSION:
        text = f"Le serveur parle la version {VERSION} du protocole, et vous la {message.version}."
        return session.close(Reason.VERSION, text)
    if message.token and (person := people.recognise(message.token)):
        return _recognised(session, person)
    try:
        pseudo = clean_name(message.pseudo, limits.pseudo)
    except ValueError as why:
        return session.close(Reason.NAME, f"Pseudo refusé : {why}")
    if people.named(pseudo):
        return session.close(Reason.PSEUDO_TAKEN, f"Le pseudo {pseudo} est déjà pris.")
    if len(people) >= limits.people:
        return session.close(Reason.FULL, "Le chat ne peut plus accueillir de nouvelle personne.")
    return _enrol(session, pseudo, message.token)


def _enrol(session: "Session", pseudo: str, token: bytes) -> None:
    """Un nouveau venu. Le jeton qu'il a tiré sera le sien ; à défaut, on en tire un pour lui."""
    hub, drawn = session.hub, b""
    if len(token) != TOKEN:
        token = drawn = secrets.token_bytes(TOKEN)
    person = hub.people.create(pseudo, token, draw_colour(hub.draw))
    hub.enrolling[person.id] = Enrolment(person)
    hub.submit(hub.enrolling[person.id], session)
    _wait_to_be_known(session, person, lambda: _welcome(session, person, drawn))


def _recognised(session: "Session", person: Person) -> None:
    if person.id in session.hub.enrolling:  # coupé avant d'être accueilli, il revient déjà
        return _wait_to_be_known(session, person, lambda: _return(session, person))
    return _return(session, person)


def _wait_to_be_known(session: "Session", person: Person, then: Callable[[], None]) -> None:
    def sorry(why: str) -> None:
        session.close(Reason.STORAGE, f"Le serveur ne peut rien enregistrer : {why}")

    _wait_for(session, session.hub.enrolling[person.id], then, sorry)


def _wait_for(
    session: "Session",
    entry: Enrolment | Opening,
    then: Callable[[], None],
    sorry: Callable[[str], None],
) -> None:
    """La suite quand ce sera enregistré ; d'ici là, on ne lit plus rien de lui."""

    def kept() -> None:
        if not session.closed:
            then()
        session.release()

    def lost(why: str) -> None:
        sorry(why)
        session.release()

    session.hold()
    entry.then.append(kept)
    entry.sorry.append(lost)


def _return(session: "Session", person: Person) -> None:
    session.back = True
    if other := person.session:
        person.session = None  # son départ n'en est pas un, ni son retour
        session.quiet_rooms = frozenset(other.rooms)
        text = f"{person.pseudo} s'est connecté ailleurs, avec le même jeton."
        other.close(Reason.TAKEN_OVER, text)
    _welcome(session, person, b"")


def _welcome(session: "Session", person: Person, token: bytes) -> None:
    session.person, person.session = person, session
    session.bounds, session.rooms = session.hub.after_hello, {}
    fields = (person.id, person.colour, person.nonce, session.back, person.pseudo, token)
    session.peer.send(Welcome(VERSION, *fields).encode())
    session.hub.note(f"{session} {'est de retour' if session.back else 'est nouveau'}")


# Les salons


@_on(Join)
def join(session: "Session", message: Join) -> None:
    hub = session.hub
    assert session.person
    if message.room == PRIVATE:
        return _enter(session, hub.rooms.private_of(session.person), message.after)
    try:
        name = clean_name(message.room, hub.limits.room)
    except ValueError as why:
        return session.refuse(Reason.NAME, f"Nom de salon refusé : {why}")
    room = hub.rooms.named(name)
    again = room is not None and room.id in session.rooms
    if not again and len(session.rooms) >= hub.limits.rooms_per_person:
        return session.refuse(Reason.FULL, f"Pas plus de {len(session.rooms)} salons à la fois.")
    if room is None and len(hub.rooms) >= hub.limits.rooms:
        return session.refuse(Reason.FULL, "Il y a déjà trop de salons.")
    if room is None:
        room = hub.rooms.create(name)
        hub.opening[room.id] = Opening(room)
        hub.submit(hub.opening[room.id], session)
    if opening := hub.opening.get(room.id):
        return _wait_for_room(session, opening, message.after)
    return _enter(session, room, message.after)


def _wait_for_room(session: "Session", opening: Opening, after: int) -> None:
    def sorry(why: str) -> None:
        session.refuse(Reason.STORAGE, f"Le salon ne peut être enregistré : {why}")

    _wait_for(session, opening, lambda: _enter(session, opening.room, after), sorry)


def _enter(session: "Session", room: Room, after: int) -> None:
    room.flush()  # ce qui est déjà en route n'est pas pour lui : il le lira dans l'historique
    if session.closed:  # il y était déjà, et cet envoi a débordé : il ne lit pas assez vite
        return
    again = room.id in session.rooms
    session.rooms[room.id] = room
    room.enter(session)
    name = room.name or PRIVATE
    session.peer.send(Joined(room.id, room.last, room.count, name).encode())
    if session.closed:
        return
    if room.id in session.quiet_rooms:
        session.quiet_rooms -= {room.id}  # s'il en sort, y revenir sera une nouvelle
    elif not again:
        session.hub.announce(room, session, Presence.BACK if session.back else Presence.ARRIVED)
        if not room.private:
            session.hub.note(f"{session} entre dans {room.name}")
    if after < room.last:
        _send_page(session, room, after or room.last + 1, forwards=bool(after))


@_on(Leave)
def leave(session: "Session", message: Leave) -> None:
    if room := session.room(message.room):
        session.leave(room)
        session.hub.note(f"{session} sort de {room.label}")


@_on(ListRooms)
def list_rooms(session: "Session", message: ListRooms) -> None:
    rooms = session.hub.rooms
    wanted = rooms.public()
    if message.room:
        room = rooms.named(message.room)
        if room is None:
            text = f"Il n'y a pas de salon {neutral(message.room)}."
            return session.refuse(Reason.NOT_FOUND, text)
        wanted = [room]
    listed, left = [], LISTED_IN_ALL
    for room in wanted:
        names = _names(room, min(LISTED, left))
        left -= len(names)
        listed.append({"name": room.name, "count": room.count, "members": names})
    return session.peer.send(RoomList(json.dumps(listed, ensure_ascii=False)).encode())


def _names(room: Room, count: int) -> list[str]:
    some = (session for _, session in zip(range(count), room.members, strict=False))
    return [session.person.pseudo for session in some if session.person]


# Parler


@_on(Say)
def say(session: "Session", message: Say) -> None:
    text = neutral(message.text.strip())
    if _acceptable(session, message.nonce, text) and (
        room := session.room(message.room, message.nonce)
    ):
        _post(session, (room,), Said, message.nonce, (text,))
        session.hub.note(f"Reçu de {session} dans {room.label} : {text}")


@_on(Whisper)
def whisper(session: "Session", message: Whisper) -> None:
    text, rooms = neutral(message.text.strip()), session.hub.rooms
    if not _acceptable(session, message.nonce, text):
        return None
    other = session.hub.people.named(message.pseudo)
    if other is None:
        text = f"Personne ne s'appelle {neutral(message.pseudo)}."
        return session.refuse(Reason.NOT_FOUND, text, message.nonce)
    assert session.person
    ends = dict.fromkeys((rooms.private_of(session.person), rooms.private_of(other)))
    _post(session, tuple(ends), Whispered, message.nonce, (other.pseudo, text))
    # Le journal dit qu'on se parle, non ce qu'on se dit.
    return session.hub.note(f"Reçu de {session} : un message privé pour {other.pseudo}")


@_on(SendImage)
def send_image(session: "Session", message: SendImage) -> None:
    if not _acceptable(session, message.nonce, "image"):
        return None
    room = session.room(message.room, message.nonce)
    if room is None:
        return None
    try:
        name = clean_name(message.name, session.hub.limits.image_name)
        width, height = session.hub.measure(message.data)
    except ValueError as why:
        return session.refuse(Reason.PICTURE, f"Image refusée : {why}", message.nonce)
    rest = (name, len(message.data), width, height)
    _post(session, (room,), Pictured, message.nonce, rest, message.data)
    return session.hub.note(f"Reçu de {session} dans {room.label} : l'image {name}")


def _acceptable(session: "Session", nonce: int, text: str) -> bool:
    assert session.person
    if nonce <= session.person.nonce:
        return False  # déjà reçu : son auteur, coupé avant l'accusé de réception, l'a répété
    limit = session.hub.limits.text
    if nonce > LAST_NONCE:
        session.refuse(Reason.PROTOCOL, f"Un message n° {nonce} : {LAST_NONCE} au plus.", nonce)
    elif not text:
        session.refuse(Reason.NAME, "Un message vide.", nonce)
    elif len(text.encode()) > limit:  # « � », à la place d'un octet, en prend trois
        session.refuse(Reason.TOO_LONG, f"Trop long : {limit} octets au plus.", nonce)
    else:
        return True
    return False


def _post(
    session: "Session",
    rooms: tuple[Room, ...],
    kind: type[Posted],
    nonce: int,
    rest: tuple[Any, ...],
    image: bytes | None = None,
) -> None:
    assert session.person
    session.person.nonce = nonce
    post = Post(session.person, rooms, kind, session.hub.world.date(), nonce, rest, image)
    session.hub.submit(post, session)


# Relire


@_on(GetPage)
def get_page(session: "Session", message: GetPage) -> None:
    if room := session.room(message.room):
        _send_page(session, room, message.seq, forwards=bool(message.forwards))


def _send_page(session: "Session", room: Room, seq: int, *, forwards: bool) -> None:
    def answer(found: tuple[Sequence[str], bool] | None) -> None:
        if found is None:
            session.refuse(Reason.STORAGE, "L'historique est illisible pour l'instant.")
        elif not session.closed:
            documents, more = found
            text = f"[{','.join(documents)}]"
            session.peer.send(Page(room.id, forwards, more, text).encode())
        session.release()

    session.hold()
    session.hub.store.page(room.id, seq, forwards, answer)


@_on(GetImage)
def get_image(session: "Session", message: GetImage) -> None:
    room = session.room(message.room)
    if room is None:
        return

    def answer(data: bytes | None) -> None:
        if data is None:
            session.refuse(Reason.NOT_FOUND, "Cette image n'est pas dans l'historique.")
        elif not session.closed:
            session.peer.send(Image(room.id, message.seq, data).encode())
        session.release()

    session.hold()
    session.hub.store.image(room.id, message.seq, answer)


# Se savoir là


@_on(Ping)
def ping(session: "Session", _: Ping) -> None:
    session.peer.send(Pong().encode())


@_on(Pong)
def pong(_session: "Session", _message: Pong) -> None:
    """Rien à faire : l'avoir entendu suffit."""
