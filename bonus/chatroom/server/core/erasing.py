"""Retirer un message : il n'est plus nulle part, et une ligne le dit à sa place."""

from functools import partial

from chatroom.protocol.documents import Absent, Posted, page
from chatroom.protocol.flags import Role
from chatroom.protocol.frames import ProtocolError, Reason
from chatroom.protocol.limits import LONGEST_NAME
from chatroom.protocol.messages import PRIVATE, Acted, Whispered
from chatroom.server.core.pending import Removal
from chatroom.server.core.people import Number, Person, by_pseudo
from chatroom.server.core.rooms import Room
from chatroom.server.core.verbs import RefusalError, Request, verb

LAST = 2**53 - 1  # le plus grand numéro que sache écrire un navigateur
GONE = "Ce message n'est pas, ou n'est plus, dans l'historique."


@verb("delete")
def delete(request: Request) -> None:
    """Le sien ; ou n'importe lequel, pour un opérateur."""
    name, seq = request.text("room", LONGEST_NAME), request.number("seq", LAST)
    house = request.house
    room = house.rooms.private_of(request.person) if name == PRIVATE else house.rooms.named(name)
    if room is None:
        raise RefusalError(f"Il n'y a pas de salon {name}.", Reason.NOT_FOUND)
    found = partial(_found, request, room)
    request.wait(partial(house.store.document, room.id, seq), found)


def _found(request: Request, room: Room, document: str | None) -> None:
    message = _read(document, room)
    mine = message.person == request.person.id
    if not mine and not request.person.role & Role.OPERATOR:
        raise RefusalError("On ne retire que ses propres messages.")
    if not isinstance(message, Whispered):
        return _remove(request, message, [(room, message.seq)], ())
    # D'un message privé, chacun des deux a un exemplaire.
    other = by_pseudo(message.to) if mine else Number(message.person)
    return request.seek(other, partial(_both, request, room, message))


def _read(document: str | None, room: Room) -> Posted:
    try:
        (message,) = page(f"[{document or ''}]", room.id)
    except (ProtocolError, ValueError):
        raise RefusalError(GONE, Reason.NOT_FOUND) from None
    if isinstance(message, Absent | Acted):
        raise RefusalError(GONE, Reason.NOT_FOUND)
    return message


def _both(request: Request, room: Room, message: Whispered, other: Person | None) -> None:
    places = [(room, message.seq)]
    if other is None or other is request.person:
        return _remove(request, message, places, ())
    theirs = request.house.rooms.private_of(other)

    def found(seq: int | None) -> None:
        if seq:
            places.append((theirs, seq))
        _remove(request, message, places, (other,))

    ask = partial(request.house.store.twin, theirs.id, message.person, message.nonce)
    return request.wait(ask, found)


def _remove(
    request: Request, message: Posted, places: list[tuple[Room, int]], people: tuple[Person, ...]
) -> None:
    by = request.person.pseudo

    def kept() -> None:
        label = places[0][0].label
        what = f"le message n° {message.seq} de {message.pseudo} ({label})"
        request.house.note(f"{request.session} retire {what}")
        request.answer()

    request.decide(
        lambda batch: batch.removed.extend(Removal(room.id, seq, by) for room, seq in places),
        kept,
        [(room, "delete", seq, "") for room, seq in places],
        people=people,
    )
