"""Les appareils d'une personne : les dire, et n'en garder qu'un."""

from chatroom.protocol.frames import Reason
from chatroom.server.core.session import Session
from chatroom.server.core.verbs import Request, verb
from wording.numbers import plural


@verb("devices")
def devices(request: Request) -> None:
    """D'où cette personne est connectée : `name`, depuis quand (ms), et si c'est d'ici."""
    world = request.house.world
    found = [
        {
            "name": one.name,
            "since": int(world.date() - 1000 * (world.now() - one.since)),
            "here": one is request.session,
        }
        for one in request.person.sessions
        if isinstance(one, Session)
    ]
    request.answer(devices=found)


@verb("alone")
def alone(request: Request) -> None:
    """Ne laisse connecté que l'appareil d'où on le demande."""
    others = [one for one in request.person.sessions if one is not request.session]
    for other in others:
        text = f"{request.person.pseudo} a déconnecté ses autres appareils (/alone)."
        other.close(Reason.TAKEN_OVER, text)
    count = len(others)
    request.house.note(f"{request.session} déconnecte {count} appareil{plural(count)}")
    request.answer(closed=count)
