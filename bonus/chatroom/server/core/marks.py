"""Qui revient dit où il en était : les numéros du salon sont-ils encore ceux qu'il a connus ?

Un serveur restauré d'une sauvegarde, ou un salon refait sous le même nom, les a recommencés : ce
que ce client avait lu n'y est plus, et reprendre à son numéro lui en cacherait d'autres.
"""

from collections.abc import Callable

from chatroom.protocol.messages import Join
from chatroom.server.core.house import House
from chatroom.server.core.rooms import Room
from chatroom.server.core.session import Session


def resume(
    house: House,
    session: Session,
    room: Room,
    join: Join,
    enter: Callable[[int, bool], None],
) -> None:
    """Appelle `enter`, avec le numéro d'où reprendre, et si les numéros ont recommencé."""
    after, mark = join.after, join.mark
    if after > room.last or (after and mark and mark < room.epoch):
        return enter(0, True)
    if not after or not mark:
        return enter(after, False)

    def found(date: int | None) -> None:
        # None : il n'est plus là (son temps est passé), ou ne se lit plus ; ceux d'après, si.
        restarted = date not in {None, mark}
        if not session.closed:
            enter(0 if restarted else after, restarted)
        session.release()

    session.hold()
    return house.store.date_of(room.id, after, found)
