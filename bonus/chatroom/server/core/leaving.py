"""Être oublié du chat : qui l'on est, et tout ce qu'on y a dit."""

from functools import partial

from chatroom.protocol.flags import Role
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import LONGEST_NAME
from chatroom.server.core.housekeeping import dismiss
from chatroom.server.core.people import Person
from chatroom.server.core.verbs import NOT_ALLOWED, RefusalError, Request, verb


@verb("forget")
def forget(request: Request) -> None:
    """Soi-même ; ou, pour un opérateur, la personne que nomme « who »."""
    if not request.text("who", LONGEST_NAME):
        return _forget(request, request.person)
    if not request.person.role & Role.OPERATOR:
        raise RefusalError(NOT_ALLOWED)
    return request.whom(partial(_forget, request))


def _forget(request: Request, person: Person) -> None:
    house = request.house
    if person is not request.person and person.role & Role.OPERATOR:
        raise RefusalError(f"{person.pseudo} est opérateur aussi.")
    person.busy += 1  # jusqu'à la réponse, c'est bien de lui qu'il s'agit

    def done(why: str) -> None:
        person.busy -= 1
        if why:
            text = f"Le serveur ne peut rien enregistrer : {why}"
            raise RefusalError(text, Reason.STORAGE)
        gone = "ses messages sont retirés, son pseudo est libre"
        request.tell(f"{person.pseudo} est oublié : {gone}.")
        dismiss(house, person)

    request.wait(partial(house.store.forget, person.id), done)
