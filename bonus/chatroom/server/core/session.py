"""La vie d'une connexion : ce qu'on en lit, à quel rythme, et comment elle finit."""

from collections.abc import Callable, Mapping

from chatroom.common.rates import IMAGE_COST, LIST_COST
from chatroom.protocol import messages
from chatroom.protocol.frames import Reason
from chatroom.server.core.house import House
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room
from chatroom.server.core.usage import Share
from chatroom.server.core.world import Peer
from wording.numbers import delay

COSTS: dict[type[messages.Message], float] = {
    messages.Hello: 0.0,  # Identify le suit, et compte
    messages.SendImage: IMAGE_COST,
    messages.ListRooms: LIST_COST,
}
SHORT = 500  # caractères : un texte plus court ne compte que comme un message
PIECE = 4_096  # octets d'un morceau d'image : plus long, c'est son image qui coûte
NOWHERE: dict[int, Room] = {}  # le même pour tous ceux qui ne se sont pas encore présentés


class Session:
    __slots__ = (
        "_handle",
        "_heard",
        "_holds",
        "_house",
        "_pinged",
        "back",
        "bounds",
        "challenge",
        "closed",
        "device",
        "host",
        "name",
        "partial_since",
        "parts",
        "peer",
        "person",
        "quiet_rooms",
        "rooms",
        "since",
    )

    def __init__(
        self,
        house: House,
        peer: Peer,
        host: str,
        name: str,
        handle: Callable[["Session", messages.Message], None],
    ) -> None:
        """`handle` : fait ce que demande une trame de lui."""
        now = house.world.now()
        self._house, self._handle = house, handle
        self.peer, self.host, self.name = peer, host, name
        self.bounds: Mapping[int, int] = house.before_hello  # ce que le décodeur laisse passer
        self.device = 0
        self.challenge = b""  # ce à quoi doit répondre la preuve de son jeton
        self.person: Person | None = None
        self.rooms: dict[int, Room] = NOWHERE
        self.back = False  # c'est quelqu'un que le serveur connaissait
        self.closed = False
        self.partial_since: float | None = None  # une trame, une image commencée attend sa fin
        self.parts: bytes | bytearray = b""  # d'une image qui vient en morceaux
        self.quiet_rooms: frozenset[int] = frozenset()  # où son retour n'est pas une nouvelle
        self._heard = self.since = now
        self._pinged = False
        self._holds = 0

    # Lire, et cesser de lire

    @property
    def held(self) -> bool:
        """On ne lui répond plus pour l'instant : ses trames suivantes attendent chez lui."""
        return self._holds > 0 or self.closed

    def hold(self) -> None:
        self._holds += 1
        if self._holds == 1:
            self.peer.pause()

    def release(self) -> None:
        self._holds -= 1
        if not self._holds and not self.closed:
            self.heard()  # on ne l'écoutait pas : il ne s'est pas tu
            self.peer.resume()

    def heard(self) -> None:
        """Des octets sont venus de lui."""
        self._heard, self._pinged = self._house.world.now(), False

    def progressed(self, size: int) -> None:
        """Ce qu'il a commencé avance de tant d'octets : cela lui donne du temps, sans avance."""
        if self.partial_since is not None:
            later = self.partial_since + size / self._house.limits.floor
            self.partial_since = min(later, self._house.world.now())

    def receive(self, message: messages.Message) -> None:
        """Une trame de lui, dont le type est permis par `bounds`."""
        if isinstance(message, messages.GetPage):
            # Qui revient de loin en demande mille, l'une après l'autre : ce n'est pas inonder.
            self._hold_for(self._take(self._house.usage.pages, 1.0))
        elif not isinstance(message, messages.SendPart) or len(message.data) < PIECE:
            self.spend(COSTS.get(type(message), 1.0))
        if not self.closed:
            self._handle(self, message)

    def spend(self, cost: float) -> None:
        """Prend `cost` messages à son débit ; au-delà, on ne lit plus de lui pendant un temps."""
        if self.closed:  # ce qui était lu d'un même trait : il n'est renvoyé qu'une fois
            return
        house, who, now = self._house, self._who, self._house.world.now()
        said = house.usage.said
        if not (wait := said.take(who, self.host, now, cost)):
            return
        if said.persons.held(who, now) > house.limits.patience:
            self._flooded()
        else:
            self._hold_for(wait)

    def weigh(self, text: str) -> None:
        """De même pour les octets d'un long texte, mais nul n'est renvoyé pour cela."""
        if len(text) > SHORT:
            self._hold_for(self._take(self._house.usage.volume, len(text.encode())))

    def wait_turn(self) -> None:
        """Revenir n'efface rien : qui a vidé son seau attend de même sur une autre connexion."""
        usage, now = self._house.usage, self._house.world.now()
        self._hold_for(usage.said.wait(self._who, self.host, now))

    @property
    def _who(self) -> object:
        """À qui l'on compte : à la personne, d'où qu'elle vienne ; ou, inconnue, à la connexion."""
        return self.person.id if self.person else self

    def _take(self, share: Share, cost: float) -> float:
        return share.take(self._who, self.host, self._house.world.now(), cost)

    def _flooded(self) -> None:
        house = self._house
        person = self.person.id if self.person else 0
        wait = house.usage.flooded(person, self.host, house.world.now())
        back = f" : revenez dans {delay(wait)}" if wait else ""
        self.close(Reason.FLOOD, f"Vous en dites trop, trop vite, depuis trop longtemps{back}.")

    def _hold_for(self, delay: float) -> None:
        if delay:
            self.hold()
            self._house.world.later(delay, self.release)

    def tick(self, now: float) -> None:
        limits, silence = self._house.limits, now - self._heard
        if self.person is None:
            if now - self.since > limits.handshake and not self.held:  # le disque peut tarder
                self.close(Reason.SILENT, "Vous ne vous êtes pas présenté.")
        elif self.partial_since is not None and now - self.partial_since > limits.frame:
            self.close(Reason.SILENT, "Une trame commencée n'a pas été finie à temps.")
        elif silence > limits.idle and not self.held:
            self.close(Reason.SILENT, "Vous ne répondez plus.")
        elif silence > limits.ping and not self._pinged:
            self._pinged = True
            self.peer.send(messages.Ping().encode())

    # Partir

    def close(self, reason: Reason, text: str) -> None:
        """Congédie ce client, en disant pourquoi."""
        if not self.closed:
            self._house.tally.dismissed[reason] += 1
            self._house.note(f"{self} congédié. {text}", self.host)
            self.peer.close(messages.Closing(reason, text).encode())
            self.left()

    def left(self) -> None:
        """Il est parti, ou on vient de le congédier."""
        if self.closed:
            return
        self.closed = True
        person, house = self.person, self._house
        if self not in house.sessions:
            return
        for room in list(self.rooms.values()):
            self.leave(room, messages.Presence.LEFT)
        if person:
            person.leave(self)
        house.disconnected(self)
        house.note(f"Déconnexion de {self}", self.host)

    def leave(self, room: Room, event: messages.Presence) -> None:
        del self.rooms[room.id]
        room.leave(self)
        person = self.person
        # Hors de ses appareils : un autre a déjà pris sa place.
        if person and self in person.sessions and not person.elsewhere(self, room.id):
            self._house.announce(room, self, event)

    def put_out(self, room: int) -> None:
        """Le salon de ce numéro se ferme : il n'y est plus, sans que rien ne l'annonce."""
        if left := self.rooms.pop(room, None):
            left.leave(self)

    def __str__(self) -> str:
        return f"{self.person.pseudo} ({self.name})" if self.person else self.name

    # Répondre

    def refuse(self, reason: Reason, text: str, nonce: int = 0) -> None:
        if not self.closed:
            self._house.tally.refused[reason] += 1
            self.peer.send(messages.Refused(reason, nonce, text).encode())

    def room(self, number: int, nonce: int = 0) -> Room | None:
        """Un salon où il est ; sinon, on le lui dit."""
        room = self.rooms.get(number)
        if room is None:
            self.refuse(Reason.NOT_FOUND, "Vous n'êtes pas dans ce salon.", nonce)
        return room
