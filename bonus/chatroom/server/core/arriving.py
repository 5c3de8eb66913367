"""Se présenter : qui est-ce, et qu'est-ce qui le prouve."""

import secrets
from collections.abc import Callable

from chatroom.common.colours import draw_colour
from chatroom.common.proofs import CHALLENGE, proof_of, unmasked
from chatroom.protocol import messages
from chatroom.protocol.frames import Reason
from chatroom.server.core.entry import refuses_visit
from chatroom.server.core.handlers import on
from chatroom.server.core.house import House
from chatroom.server.core.lookalikes import skeletons
from chatroom.server.core.names import clean_pseudo
from chatroom.server.core.people import DEVICE_SHIFT, Alike, Number, Person, Proof, by_pseudo
from chatroom.server.core.session import Session
from chatroom.server.core.transferring import transferred
from chatroom.server.core.waiting import look_up, wait_for
from wording.numbers import delay

DEVICES_DRAWN = 1 << 21  # appareil et compte : le numéro d'un message tient sur 53 bits


@on(messages.Hello)
def hello(house: House, session: Session, message: messages.Hello) -> None:
    ours, theirs = messages.VERSION, message.version
    if theirs != ours:
        text = f"Ce serveur parle la version {ours} du protocole, et votre client la {theirs} : "
        if theirs < ours:
            text += "mettez-le à jour (git pull), ou rechargez la page."
        else:
            text += "le serveur est à mettre à jour."
        return session.close(Reason.VERSION, text)
    session.challenge, session.bounds = secrets.token_bytes(CHALLENGE), house.after_greeting
    greeting = messages.Greeting(ours, house.door.asks, house.identity, session.challenge)
    return session.peer.send(greeting.encode())


@on(messages.Identify)
def identify(house: House, session: Session, message: messages.Identify) -> None:
    challenge, session.challenge = session.challenge, b""
    # Un numéro démesuré ne tiendrait pas dans ceux de ses messages : on en tirera un.
    session.device = message.device if message.device < DEVICES_DRAWN else 0
    if message.code and not message.pseudo:  # le code de la classe, lui, accompagne un pseudo

        def transfer(person: Person, token: bytes) -> None:
            _recognised(house, session, person, token)

        return transferred(house, session, message, transfer)
    if refusal := house.door.refuses_code(message.code, session.host, house.world.now()):
        return session.close(*refusal)
    if len(message.token) == messages.PROOF:
        return _claimed(house, session, message, challenge)

    def recognised(person: Person | None) -> None:
        if person:
            _recognised(house, session, person)
        else:
            _come_first(house, session, message.pseudo, message.token)

    if message.token:
        return look_up(house, session, Proof(proof_of(message.token)), recognised)
    return _come_first(house, session, message.pseudo, b"")


def _claimed(house: House, session: Session, message: messages.Identify, challenge: bytes) -> None:
    """Quelqu'un qui prouve son jeton sans le montrer : reste à savoir de qui il est."""

    def found(person: Person | None) -> None:
        proofs = person.proofs if person else ()
        if person and unmasked(message.token, proofs, challenge, house.identity):
            _recognised(house, session, person)
        else:  # nouveau pour cette base : on lui tirera un jeton
            _come_first(house, session, message.pseudo, b"")

    number, pseudo = message.person, message.pseudo
    look_up(house, session, Number(number) if number else by_pseudo(pseudo), found)


def _come_first(house: House, session: Session, wanted: str, token: bytes) -> None:
    """Quelqu'un que son jeton ne dit pas : une personne nouvelle, si le pseudo est libre."""
    if wait := house.usage.newcomer_wait(session.host, house.world.now()):  # avant de rien chercher
        return _turn_away(session, wait)
    try:
        pseudo = clean_pseudo(wanted, house.limits.pseudo)
    except ValueError as why:
        return session.close(Reason.NAME, f"Pseudo refusé : {why}")
    if refusal := house.door.refuses_name(pseudo):
        return session.close(*refusal)

    def named(person: Person | None) -> None:
        if person:
            session.close(Reason.PSEUDO_TAKEN, f"Le pseudo {pseudo} est déjà pris.")
        else:
            look_up(house, session, Alike(skeletons(pseudo)), alike)

    def alike(person: Person | None) -> None:
        if person:
            text = f"Le pseudo {pseudo} ressemble trop à {person.pseudo}, déjà pris."
            session.close(Reason.PSEUDO_TAKEN, text)
        elif len(house.people) >= house.limits.people:
            text = "Le chat ne peut plus accueillir de nouvelle personne."
            session.close(Reason.FULL, text)
        else:
            _enrol(house, session, pseudo, token)

    return look_up(house, session, by_pseudo(pseudo), named)


def _turn_away(session: Session, wait: float) -> None:
    text = "Trop de nouvelles personnes viennent de cette adresse"
    session.close(Reason.FULL, f"{text} : réessayez dans {delay(wait)}.")


def _enrol(house: House, session: Session, pseudo: str, token: bytes) -> None:
    """Un nouveau venu. Le jeton qu'il a tiré sera le sien ; à défaut, on en tire un pour lui."""
    if wait := house.usage.newcomer(session.host, house.world.now()):
        return _turn_away(session, wait)
    drawn = b""
    if len(token) != messages.TOKEN:
        token = drawn = secrets.token_bytes(messages.TOKEN)
    person = house.people.create(pseudo, token, draw_colour(house.draw), skeletons(pseudo))
    house.enrol(person, session)
    return _wait_to_be_known(
        house, session, person, lambda: _welcome(house, session, person, drawn)
    )


def _recognised(house: House, session: Session, person: Person, token: bytes = b"") -> None:
    """`token` : celui qu'on lui a tiré pour cet appareil, s'il n'en avait pas."""
    if wait := house.usage.flooders.left(person.id, house.world.now()):
        text = f"Vous en avez trop dit, trop vite : revenez dans {delay(wait)}."
        return session.close(Reason.FLOOD, text)
    if refusal := refuses_visit(house, person):
        return session.close(*refusal)
    if person.id in house.enrolling:  # coupé avant d'être accueilli, il revient déjà
        return _wait_to_be_known(house, session, person, lambda: _return(house, session, person))
    return _return(house, session, person, token)


def _wait_to_be_known(
    house: House, session: Session, person: Person, then: Callable[[], None]
) -> None:
    def sorry(why: str) -> None:
        session.close(Reason.STORAGE, f"Le serveur ne peut rien enregistrer : {why}")

    wait_for(session, house.enrolling[person.id], then, sorry)


def _return(house: House, session: Session, person: Person, token: bytes = b"") -> None:
    session.back = True
    if session.device and (other := person.on(session.device)):
        person.leave(other)  # son départ n'en est pas un, ni son retour
        session.quiet_rooms = frozenset(other.rooms)
        other.close(Reason.TAKEN_OVER, f"{person.pseudo} s'est reconnecté, du même appareil.")
    if len(person.sessions) >= house.limits.devices:
        text = (
            f"{person.pseudo} est déjà là, sur {len(person.sessions)} appareils : /alone, de l'un "
        )
        return session.close(Reason.FULL, f"{text}d'eux, déconnecte les autres.")
    return _welcome(house, session, person, token)


def _welcome(house: House, session: Session, person: Person, token: bytes) -> None:
    first = not person.sessions
    session.device = session.device or _new_device(house, person)
    session.person, person.sessions = person, (*person.sessions, session)
    session.bounds, session.rooms = house.after_hello, {}
    nonce = person.nonces.get(session.device, session.device << DEVICE_SHIFT)
    who = (person.id, person.colour, nonce, session.back, person.pseudo, token)
    welcome = messages.Welcome(messages.VERSION, *who, session.device, person.role)
    session.peer.send(welcome.encode())
    # Qui est nouveau se note toujours : c'est borné, et c'est d'où l'on sait qui vient d'où.
    if not session.back:
        house.note(f"{session} est nouveau")
    elif first:
        house.note(f"{session} est de retour", session.host)
        house.visited(person, session)
    else:
        house.note(f"{session} vient aussi d'un autre appareil", session.host)
    session.wait_turn()


def _new_device(house: House, person: Person) -> int:
    taken = {*person.nonces, *(one.device for one in person.sessions)}
    device = 0
    while not device or device in taken:
        device = house.draw.randrange(1, DEVICES_DRAWN)
    return device
