"""Entrer dans un salon, y parler : une fonction par message. Lire : voir reading."""

from collections.abc import Callable
from functools import partial
from typing import Any

from chatroom.protocol import ChatError, messages
from chatroom.protocol.documents import Written
from chatroom.protocol.frames import Reason
from chatroom.protocol.text import clean_name
from chatroom.server.core.entry import let_in, refuses_speech, silenced
from chatroom.server.core.handlers import on
from chatroom.server.core.house import House
from chatroom.server.core.marks import resume
from chatroom.server.core.names import clean_room
from chatroom.server.core.pending import Submission
from chatroom.server.core.people import Person, by_pseudo, device_of
from chatroom.server.core.reading import send_page
from chatroom.server.core.rooms import Room
from chatroom.server.core.session import Session
from chatroom.server.core.space import room_for
from chatroom.server.core.uploads import gathered
from chatroom.server.core.usage import Share
from chatroom.server.core.waiting import look_up, wait_for
from wording.harmless import neutral
from wording.numbers import delay

LAST_NONCE = 2**63 - 1  # le plus grand entier qu'une base SQLite sache garder


# Les salons


@on(messages.Join)
def join(house: House, session: Session, message: messages.Join) -> None:
    assert session.person
    if message.room == messages.PRIVATE:
        return _resume(house, session, house.rooms.private_of(session.person), message)
    try:
        name = clean_name(message.room, house.limits.room)
    except ValueError as why:
        return session.refuse(Reason.NAME, f"Nom de salon refusé : {why}")
    room = house.rooms.named(name)
    again = room is not None and room.id in session.rooms
    if not again and len(session.rooms) >= house.limits.rooms_per_person:
        return session.refuse(Reason.FULL, f"Pas plus de {len(session.rooms)} salons à la fois.")
    if room := room or _create(house, session, name):
        enter = partial(_resume, house, session, room, message)
        if room.id in house.opening:
            _wait_for_room(house, session, room, enter)
        elif again:
            enter()
        else:
            let_in(house, session, room, message.word, enter)
    return None


def _create(house: House, session: Session, name: str) -> Room | None:
    """Un salon nouveau ; None s'il n'y a pas lieu, et on le lui dit."""
    if len(house.rooms) >= house.limits.rooms:
        session.refuse(Reason.FULL, "Il y a déjà trop de salons.")
        return None
    if why := _unfit(house, name):
        session.refuse(Reason.NAME, f"Nom de salon refusé : {why}")
        return None
    if wait := _ask(house, session, house.usage.rooms, 1.0):
        text = f"Trop de salons créés en peu de temps : réessayez dans {delay(wait)}."
        session.refuse(Reason.FULL, text)
        return None
    room = house.rooms.create(name, session.person.id if session.person else 0)
    room.epoch = house.world.date()
    house.open_room(room, session)
    return room


def _unfit(house: House, name: str) -> str:
    """Pourquoi un nouveau salon ne peut s'appeler ainsi ; rien s'il le peut."""
    try:
        other = house.rooms.alike(clean_room(name, house.limits.room))
    except ValueError as why:
        return str(why)
    return f"on le confondrait avec {other.name}" if other else ""


def _wait_for_room(house: House, session: Session, room: Room, enter: Callable[[], None]) -> None:
    def sorry(why: str) -> None:
        session.refuse(Reason.STORAGE, f"Le salon ne peut être enregistré : {why}")

    wait_for(session, house.opening[room.id], enter, sorry)


def _resume(house: House, session: Session, room: Room, message: messages.Join) -> None:
    resume(house, session, room, message, partial(_enter, house, session, room))


def _enter(house: House, session: Session, room: Room, after: int, restarted: bool) -> None:
    # Ce qui est déjà en route n'est pas pour lui : il le lira dans l'historique.
    house.tally.sent += room.flush()
    if session.closed:  # il y était déjà, et cet envoi a débordé : il ne lit pas assez vite
        return
    again = room.id in session.rooms
    session.rooms[room.id] = room
    room.enter(session)
    name = room.name or messages.PRIVATE
    state = (room.last, room.count, name, restarted, room.mode, room.topic)
    joined = messages.Joined(room.id, *state)
    session.peer.send(joined.encode())
    if session.closed:
        return
    if room.id in session.quiet_rooms:
        session.quiet_rooms -= {room.id}  # s'il en sort, y revenir sera une nouvelle
    elif not (again or (session.person and session.person.elsewhere(session, room.id))):
        house.announce(
            room, session, messages.Presence.BACK if session.back else messages.Presence.ARRIVED
        )
        if not room.private:
            house.note(f"{session} entre dans {room.name}", session.host)
    if after < room.last:
        send_page(house, session, room, after or room.last + 1, forwards=bool(after))


@on(messages.Leave)
def leave(house: House, session: Session, message: messages.Leave) -> None:
    if room := session.room(message.room):
        session.leave(room, messages.Presence.MOVED)
        house.note(f"{session} sort de {room.label}", session.host)


def _ask(house: House, session: Session, share: Share, cost: float) -> float:
    """Prend sa part et celle de son adresse, et rend 0 ; ou dit dans combien de secondes."""
    assert session.person
    return share.ask(session.person.id, session.host, house.world.now(), cost)


# Parler


@on(messages.Say)
def say(house: House, session: Session, message: messages.Say) -> None:
    text = neutral(message.text.strip())
    if _acceptable(house, session, message.nonce, text) and (
        room := _speakable(house, session, message.room, message.nonce)
    ):
        line = f"Reçu de {session} dans {room.label} : {text}"
        _post(house, session, room, messages.Said, message.nonce, (text,), line)
        session.weigh(text)


@on(messages.Whisper)
def whisper(house: House, session: Session, message: messages.Whisper) -> None:
    assert session.person
    person, text = session.person, neutral(message.text.strip())
    if not _acceptable(house, session, message.nonce, text):
        return

    def found(other: Person | None) -> None:
        if other is None:
            nobody = f"Personne ne s'appelle {neutral(message.pseudo)}."
            return session.refuse(Reason.NOT_FOUND, nobody, message.nonce)
        if refusal := silenced(house, person):
            return session.refuse(*refusal, message.nonce)
        return _whisper(house, session, other, message.nonce, text)

    look_up(house, session, by_pseudo(message.pseudo), found)


def _whisper(house: House, session: Session, other: Person, nonce: int, text: str) -> None:
    # Le journal dit qu'on se parle, non ce qu'on se dit.
    line, rest = f"Reçu de {session} : un message privé pour {other.pseudo}", (other.pseudo, text)
    _post(house, session, other, messages.Whispered, nonce, rest, line)
    session.weigh(text)


@on(messages.SendImage)
def send_image(house: House, session: Session, end: messages.SendImage) -> None:
    message = gathered(house, session, end)
    if message is None:
        return None
    if not _acceptable(house, session, message.nonce, "image", len(message.data)):
        return None
    room = _speakable(house, session, message.room, message.nonce)
    if room is None:
        return None
    if wait := _ask(house, session, house.usage.volume, len(message.data)):
        text = f"Image refusée : trop d'octets en peu de temps, réessayez dans {delay(wait)}."
        return session.refuse(Reason.PICTURE, text, message.nonce)
    try:
        name = clean_name(message.name, house.limits.image_name)
        data, width, height = house.examine(message.data)
    except (ValueError, ChatError) as why:
        return session.refuse(Reason.PICTURE, f"Image refusée : {why}", message.nonce)
    nonce, rest = message.nonce, (name, len(data), width, height)
    line = f"Reçu de {session} dans {room.label} : l'image {name}"
    return _post(house, session, room, messages.Pictured, nonce, rest, line, data)


def _acceptable(house: House, session: Session, nonce: int, text: str, picture: int = 0) -> bool:
    assert session.person
    if nonce <= session.person.nonces.get(device_of(nonce), 0):
        return False  # déjà reçu : son auteur, coupé avant l'accusé de réception, l'a répété
    limit = house.limits.text
    if nonce > LAST_NONCE:
        session.refuse(Reason.PROTOCOL, f"Un message n° {nonce} : {LAST_NONCE} au plus.", nonce)
    elif not text:
        session.refuse(Reason.NAME, "Un message vide.", nonce)
    elif len(text.encode()) > limit:  # « � », à la place d'un octet, en prend trois
        session.refuse(Reason.TOO_LONG, f"Trop long : {limit} octets au plus.", nonce)
    elif full := room_for(house.limits, house.space, session.person, picture):
        session.refuse(Reason.QUOTA, full, nonce)
    else:
        return True
    return False


def _speakable(house: House, session: Session, number: int, nonce: int) -> Room | None:
    """Le salon de ce numéro, s'il y est et peut y parler ; sinon, on le lui dit."""
    room = session.room(number, nonce)
    if room is None or session.person is None:
        return None
    if refusal := refuses_speech(house, room, session.person):
        session.refuse(*refusal, nonce)
        return None
    return room


def _post(
    house: House,
    session: Session,
    where: Room | Person,
    kind: type[Written],
    nonce: int,
    rest: tuple[Any, ...],
    line: str,
    image: bytes | None = None,
) -> None:
    """À tous ceux d'un salon ; ou à une seule personne, et à son auteur."""
    assert session.person
    author = session.person
    if isinstance(where, Person):
        people: tuple[Person, ...] = (author, where)
        rooms = tuple(dict.fromkeys(map(house.rooms.private_of, people)))
    else:
        people, rooms = (author,), (where,)
    date = house.world.date()
    noted = house.journal.note_message(line, session.host)
    publish = house.publish if noted else house.publish_unnoted
    house.submit(Submission(people, rooms, kind, date, nonce, rest, image, publish), session)


# Se savoir là


@on(messages.Ping)
def ping(_house: House, session: Session, _: messages.Ping) -> None:
    session.peer.send(messages.Pong().encode())


@on(messages.Pong)
def pong(_house: House, _session: Session, _message: messages.Pong) -> None:
    """Rien à faire : l'avoir entendu suffit."""


# Ce qu'un autre, plus récent, demanderait


@on(messages.Unknown)
def unknown(_house: House, session: Session, message: messages.Unknown) -> None:
    text = f"Ce serveur ne connaît pas cette demande (0x{message.kind:02x})."
    session.refuse(Reason.UNKNOWN, text)
