"""Ce qu'une ligne tapée fait faire au participant, quel que soit le visage."""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Protocol

from chatroom.client.core.events import Ended, Event
from chatroom.client.faces.commands import addressed
from chatroom.client.faces.ignoring import Ignored
from chatroom.client.faces.latest import Latest
from chatroom.client.faces.names import Names
from chatroom.client.faces.orders import order
from chatroom.client.network.link import Link
from chatroom.client.pictures import read_picture
from chatroom.protocol import ChatError
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.text import fold
from wording.harmless import neutral

DEFAULT_ROOM = "général"
FORGET = "Tous vos messages seront retirés, et votre pseudo rendu : rien ne pourra les refaire."


class Outcome(Enum):
    LEFT = 0
    FAILED = 1
    OTHER_PSEUDO = 2  # celui-là ne peut pas servir
    OTHER_CODE = 3  # il manque le mot de passe du chat, ou ce n'est pas celui-là


def outcome_of(event: Ended) -> Outcome:
    """Ce qu'il reste à faire quand le serveur ne veut pas de nous."""
    if event.reason in (Reason.PSEUDO_TAKEN, Reason.NAME):
        return Outcome.OTHER_PSEUDO
    return Outcome.OTHER_CODE if event.reason is Reason.CODE else Outcome.FAILED


class Book(Protocol):
    """Où s'écrit la conversation."""

    def write(self, *lines: str) -> None: ...


class Speaker:
    """`complain` montre pourquoi une demande n'a pas pu se faire."""

    def __init__(
        self,
        link: Link,
        names: Names,
        limits: Limits,
        complain: Callable[[str], None],
        ignored: Ignored | None = None,
    ) -> None:
        self._link, self._names, self._limits = link, names, limits
        self._complain = complain
        self._ignored = ignored or Ignored({}, lambda _: None)
        self._latest = Latest()

    def hear(self, event: Event) -> Event | None:
        """Ce qui arrive, sans ce que disent ceux qu'on ignore ; None s'il n'en reste rien."""
        self._names.learn(event)
        self._latest.learn(event)
        return self._ignored.sifted(event)

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
            "": lambda: self._say(room, rest),
            "/join": lambda: participant.join(rest),
            "/rooms": participant.list_rooms,
            "/who": lambda: participant.list_rooms(rest or room),
            "/msg": lambda: participant.whisper(*addressed(rest, self._names.pseudos)),
            "/history": lambda: participant.older(room),
            "/delete": lambda: self._delete(room, rest),
            "/ignore": lambda: self._ignore(rest),
            "/unignore": lambda: self._unignore(rest),
            "/forget": lambda: self._forget(rest),
        }
        if command == "/topic" and not rest:
            requests["/topic"] = lambda: self._tell_topic(room)
        return self.ask(requests.get(command) or (lambda: self._order(command, rest, room)))

    def _say(self, room: str, text: str) -> None:
        if not room:
            raise ValueError("Vous n'êtes dans aucun salon : /join SALON.")
        self._link.participant.say(room, text)

    def _order(self, command: str, rest: str, room: str) -> None:
        self._link.participant.ask(*order(command, rest, room, self._names.pseudos))

    def delete(self, room: str, seq: int) -> bool:
        """Retire ce message."""
        participant = self._link.participant
        return self.ask(lambda: participant.ask("delete", {"room": room, "seq": seq}))

    def _delete(self, room: str, pseudo: str) -> None:
        seq = self._latest.last(room, pseudo)
        self._link.participant.ask("delete", {"room": room, "seq": seq})

    def _tell_topic(self, room: str) -> None:
        topic = self._link.participant.topic(room)
        self._complain(f"Le sujet : {neutral(topic)}" if topic else "Ce salon n'a pas de sujet.")

    def _ignore(self, pseudo: str) -> None:
        if pseudo:
            self._ignored.add(pseudo)
            self._complain(f"Vous ne lirez plus {neutral(pseudo)} (/unignore {neutral(pseudo)}).")
        else:
            names = ", ".join(map(neutral, self._ignored))
            self._complain(f"Vous ignorez {names}." if names else "Vous n'ignorez personne.")

    def _unignore(self, pseudo: str) -> None:
        self._ignored.remove(pseudo)
        self._complain(f"Vous lirez de nouveau {neutral(pseudo)}.")

    def _forget(self, pseudo: str) -> None:
        """Son propre pseudo, retapé, vaut confirmation."""
        participant = self._link.participant
        mine = participant.pseudo
        if not pseudo:
            self._complain(f"{FORGET} Pour le confirmer : /forget {neutral(mine)}")
        elif fold(pseudo) == fold(mine):
            participant.ask("forget")
        else:
            participant.ask("forget", {"who": pseudo})

    async def send_image(self, room: str, path: str) -> None:
        try:
            name, data = await asyncio.to_thread(read_picture, path, self._limits)
        except ChatError as why:
            return self._complain(str(why))
        self.ask(lambda: self._link.participant.send_image(room, name, data))
        return None
