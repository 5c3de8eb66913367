"""Un noyau où quelqu'un est opérateur, et de quoi y donner des ordres."""

import json
from typing import Any

from chatroom.protocol.flags import Role
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Acted, Answered, Ask, Closing, Join, Joined, Refused, Welcome
from chatroom.server.core.people import People
from chatroom.server.core.rooms import Rooms

from tests.bonus.introducing import introduction
from tests.bonus.server.core.ground import Client, Ground

Refusal = tuple[Reason, str]
HOST = "192.0.2.7"


class Town(Ground):
    def come(self, pseudo: str, host: str = HOST, room: str = "salon", code: str = "") -> Client:
        """Quelqu'un de présent dans ce salon ; ou congédié, et `goodbye` dit pourquoi."""
        client = self.connect(host)
        if client.session:
            client.tell(*introduction(pseudo, token_of(pseudo), code=code))
        if not client.closed and room:
            client.tell(Join(room, 0))
        return client

    def prof(self, host: str = "192.0.2.1") -> Client:
        """L'opérateur, dans le salon."""
        client = self.come("prof", host, room="")
        assert client.session
        assert client.session.person
        client.session.person.role |= Role.OPERATOR
        client.enter()
        client.got.clear()
        return client

    def ask(self, client: Client, verb: str, **arguments: Any) -> Any:
        """La réponse à cette commande, ou le refus."""
        client.tell(Ask(verb, json.dumps(arguments)))
        for refusal in client.take(Refused):
            return Reason(refusal.reason), refusal.text
        (found,) = client.take(Answered)
        assert found.verb == verb
        return json.loads(found.answer)

    def restart(self) -> None:
        """Le serveur, relancé sur le même disque : ce qu'il a décidé lui est rendu."""
        bans, rooms = self.hub.bans, self.hub.rooms
        last = max((person.id for person in self.disk.people), default=0)
        for person in self.disk.people:
            person.sessions = ()
        self.start(People(self.disk, len(self.disk.people), last), Rooms(rooms.public()))
        self.hub.bans = bans


def token_of(pseudo: str) -> bytes:
    """Le même d'une fois sur l'autre."""
    return pseudo.encode().ljust(32, b".")


def goodbye(client: Client) -> Refusal:
    closing = client.last(Closing)
    assert client.closed
    return Reason(closing.reason), closing.text


def acts(client: Client) -> list[tuple[str, str, int, str]]:
    """Ce qu'il a appris qu'on faisait : qui, quoi, de quel message, et ce qui en est dit."""
    return [(one.pseudo, one.act, one.target, one.text) for one in client.take(Acted)]


def inside(client: Client) -> bool:
    return bool(client.take(Joined))


def welcome(client: Client) -> Welcome:
    return client.last(Welcome)
