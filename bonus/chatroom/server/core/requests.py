"""Se présenter, entrer dans un salon, y parler : une fonction par message. Lire : voir reading."""

import secrets
from collections.abc import Callable
from typing import Any

from chatroom.common.colours import draw_colour
from chatroom.protocol import ChatError, messages
from chatroom.protocol.documents import Posted
from chatroom.protocol.frames import Reason
from chatroom.protocol.text import clean_name
from chatroom.server.core.handlers import HANDLERS, on
from chatroom.server.core.house import House
from chatroom.server.core.lookalikes import skeletons
from chatroom.server.core.names import clean_pseudo, clean_room
from chatroom.server.core.pending import Newcomer, Submission
from chatroom.server.core.people import Alike, Lookup, Person, Proof, by_pseudo, device_of, proof_of
from chatroom.server.core.reading import send_page
from chatroom.server.core.rooms import Room
from chatroom.server.core.session import Session
from chatroom.server.core.usage import Share
from wording.harmless import neutral
from wording.numbers import delay

LAST_NONCE = 2**63 - 1  # le plus grand entier qu'une base SQLite sache garder


def handle(house: House, session: Session, message: messages.Message) -> None:
    """Fait ce que demande cette trame, dont le type est permis par `session.bounds`."""
    HANDLERS[type(message)](house, session, message)


# Se présenter


@on(messages.Hello)
def hello(house: House, session: Session, message: messages.Hello) -> None:
    if message.version != messages.VERSION:
        ours = f"Le serveur parle la version {messages.VERSION} du protocole"
        text = f"{ours}, et vous la {message.version}."
        return session.close(Reason.VERSION, text)

    def recognised(person: Person | None) -> None:
        if person:
            _recognised(house, session, person)
        else:
            _come_first(house, session, message)

    if message.token:
        return _look_up(house, session, Proof(proof_of(message.token)), recognised)
    return _come_first(house, session, message)


def _look_up(
    house: House, session: Session, lookup: Lookup, then: Callable[[Person | None], None]
) -> None:
    """`then` avec qui l'on cherche ; d'ici là, on ne lit plus rien de lui."""

    def found(person: Person | None) -> None:
        if not session.closed:
            then(person)
        session.release()

    def failed(why: str) -> None:
        session.close(Reason.STORAGE, f"Le serveur ne peut rien relire : {why}")
        session.release()

    session.hold()
    house.people.find(lookup, found, failed)


def _come_first(house: House, session: Session, message: messages.Hello) -> None:
    """Quelqu'un que son jeton ne dit pas : une personne nouvelle, si le pseudo est libre."""
    try:
        pseudo = clean_pseudo(message.pseudo, house.limits.pseudo)
    except ValueError as why:
        return session.close(Reason.NAME, f"Pseudo refusé : {why}")

    def named(person: Person | None) -> None:
        if person:
            session.close(Reason.PSEUDO_TAKEN, f"Le pseudo {pseudo} est déjà pris.")
        else:
            _look_up(house, session, Alike(skeletons(pseudo)), alike)

    def alike(person: Person | None) -> None:
        if person:
            text = (
                f"Le pseudo {pseudo} ressemble trop à {person.pseudo}, qui est à quelqu'un d'autre."
            )
            session.close(Reason.PSEUDO_TAKEN, text)
        elif len(house.people) >= house.limits.people:
            text = "Le chat ne peut plus accueillir de nouvelle personne."
            session.close(Reason.FULL, text)
        else:
            _enrol(house, session, pseudo, message.token)

    return _look_up(house, session, by_pseudo(pseudo), named)


def _enrol(house: House, session: Session, pseudo: str, token: bytes) -> None:
    """Un nouveau venu. Le jeton qu'il a tiré sera le sien ; à défaut, on en tire un pour lui."""
    if wait := house.usage.newcomer(session.host, house.world.now()):
        text = "Trop de nouvelles personnes viennent de cette adresse"
        return session.close(Reason.FULL, f"{text} : réessayez dans {delay(wait)}.")
    drawn = b""
    if len(token) != messages.TOKEN:
        token = drawn = secrets.token_bytes(messages.TOKEN)
    person = house.people.create(pseudo, token, draw_colour(house.draw), skeletons(pseudo))
    house.enrol(person, session)
    return _wait_to_be_known(
        house, session, person, lambda: _welcome(house, session, person, drawn)
    )


def _recognised(house: House, session: Session, person: Person) -> None:
    if wait := house.usage.flooders.left(person.id, house.world.now()):
        text = f"Vous en avez trop dit, trop vite : revenez dans {delay(wait)}."
        return session.close(Reason.FLOOD, text)
    if person.id in house.enrolling:  # coupé avant d'être accueilli, il revient déjà
        return _wait_to_be_known(house, session, person, lambda: _return(house, session, person))
    return _return(house, session, person)


def _wait_to_be_known(
    house: House, session: Session, person: Person, then: Callable[[], None]
) -> None:
    def sorry(why: str) -> None:
        session.close(Reason.STORAGE, f"Le serveur ne peut rien enregistrer : {why}")

    _wait_for(session, house.enrolling[person.id], then, sorry)


def _wait_for(
    session: Session,
    newcomer: Newcomer,
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
    newcomer.wait(kept, lost)


def _return(house: House, session: Session, person: Person) -> None:
    session.back = True
    if other := person.session:
        person.session = None  # son départ n'en est pas un, ni son retour
        session.quiet_rooms = frozenset(other.rooms)
        text = f"{person.pseudo} s'est connecté ailleurs, avec le même jeton."
        other.close(Reason.TAKEN_OVER, text)
    _welcome(house, session, person, b"")


def _welcome(house: House, session: Session, person: Person, token: bytes) -> None:
    session.person, person.session = person, session
    session.bounds, session.rooms = house.after_hello, {}
    nonce = person.nonces.get(0, 0)
    fields = (person.id, person.colour, nonce, session.back, person.pseudo, token)
    session.peer.send(messages.Welcome(messages.VERSION, *fields).encode())
    # Qui est nouveau se note toujours : c'est borné, et c'est d'où l'on sait qui vient d'où.
    if session.back:
        house.note(f"{session} est de retour", session.host)
    else:
        house.note(f"{session} est nouveau")
    session.wait_turn()


# Les salons


@on(messages.Join)
def join(house: House, session: Session, message: messages.Join) -> None:
    assert session.person
    if message.room == messages.PRIVATE:
        return _enter(house, session, house.rooms.private_of(session.person), message.after)
    try:
        name = clean_name(message.room, house.limits.room)
    except ValueError as why:
        return session.refuse(Reason.NAME, f"Nom de salon refusé : {why}")
    room = house.rooms.named(name)
    again = room is not None and room.id in session.rooms
    if not again and len(session.rooms) >= house.limits.rooms_per_person:
        return session.refuse(Reason.FULL, f"Pas plus de {len(session.rooms)} salons à la fois.")
    room = room or _create(house, session, name)
    if room is None:
        return None
    if room.id in house.opening:
        return _wait_for_room(house, session, room, message.after)
    return _enter(house, session, room, message.after)


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
    room = house.rooms.create(name)
    house.open_room(room, session)
    return room


def _unfit(house: House, name: str) -> str:
    """Pourquoi un nouveau salon ne peut s'appeler ainsi ; rien s'il le peut."""
    try:
        other = house.rooms.alike(clean_room(name, house.limits.room))
    except ValueError as why:
        return str(why)
    return f"on le confondrait avec {other.name}" if other else ""


def _wait_for_room(house: House, session: Session, room: Room, after: int) -> None:
    def sorry(why: str) -> None:
        session.refuse(Reason.STORAGE, f"Le salon ne peut être enregistré : {why}")

    newcomer = house.opening[room.id]
    _wait_for(session, newcomer, lambda: _enter(house, session, room, after), sorry)


def _enter(house: House, session: Session, room: Room, after: int) -> None:
    room.flush()  # ce qui est déjà en route n'est pas pour lui : il le lira dans l'historique
    if session.closed:  # il y était déjà, et cet envoi a débordé : il ne lit pas assez vite
        return
    again = room.id in session.rooms
    session.rooms[room.id] = room
    room.enter(session)
    name = room.name or messages.PRIVATE
    session.peer.send(messages.Joined(room.id, room.last, room.count, name).encode())
    if session.closed:
        return
    if room.id in session.quiet_rooms:
        session.quiet_rooms -= {room.id}  # s'il en sort, y revenir sera une nouvelle
    elif not again:
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
        session.leave(room)
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
        room := session.room(message.room, message.nonce)
    ):
        line = f"Reçu de {session} dans {room.label} : {text}"
        _post(house, session, room, messages.Said, message.nonce, (text,), line)
        session.weigh(text)


@on(messages.Whisper)
def whisper(house: House, session: Session, message: messages.Whisper) -> None:
    text = neutral(message.text.strip())
    if not _acceptable(house, session, message.nonce, text):
        return

    def found(other: Person | None) -> None:
        if other is None:
            nobody = f"Personne ne s'appelle {neutral(message.pseudo)}."
            return session.refuse(Reason.NOT_FOUND, nobody, message.nonce)
        return _whisper(house, session, other, message.nonce, text)

    _look_up(house, session, by_pseudo(message.pseudo), found)


def _whisper(house: House, session: Session, other: Person, nonce: int, text: str) -> None:
    # Le journal dit qu'on se parle, non ce qu'on se dit.
    line, rest = f"Reçu de {session} : un message privé pour {other.pseudo}", (other.pseudo, text)
    _post(house, session, other, messages.Whispered, nonce, rest, line)
    session.weigh(text)


@on(messages.SendImage)
def send_image(house: House, session: Session, message: messages.SendImage) -> None:
    if not _acceptable(house, session, message.nonce, "image"):
        return None
    room = session.room(message.room, message.nonce)
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


def _acceptable(house: House, session: Session, nonce: int, text: str) -> bool:
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
    else:
        return True
    return False


def _post(
    house: House,
    session: Session,
    where: Room | Person,
    kind: type[Posted],
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
