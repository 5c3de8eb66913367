"""Ce que le participant a dit, et que le serveur n'a pas encore accusé."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chatroom.common.rates import IMAGE_COST, Bucket
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Message, Say, SendImage, SendPart, Whisper

# Du débit permis : à plein débit, une fois en retard, le seau du serveur ne se remplirait jamais.
PACE = 0.9
# Une image part en morceaux, et les textes passent entre eux : sur une liaison lente, un texte
# n'attend au plus que ce qui est déjà en route.
PART = 8_192  # octets d'un morceau
WINDOW = 32_768  # octets partis dont le serveur n'a pas dit qu'il les a : une seconde à 256 kbit/s
TRIES = 2  # coupures pendant l'envoi d'une image, après quoi on y renonce


@dataclass(slots=True, eq=False)
class Post:
    """Un message à nous. Il n'a de numéro, et pour toujours, qu'à son premier envoi."""

    room: str  # replié, comme fold(name) ; PRIVATE pour un message privé
    text: str  # d'une image, son nom
    to: str = ""
    image: bytes = b""
    nonce: int = 0
    sent: bool = False  # sur la connexion présente
    failures: int = 0  # coupures pendant son envoi

    @property
    def cost(self) -> float:
        return IMAGE_COST if self.image else 1.0

    def message(self, room: int, start: int = 0) -> Message:
        """`start` : d'une image, les octets déjà partis en morceaux."""
        if self.image:
            return SendImage(room, self.nonce, self.text, self.image[start:])
        if self.to:
            return Whisper(self.to, self.nonce, self.text)
        return Say(room, self.nonce, self.text)


class Outbox:
    """Nos messages, dans l'ordre. Chacun y reste jusqu'à ce qu'il nous revienne, ou soit refusé.

    Ils partent au débit que le serveur permet : il n'aura donc pas à nous retenir. Un texte peut
    dépasser une image, qui n'a donc de numéro qu'avec son dernier morceau.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._posts: list[Post] = []
        self._nonce = self._settled = 0  # dernier numéro donné ; dernier dont on sait le sort
        self._picture: Post | None = None  # celle qui est en route : une à la fois
        self._gone = self._arrived = 0  # octets qui en sont partis en morceaux, et arrivés
        self._forgotten = False  # on a renoncé à des morceaux que le serveur tient encore
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

    def begin(self, nonce: int) -> list[Post]:
        """Une connexion neuve, où le dernier message reçu de nous a ce numéro.

        Ce qui en a un plus grand n'est pas arrivé : un autre lui sera donné, dans l'ordre où il
        partira. Rend les images auxquelles on renonce.
        """
        self._nonce = self._settled = max(self._settled, nonce)
        self._bucket, self._ready, self.wake = None, 0.0, None
        picture, self._picture, self._forgotten = self._picture, None, False
        for post in self._posts:
            post.sent = False
            if post.nonce > nonce:
                post.nonce = 0
        if picture is None or picture.nonce:
            return []
        picture.failures += 1
        if picture.failures < TRIES:
            return []
        self._posts.remove(picture)
        return [picture]

    def parted(self, size: int) -> None:
        """Le serveur a tant d'octets de l'image qui est en route."""
        self._arrived = min(size, self._gone)

    def remove(self, nonce: int) -> Post | None:
        """Le message qui avait ce numéro ; None si ce n'est plus, ou pas, l'un des nôtres."""
        for place, post in enumerate(self._posts):
            if post.nonce == nonce:
                self._settled = max(self._settled, nonce)
                if post is self._picture:
                    self._picture = None
                return self._posts.pop(place)
        return None

    def drop(self, room: str) -> list[Post]:
        """Ceux de ce salon, qui n'existe plus pour nous."""
        dropped = [post for post in self._posts if post.room == room]
        self._posts = [post for post in self._posts if post.room != room]
        if self._picture in dropped:
            self._picture, self._forgotten = None, self._gone > 0
        return dropped

    def rename(self, before: str, room: str) -> None:
        """Le salon a changé de nom."""
        for post in self._posts:
            if post.room == before:
                post.room = room

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
            if post.sent or (post.image and self._picture):
                continue
            if self._ready > now:
                self.wake = self._ready
                break
            self._ready = now + self._bucket.take(now, post.cost)
            if post.image:
                self._picture, self._gone, self._arrived = post, 0, 0
                sent += self._pieces(number)
            else:
                sent.append(self._whole(post, number))
        return sent + self._pieces(number)

    def _whole(self, post: Post, number: Callable[[str], int]) -> Message:
        if not post.nonce:
            self._nonce += 1
            post.nonce = self._nonce
        post.sent = True
        if not post.image:
            return post.message(number(post.room))
        if not self._gone:  # d'un seul tenant : d'autres peuvent la suivre
            self._picture = None
        return post.message(number(post.room), self._gone)

    def _pieces(self, number: Callable[[str], int]) -> list[Message]:
        """Ce qui peut partir de l'image qui est en route."""
        post, sent = self._picture, list[Message]()
        if post is None or post.sent:
            return sent
        if self._forgotten:
            self._forgotten = False
            sent.append(SendPart(b""))
        while self._gone - self._arrived < WINDOW:
            if len(post.image) - self._gone <= PART:
                return [*sent, self._whole(post, number)]
            sent.append(SendPart(post.image[self._gone : self._gone + PART]))
            self._gone += PART
        return sent
