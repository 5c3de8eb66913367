"""Changer de pseudo : la même personne, sous un autre nom ; et rendre libre celui d'un absent."""

from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import LONGEST_NAME
from chatroom.server.core.lookalikes import skeletons
from chatroom.server.core.names import clean_pseudo
from chatroom.server.core.pending import Altered
from chatroom.server.core.people import Alike, Person, by_pseudo
from chatroom.server.core.verbs import RefusalError, Request, verb

COST = 10.0  # messages pris au débit : chacun de ceux qui sont là doit le lire


@verb("nick")
def nick(request: Request) -> None:
    house = request.house
    request.session.spend(COST)
    try:
        pseudo = clean_pseudo(request.text("pseudo", LONGEST_NAME), house.limits.pseudo)
    except ValueError as why:
        raise RefusalError(f"Pseudo refusé : {why}.", Reason.NAME) from None
    if refusal := house.door.refuses_name(pseudo):
        reason, text = refusal
        raise RefusalError(text, reason)

    def found(person: Person | None) -> None:
        if person not in {None, request.person}:
            raise RefusalError(f"Le pseudo {pseudo} est déjà pris.", Reason.PSEUDO_TAKEN)
        request.seek(Alike(skeletons(pseudo)), alike)

    def alike(person: Person | None) -> None:
        if person and person is not request.person:
            text = f"Le pseudo {pseudo} ressemble trop à {person.pseudo}, déjà pris."
            raise RefusalError(text, Reason.PSEUDO_TAKEN)
        _rename(request, pseudo)

    request.seek(by_pseudo(pseudo), found)


def _rename(request: Request, pseudo: str) -> None:
    house, person, before = request.house, request.person, request.person.pseudo
    if pseudo == before:
        raise RefusalError(f"Vous vous appelez déjà {pseudo}.", Reason.NAME)
    numbers = [number for session in person.sessions for number in session.rooms]
    rooms = [room for number in numbers if (room := house.rooms.get(number))]
    rooms.append(house.rooms.private_of(person))  # où tous ses appareils l'apprennent
    acts = [(room, "nick", 0, pseudo) for room in dict.fromkeys(rooms)]
    settle = house.people.rename(person, pseudo)

    def then() -> None:
        settle(True)
        person.skeletons = skeletons(pseudo)
        house.note(f"{before} s'appelle maintenant {pseudo}")
        request.answer(pseudo=pseudo)

    altered = Altered(person.id, pseudo, person.key, person.role, skeletons=skeletons(pseudo))
    request.decide(
        lambda batch: batch.altered.append(altered), then, acts, lambda: settle(False), by=before
    )


@verb("release", operator=True)
def release(request: Request) -> None:
    name = request.text("pseudo", LONGEST_NAME)

    def found(person: Person | None) -> None:
        if person is None:
            raise RefusalError(f"Il n'y a personne du nom de {name}.", Reason.NOT_FOUND)
        if person.sessions:
            raise RefusalError(f"{person.pseudo} est là : ce pseudo n'est pas abandonné.")
        _free(request, person)

    request.seek(by_pseudo(name), found)


def _free(request: Request, person: Person) -> None:
    """Son pseudo, suivi de son numéro, n'est à personne d'autre."""
    before, pseudo = person.pseudo, f"{person.pseudo}~{person.id}"
    settle = request.house.people.rename(person, pseudo)

    def then() -> None:
        settle(True)
        person.skeletons = skeletons(pseudo)
        request.tell(f"{before} est libre ; qui le portait s'appelle désormais {pseudo}.")

    altered = Altered(person.id, pseudo, person.key, person.role, skeletons=skeletons(pseudo))
    request.decide(
        lambda batch: batch.altered.append(altered),
        then,
        undo=lambda: settle(False),
        people=(person,),
    )
