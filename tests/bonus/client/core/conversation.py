"""Un participant seul, dont le test joue le serveur ; et de quoi le jouer."""

from chatroom.client.core.events import (
    Spoke,
)
from chatroom.client.core.participant import Participant
from chatroom.protocol.documents import document
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    PRIVATE,
    TOKEN,
    VERSION,
    Greeting,
    Join,
    Joined,
    Message,
    Page,
    Said,
    Welcome,
)

ROOM = 7
GREETING = Greeting(VERSION, 0, b"le serveur, ici.", b"un defi, un seul")
ME, OTHER = 1, 2
DEVICE, SECRET = 5, bytes(range(TOKEN))


def said(seq: int, text: str = "", person: int = OTHER, nonce: int = 0) -> Said:
    return Said(ROOM, seq, 0, person, nonce, 0, "quelqu'un", text or f"message {seq}")


def page(*messages: Said, forwards: bool = False, more: bool = False) -> Page:
    return Page(ROOM, forwards, more, f"[{','.join(map(document, messages))}]")


def welcome(nonce: int = 0, back: bool = False, person: int = ME) -> Welcome:
    token = b"" if back else SECRET
    return Welcome(VERSION, person, 0, nonce, back, "alice", token, DEVICE)


class Conversation:
    """Un participant dont le test joue le serveur."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.participant = Participant("alice", b"", limits)

    def receive(self, *messages: Message) -> list[Message]:
        """Ce qu'il envoie après avoir reçu cela."""
        for message in messages:
            self.participant.receive(message)
        return self.sent()

    def sent(self, now: float = 0.0) -> list[Message]:
        return self.participant.to_send(now)

    def connect(self, nonce: int = 0, back: bool = False) -> list[Message]:
        """Jusqu'aux demandes qui suivent la bienvenue ; le salon privé y est, vide."""
        self.participant.disconnected()
        self.participant.connected()
        self.sent()
        self.receive(GREETING)
        self.participant.identify(self.participant.token)
        self.sent()
        asked = self.receive(welcome(nonce, back))
        assert asked[0] == Join(PRIVATE, 0)
        self.receive(Joined(100, 0, 1, PRIVATE))
        return asked[1:]

    def enter(self, last: int = 0) -> None:
        self.participant.join("salon")
        self.sent()
        self.receive(Joined(ROOM, last, 1, "salon"))

    def seqs(self) -> list[int]:
        events = self.participant.take_events()
        return [event.message.seq for event in events if isinstance(event, Spoke)]
