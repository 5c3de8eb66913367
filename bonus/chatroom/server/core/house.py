"""La maison : qui est là, dans quels salons, ce qui attend le disque, et ce qui part à chacun.

Un message accepté attend la transaction en cours, puis part avec tous ceux qui attendaient comme
lui ; une fois sur le disque, et alors seulement, ceux d'un même salon partent en un seul texte.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from chatroom.protocol.bounds import after_greeting, after_hello, before_hello
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Presence
from chatroom.server.core.admission import Admission
from chatroom.server.core.announcing import Announcer
from chatroom.server.core.bans import Bans
from chatroom.server.core.journal import Journal
from chatroom.server.core.pending import Batch, Code, Newcomer, Pending, Seen
from chatroom.server.core.people import Directory, Guest, People, Person
from chatroom.server.core.rooms import Room, Rooms
from chatroom.server.core.space import Space, Tidied
from chatroom.server.core.tally import Tally
from chatroom.server.core.usage import Usage
from chatroom.server.core.world import World
from wording.numbers import plural

DAY = 86_400_000  # ms : une visite ne se note qu'une fois par jour
NAMED = 3  # destinataires que nomme une ligne du journal ; les autres y sont comptés


class Visit(Guest, Protocol):
    """Quelqu'un de connecté, tel que le voit la maison."""

    @property
    def host(self) -> str: ...

    def hold(self) -> None:
        """Cesse de lire de lui."""

    def release(self) -> None:
        """Annule un `hold`."""

    def tick(self, now: float) -> None:
        """Une seconde a passé."""


class Store(Directory, Protocol):
    """Ce qui est gardé sur le disque. Les réponses viennent plus tard, dans la boucle."""

    def identity(self) -> bytes:
        """Qui est ce serveur : seize octets, tirés une fois pour toutes."""

    def commit(self, batch: Batch, done: Callable[[str], None]) -> None:
        """Puis `done("")`, ou `done(pourquoi)` si rien n'en est enregistré."""

    def page(
        self,
        room: int,
        seq: int,
        forwards: bool,
        done: Callable[[tuple[Sequence[str], bool] | None], None],
    ) -> None:
        """Les documents d'avant ou d'après `seq`, et s'il y en a au-delà ; None : illisibles."""

    def image(self, room: int, seq: int, done: Callable[[bytes | None], None]) -> None:
        """Les octets d'une image ; None s'il n'y en a pas."""

    def date_of(self, room: int, seq: int, done: Callable[[int | None], None]) -> None:
        """L'heure (`time`) d'un message ; None s'il n'est pas là, ou n'est plus lisible."""

    def tidy(self, limits: Limits, done: Callable[[Tidied], None]) -> None:
        """Un morceau de ménage ; `done` apprend ce qui en est fait, et ce qui pourrait l'être."""

    def drop(self, rooms: Sequence[int], people: Sequence[int]) -> None:
        """Oublie des salons vides, et des personnes qui n'ont jamais rien dit."""

    def document(self, room: int, seq: int, done: Callable[[str | None], None]) -> None:
        """Un message ; None s'il n'est pas là, ou ne peut être lu."""

    def twin(self, room: int, person: int, nonce: int, done: Callable[[int | None], None]) -> None:
        """Dans ce salon privé, le numéro du message qu'a ainsi numéroté cette personne."""

    def forget(self, person: int, done: Callable[[str], None]) -> None:
        """Elle n'est plus connue ; `done` comme pour `commit`. Ses messages partent peu à peu."""

    def issue(self, code: Code, done: Callable[[str], None]) -> None:
        """Garde un code, qui ne vaudra qu'une fois ; `done` comme pour `commit`."""

    def redeem(
        self,
        kind: str,
        code: bytes,
        now: int,
        then: Callable[[str | None], None],
        sorry: Callable[[str], None],
    ) -> None:
        """Ce que vaut ce code (son empreinte), qui ne vaut plus rien ensuite ; ou None."""


class House:
    def __init__(
        self,
        limits: Limits,
        world: World,
        store: Store,
        people: People,
        rooms: Rooms,
        examine: Callable[[bytes], tuple[bytes, int, int]],
        log: Callable[[Sequence[str]], None],
        draw: random.Random | None = None,
    ) -> None:
        self.limits, self.world, self.store = limits, world, store
        self.people, self.rooms = people, rooms
        people.dropped = rooms.drop_private
        # Ce qui sera gardé d'une image, sa largeur, sa hauteur ; ChatError si elle est à refuser.
        self.examine = examine
        self.before_hello, self.after_hello = before_hello(limits), after_hello(limits)
        self.after_greeting = after_greeting(limits)
        self.identity = store.identity()
        self.draw = draw or random.SystemRandom()
        self.tally = Tally()
        self.door, self.bans = Admission(), Bans()
        self.sessions: dict[Visit, None] = {}
        self.addresses: Counter[str] = Counter()
        # Les salons et les personnes qui attendent d'être enregistrés, par numéro.
        self.opening: dict[int, Newcomer] = {}
        self.enrolling: dict[int, Newcomer] = {}
        self.usage = Usage(limits)
        self.journal = Journal(limits, world.now, log, self._schedule)
        self.note = self.journal.note
        self._announcer = Announcer(limits, world, self.tell)
        self._waiting: list[Pending] = []
        self._waiting_size = 0
        self._committing: list[Pending] = []
        self._batch, self._began = Batch(), 0.0  # la transaction en cours
        self._stalled: list[Visit] = []
        self._touched: dict[Room, None] = {}
        self._published: Counter[Room] = Counter()  # messages à envoyer, par salon
        self._scheduled = False
        self.space: Space | None = None  # la place qui reste ; None : on ne le sait pas encore
        self.tidying = False

    def adopt(self, limits: Limits) -> None:
        """D'autres bornes, pour ceux qui sont là aussi."""
        self.limits, self.usage = limits, Usage(limits)
        self.journal.adopt(limits)
        self._announcer.limits = limits
        self.before_hello.update(before_hello(limits))
        self.after_greeting.update(after_greeting(limits))
        self.after_hello.update(after_hello(limits))

    # Ce que font les sessions

    def disconnected(self, session: Visit) -> None:
        del self.sessions[session]
        self.addresses[session.host] -= 1
        if not self.addresses[session.host]:
            del self.addresses[session.host]

    def submit(self, pending: Pending, session: Visit) -> None:
        """À enregistrer. Trop d'attente : on ne lit plus cette session avant la transaction."""
        self._waiting.append(pending)
        self._waiting_size += pending.size
        if self._waiting_size > self.limits.waiting:
            session.hold()
            self._stalled.append(session)
        self._schedule()

    def enrol(self, person: Person, session: Visit) -> None:
        """Une personne nouvelle, à enregistrer."""

        def settle(kept: bool) -> None:
            self.enrolling.pop(person.id, None)
            if kept:
                person.seen = self.world.date()
                self.people.saved(person)
            else:
                self.people.forget(person)

        newcomer = Newcomer(lambda batch: batch.people.append(person), settle)
        self.enrolling[person.id] = newcomer
        self.submit(newcomer, session)

    def visited(self, person: Person, session: Visit) -> None:
        """Elle vient d'être accueillie. Qui parle n'a pas besoin qu'on le note."""
        date = self.world.date()
        if not person.nonces and date - person.seen > DAY:
            self.submit(Seen(person, date), session)

    def open_room(self, room: Room, session: Visit) -> None:
        """Un salon nouveau, de même."""

        def settle(kept: bool) -> None:
            self.opening.pop(room.id, None)
            if not kept:
                self.rooms.forget(room)

        newcomer = Newcomer(lambda batch: batch.rooms.append(room), settle)
        self.opening[room.id] = newcomer
        self.submit(newcomer, session)

    def publish(self, room: Room, seq: int, frame: bytes) -> None:
        """Le message n° `seq` est enregistré : il peut paraître."""
        self._published[room] += 1
        self.publish_unnoted(room, seq, frame)

    def publish_unnoted(self, room: Room, seq: int, frame: bytes) -> None:
        """De même, sans dire au journal à qui il va."""
        room.last = seq
        self.tell(room, frame)

    def tell(self, room: Room, frame: bytes) -> None:
        """À tous ceux du salon, à la fin de ce tour."""
        room.pending.append(frame)
        self._touched[room] = None
        self._schedule()

    def announce(self, room: Room, session: Guest, event: Presence) -> None:
        if session.person and not room.private:
            self._announcer.announce(room, session.person, event)

    def _note_sent(self, room: Room, count: int) -> None:
        """À qui vont ces messages : une ligne pour tous, comme il n'y a qu'un envoi."""
        names = [person.pseudo for _, person in zip(range(NAMED), room.people, strict=False)]
        if names:
            others = room.count - len(names)
            more = f" et à {others} autre{plural(others)}" if others else ""
            what = f"{count} messages" if count > 1 else "un message"
            self.note(f"Envoyé à {', '.join(names)}{more} : {what} ({room.label})")

    # Le tour de boucle

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self.world.soon(self._turn)

    def _turn(self) -> None:
        self._scheduled = False
        for room, count in self._published.items():
            self._note_sent(room, count)
        self._published.clear()
        touched, self._touched = self._touched, {}
        for room in touched:
            self.tally.sent += room.flush()
        self.journal.flush()
        if self._waiting and not self._committing:
            self._commit()

    def _commit(self) -> None:
        self._committing, self._waiting, self._waiting_size = self._waiting, [], 0
        self._batch, self._began = Batch(), self.world.now()
        for pending in self._committing:
            pending.write(self._batch)
        self.store.commit(self._batch, self._committed)

    def _committed(self, why: str) -> None:
        settled, self._committing = self._committing, []
        now = self.world.now()
        if why:
            self.tally.lost(why, now)
            # Ceux qui attendaient aussi : un message ne doit pas être gardé sans ceux d'avant lui.
            settled, self._waiting, self._waiting_size = settled + self._waiting, [], 0
            self.note(f"Rien n'a pu être enregistré : {why}")
        else:
            self.tally.committed(self._batch, now - self._began)
        for pending in settled:
            if why:
                pending.lost(why)
            else:
                pending.kept()
        stalled, self._stalled = self._stalled, []
        for session in stalled:
            session.release()
        self._schedule()

    @property
    def queues(self) -> dict[str, int]:
        """Ce qui attend : la prochaine transaction, puis le disque."""
        return {"waiting": len(self._waiting), "committing": len(self._committing)}

    @property
    def settled(self) -> bool:
        """Plus rien n'attend le disque, ni d'être envoyé."""
        return not (self._waiting or self._committing or self._touched or self._scheduled)
