"""Entrer dans un salon, et y parler : à qui c'est permis, selon ce qu'il est."""

from collections.abc import Callable
from functools import partial

from chatroom.protocol.flags import Mode, Role
from chatroom.protocol.frames import Reason
from chatroom.server.core.deeds import Deed
from chatroom.server.core.guesses import TOO_MANY
from chatroom.server.core.house import House
from chatroom.server.core.passwords import opens
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room
from chatroom.server.core.session import Session

INVITED = 1_000  # par salon ; à qui est de trop, le mot de passe se redemande
HIDDEN = Mode.PRIVATE | Mode.CLOSED  # ne paraissent qu'à qui peut y entrer
Refusal = tuple[Reason, str]


def rules(room: Room, person: Person) -> bool:
    """Ce salon est le sien, ou tous le sont."""
    return bool(person.role & Role.OPERATOR) or room.owner == person.id


def visible(room: Room, person: Person) -> bool:
    """Paraît-il dans la liste ?"""
    return not room.mode & HIDDEN or _welcome(room, person)


def _welcome(room: Room, person: Person) -> bool:
    if room.mode & Mode.CLOSED:
        return bool(person.role & Role.OPERATOR)
    return rules(room, person) or person.id in room.invited


def refuses_entry(room: Room, person: Person) -> Refusal | None:
    """Pourquoi cette personne n'entre pas, quel que soit le mot de passe."""
    if not room.mode or _welcome(room, person):
        return None
    if room.mode & Mode.CLOSED:
        return Reason.DENIED, f"Le salon {room.name} est fermé."
    if room.mode & Mode.PRIVATE:
        return Reason.DENIED, f"On n'entre dans {room.name} que sur invitation."
    if room.mode & Mode.LOCKED:
        return Reason.DENIED, f"Le salon {room.name} n'accueille plus personne pour l'instant."
    return None


def needs_word(room: Room, person: Person) -> bool:
    return bool(room.mode & Mode.PASSWORD) and not _welcome(room, person)


def refuses_visit(house: House, person: Person) -> Refusal | None:
    """Pourquoi quelqu'un que l'on connaît ne vient pas : exclu, ou plus sur la liste."""
    date = house.world.date()
    if ban := house.bans.of_person(person.id, date):
        return Reason.BANNED, ban.sentence(date)
    if person.role & Role.OPERATOR:
        return None
    return house.door.refuses_name(person.pseudo)


def silenced(house: House, person: Person) -> Refusal | None:
    """Pourquoi cette personne n'a pas la parole."""
    date = house.world.date()
    if ban := house.bans.mute_of(person.id, date):
        return Reason.DENIED, ban.sentence(date)
    return None


def refuses_speech(house: House, room: Room, person: Person) -> Refusal | None:
    """Pourquoi cette personne ne parle pas dans ce salon."""
    if room.mode & Mode.READ_ONLY and not person.role & Role.OPERATOR:
        return Reason.DENIED, f"Dans {room.name}, seuls les opérateurs parlent."
    return silenced(house, person)


def let_in(
    house: House, session: Session, room: Room, word: str, enter: Callable[[], None]
) -> None:
    """Le laisse entrer, s'il le faut une fois vérifié son mot de passe ; ou dit pourquoi pas."""
    assert session.person
    if refusal := refuses_entry(room, session.person):
        session.refuse(*refusal)
    elif needs_word(room, session.person):
        try_word(house, session, room, word, enter)
    else:
        enter()


def try_word(
    house: House, session: Session, room: Room, word: str, then: Callable[[], None]
) -> None:
    """Essaie ce mot de passe, hors de la boucle ; puis `then`, ou le refus."""
    person, now = session.person, house.world.now()
    assert person
    if house.door.guesses.exhausted(session.host, now):
        return session.refuse(Reason.CODE, TOO_MANY)
    if not word:
        return session.refuse(Reason.CODE, f"Le salon {room.name} demande un mot de passe.")

    def tried(right: bool) -> None:
        if right and not session.closed:
            _remember(house, session, room, person)
            then()
        elif not right:
            house.door.guesses.wrong(session.host, now)
            session.refuse(Reason.CODE, f"Ce n'est pas le mot de passe de {room.name}.")
        session.release()

    session.hold()
    return house.world.aside(partial(opens, word, room.seal), tried)


def _remember(house: House, session: Session, room: Room, person: Person) -> None:
    """Le mot ne lui sera plus demandé, même après une coupure."""
    if len(room.invited) >= INVITED:
        return
    room.invited |= {person.id}
    quiet = Deed(
        (house.world.date(), person, person.pseudo),
        house.publish,
        lambda batch: batch.changed.append(room.snapshot()),
        (),
        lambda: None,
        lambda _: None,  # il lui sera redemandé, c'est tout
    )
    house.submit(quiet, session)
