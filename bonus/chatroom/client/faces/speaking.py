"""Ce qu'une ligne tapée fait faire au participant, quel que soit le visage."""

import asyncio
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Protocol

from chatroom.client.faces.commands import addressed
from chatroom.client.faces.names import Names
from chatroom.client.network.link import Link
from chatroom.client.pictures import read_picture
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits

DEFAULT_ROOM = "général"


class Outcome(Enum):
    LEFT = 0
    FAILED = 1
    OTHER_PSEUDO = 2  # celui-là ne peut pas servir


class Book(Protocol):
    """Où s'écrit la conversation."""

    def write(self, *lines: str) -> None: ...


class Speaker:
    """`complain` montre pourquoi une demande n'a pas pu se faire."""

    def __init__(
        self, link: Link, names: Names, limits: Limits, complain: Callable[[str], None]
    ) -> None:
        self._link, self._names, self._limits = link, names, limits
        self._complain = complain

    def ask(self, request: Callable[[], object]) -> bool:
        """Demande au participant ; faux, en disant pourquoi, si ce n'est pas possible."""
        try:
            request()
        except ValueError as why:
            self._complain(str(why))
            return False
        self._link.flush()
        return True

    def obey(self, room: str, command: str, rest: str) -> bool:
        """Les commandes qui ne sont qu'une demande, depuis ce salon ; "" y parle."""
        participant = self._link.participant
        requests: dict[str, Callable[[], object]] = {
            "": lambda: participant.say(room, rest),
            "/join": lambda: participant.join(rest),
            "/rooms": participant.list_rooms,
            "/who": lambda: participant.list_rooms(rest or room),
            "/msg": lambda: participant.whisper(*addressed(rest, self._names.pseudos)),
            "/history": lambda: participant.older(room),
            **{
                f"/{verb}": partial(participant.ask, verb) for verb in ("token", "devices", "alone")
            },
        }
        return self.ask(requests[command])

    async def send_image(self, room: str, path: str) -> None:
        try:
            name, data = await asyncio.to_thread(read_picture, path, self._limits)
        except ChatError as why:
            return self._complain(str(why))
        self.ask(lambda: self._link.participant.send_image(room, name, data))
        return None
