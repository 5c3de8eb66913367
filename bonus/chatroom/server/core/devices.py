"""Les appareils d'une personne : les dire, et n'en garder qu'un."""

from chatroom.protocol.frames import Reason
from chatroom.server.core.session import Session
from chatroom.server.core.verbs import Request, verb
from wording.numbers import delay, plural


@verb("devices")
def devices(request: Request) -> None:
    """D'où cette personne est connectée : `name`, depuis quand (ms), et si c'est d'ici."""
    world = request.house.world
    sessions = [one for one in request.person.sessions if isinstance(one, Session)]
    lines = [
        f"{one.name}, depuis {delay(world.now() - one.since)}"
        + " (d'ici)" * (one is request.session)
        for one in sessions
    ]
    found = [
        {
            "name": one.name,
            "since": int(world.date() - 1000 * (world.now() - one.since)),
            "here": one is request.session,
        }
        for one in sessions
    ]
    request.answer(devices=found, text=f"Connecté de {' ; '.join(lines)}.")


@verb("alone")
def alone(request: Request) -> None:
    """Ne laisse connecté que l'appareil d'où on le demande."""
    others = [one for one in request.person.sessions if one is not request.session]
    for other in others:
        text = f"{request.person.pseudo} a déconnecté ses autres appareils (/alone)."
        other.close(Reason.TAKEN_OVER, text)
    count = len(others)
    request.house.note(f"{request.session} déconnecte {count} appareil{plural(count)}")
    request.answer(
        closed=count,
        text=f"{count} autre{plural(count)} appareil{plural(count)} déconnecté{plural(count)}.",
    )
