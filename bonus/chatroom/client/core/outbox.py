"""Ce que le participant a dit, et que le serveur n'a pas encore accusé."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chatroom.common.rates import IMAGE_COST, Bucket
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Message, Say, SendImage, Whisper

# Du débit permis : à plein débit, une fois en retard, le seau du serveur ne se remplirait jamais.
PACE = 0.9


@dataclass(slots=True, eq=False)
class Post:
    """Un message à nous. Il n'a de numéro, et pour toujours, qu'à son premier envoi."""

    room: str  # replié, comme fold(name) ; PRIVATE pour un message privé
    text: str  # d'une image, son nom
    to: str = ""
    image: bytes = b""
    nonce: int = 0
    sent: bool = False  # sur la connexion présente

    @property
    def cost(self) -> float:
        return IMAGE_COST if self.image else 1.0

    def message(self, room: int) -> Message:
        if self.image:
            return SendImage(room, self.nonce, self.text, self.image)
        if self.to:
            return Whisper(self.to, self.nonce, self.text)
        return Say(room, self.nonce, self.text)


class Outbox:
    """Nos messages, dans l'ordre. Chacun y reste jusqu'à ce qu'il nous revienne, ou soit refusé.

    Ils partent au débit que le serveur permet : il n'aura donc pas à nous retenir.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._posts: list[Post] = []
        self._nonce = 0
        self._bucket: Bucket | None = None
        self._ready = 0.0
        self.wake: float | None = None  # l'heure à laquelle d'autres pourront partir

    def __len__(self) -> int:
        return len(self._posts)

    def __iter__(self) -> Iterator[Post]:
        return iter(self._posts)

    def add(self, post: Post) -> Post:
        self._posts.append(post)
        return post

    def begin(self, nonce: int) -> None:
        """Une connexion neuve, où le dernier message reçu de nous a ce numéro."""
        self._nonce = max(self._nonce, nonce)
        self._bucket, self._ready, self.wake = None, 0.0, None
        for post in self._posts:
            post.sent = False

    def remove(self, nonce: int) -> Post | None:
        """Le message qui avait ce numéro ; None si ce n'est plus, ou pas, l'un des nôtres."""
        for place, post in enumerate(self._posts):
            if post.nonce == nonce:
                return self._posts.pop(place)
        return None

    def drop(self, room: str) -> list[Post]:
        """Ceux de ce salon, qui n'existe plus pour nous."""
        dropped = [post for post in self._posts if post.room == room]
        self._posts = [post for post in self._posts if post.room != room]
        return dropped

    def waits_for(self, room: str) -> bool:
        return any(post.room == room for post in self._posts)

    def to_send(self, now: float, number: Callable[[str], int]) -> list[Message]:
        """Ce qui peut partir à cette heure (en secondes) ; `number` : celui d'un salon."""
        if self._bucket is None:
            # La moitié du seau du serveur : l'autre couvre les demandes et les retards du réseau.
            self._bucket = Bucket(PACE * self._limits.rate, self._limits.burst / 2, now)
        sent: list[Message] = []
        self.wake = None
        for post in self._posts:
            if post.sent:
                continue
            if self._ready > now:
                self.wake = self._ready
                break
            self._ready = now + self._bucket.take(now, post.cost)
            if not post.nonce:
                self._nonce += 1
                post.nonce = self._nonce
            post.sent = True
            sent.append(post.message(number(post.room)))
        return sent
