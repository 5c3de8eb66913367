"""Ce qui arrive à un participant, tel que son visage (en lignes, plein écran) l'apprend."""

from dataclasses import dataclass
from typing import Any

from chatroom.client.core.outbox import Post
from chatroom.protocol import messages
from chatroom.protocol.documents import Absent, RoomSummary
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Pictured, Presence, Said, Whispered

Shown = Said | Whispered | Pictured | Absent


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Le serveur nous connaît. `back` : il nous connaissait déjà ; `again` : après une coupure."""

    pseudo: str
    person: int
    colour: int
    back: bool
    again: bool
    token: bytes  # à garder, s'il n'est pas vide
    role: int = 0  # Role


@dataclass(frozen=True, slots=True)
class Entered:
    """Nous voilà dans ce salon, dont le nom est celui du serveur.

    `again` : nous y étions avant la coupure ; `restarted` : mais il a été refait depuis.
    """

    room: str
    members: int
    again: bool
    restarted: bool
    mode: int = 0  # Mode
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """Ce qu'est désormais ce salon ; les champs, comme ceux d'Entered."""

    room: str
    mode: int
    topic: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """Ce salon a changé de nom."""

    room: str
    name: str


@dataclass(frozen=True, slots=True)
class PutOut:
    """Nous ne sommes plus dans ce salon : il a fermé, ou ne nous laisse plus entrer."""

    room: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """Un message. `old` : il vient de l'historique ; `post` : celui que cela nous accuse."""

    room: str
    message: Shown
    mine: bool
    old: bool
    post: Post | None


@dataclass(frozen=True, slots=True)
class Happened:
    """On a fait quelque chose au salon, ou à l'un de ses messages."""

    room: str
    message: messages.Acted
    mine: bool
    old: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    room: str
    presence: Presence
    pseudo: str
    colour: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Gathering:
    """Comme Announcement, de `count` personnes, dont `names` ne nomme que les premières."""

    room: str
    presence: Presence
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerReceived:
    """La réponse à une commande."""

    verb: str
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NoticeShown:
    text: str


@dataclass(frozen=True, slots=True)
class RefusedRequest:
    """Le serveur dit non ; `post` : à ce message, qui n'aura pas lieu ; `room` : on y entrait."""

    text: str
    post: Post | None
    reason: Reason | None = None
    room: str = ""


@dataclass(frozen=True, slots=True)
class RoomsListed:
    rooms: tuple[RoomSummary, ...]


@dataclass(frozen=True, slots=True)
class PageReceived:
    """Une page plus ancienne, demandée par `older`. `more` : il y en a d'autres avant."""

    room: str
    messages: tuple[Shown, ...]
    person: int  # nous : de qui les messages sont les nôtres
    more: bool


@dataclass(frozen=True, slots=True)
class ImageReceived:
    room: str
    seq: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """La connexion est perdue ; on réessaie dans `delay` secondes."""

    text: str
    delay: float


@dataclass(frozen=True, slots=True)
class Ended:
    """Le serveur nous congédie, ou rien n'y répond. `final` : il ne faut pas y revenir."""

    reason: Reason | None
    text: str
    final: bool


Event = (
    Welcomed
    | Entered
    | Ruled
    | Renamed
    | PutOut
    | Spoke
    | Happened
    | Announcement
    | Gathering
    | AnswerReceived
    | NoticeShown
    | RefusedRequest
    | RoomsListed
    | PageReceived
    | ImageReceived
    | Lost
    | Ended
)
