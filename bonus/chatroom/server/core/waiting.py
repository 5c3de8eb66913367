"""Attendre le disque avant de répondre à quelqu'un : d'ici là, on ne lit plus rien de lui."""

from collections.abc import Callable

from chatroom.protocol.frames import Reason
from chatroom.server.core.house import House
from chatroom.server.core.pending import Newcomer
from chatroom.server.core.people import Lookup, Person
from chatroom.server.core.session import Session


def look_up(
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


def wait_for(
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
