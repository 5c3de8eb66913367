"""Qui arrive dans un salon, et qui en part : dit aussitôt s'il est calme, sinon ensemble.

La première annonce d'un salon calme paraît tout de suite. Celles qui suivent attendent que la
fenêtre se ferme : chacun n'y paraît qu'une fois, et pas du tout s'il est venu puis reparti.
"""

import json
from collections.abc import Callable
from functools import partial

from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Announced, Gathered, Presence
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room
from chatroom.server.core.world import World

NAMED = 3  # personnes nommées dans une annonce ; les autres y sont comptées
ARRIVALS = {Presence.ARRIVED, Presence.BACK}


class Announcer:
    """`tell` : ce qu'il faut envoyer à tous ceux d'un salon."""

    def __init__(self, limits: Limits, world: World, tell: Callable[[Room, bytes], None]) -> None:
        self.limits, self._world, self._tell = limits, world, tell
        # Les salons dont la fenêtre est ouverte, et qui y a bougé depuis : si la dernière annonce
        # l'y disait présent, et ce qu'il a fait en dernier.
        self._moves: dict[Room, dict[Person, tuple[bool, Presence]]] = {}

    def announce(self, room: Room, person: Person, event: Presence) -> None:
        """`person` arrive ou part ; ses arrivées et ses départs alternent."""
        moves, arrives = self._moves.get(room), event in ARRIVALS
        if moves is None:
            self._send(room, event, [person])
            if room.count > arrives:  # sinon, il n'y a personne d'autre à lasser
                self._open(room)
            return
        there, _ = moves.get(person, (not arrives, event))
        if arrives or there:
            moves[person] = there, event
        else:
            del moves[person]

    def _open(self, room: Room) -> None:
        if self.limits.gathering:
            self._moves[room] = {}
            self._world.later(self.limits.gathering, partial(self._close, room))

    def _close(self, room: Room) -> None:
        moves = self._moves.pop(room)
        for event in Presence:
            if people := [person for person, (_, last) in moves.items() if last is event]:
                self._send(room, event, people)
        if moves:
            self._open(room)

    def _send(self, room: Room, event: Presence, people: list[Person]) -> None:
        if room.count > self.limits.announced:
            return
        if len(people) == 1:
            (one,) = people
            frame = Announced(room.id, event, one.id, one.colour, one.pseudo).encode()
        else:
            names = json.dumps([one.pseudo for one in people[:NAMED]], ensure_ascii=False)
            frame = Gathered(room.id, event, len(people), names).encode()
        self._tell(room, frame)
