"""Le serveur sans le réseau : il reçoit les connexions, et fait passer le temps."""

from collections.abc import Callable
from functools import cached_property, partial

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Message, Notice
from chatroom.server.core import (  # noqa: F401 (qui s'y inscrivent)
    arriving,
    devices,
    erasing,
    keeping,
    leaving,
    naming,
    powers,
    requests,
)
from chatroom.server.core.handlers import handle
from chatroom.server.core.house import House
from chatroom.server.core.housekeeping import reread, tidy
from chatroom.server.core.session import Session
from chatroom.server.core.world import Peer

SWEEPING = 10.0  # secondes entre deux oublis des seaux pleins


class Hub(House):
    _swept = 0.0

    @cached_property
    def _handle(self) -> Callable[[Session, Message], None]:
        """Le même pour toutes les sessions, dont beaucoup ne disent jamais rien."""
        return partial(handle, self)

    def connect(self, peer: Peer, host: str, name: str) -> Session | None:
        """Quelqu'un se connecte depuis `host` ; None s'il n'y a pas de place, et on le lui dit."""
        session = Session(self, peer, host, name, self._handle)
        refusal, reason = "", Reason.FULL
        if ban := self.bans.of_host(host, self.world.date()):
            refusal, reason = ban.sentence(self.world.date()), Reason.BANNED
        elif len(self.sessions) >= self.limits.connections:
            refusal = "Le chat est complet : réessayez plus tard."
        elif self.addresses[host] >= self.limits.connections_per_address:
            refusal = (
                "Trop de connexions depuis cette adresse. Si c'est celle d'un mandataire (proxy), "
                "le serveur doit le connaître : --trusted-proxy."
            )
        if refusal:
            self.note(f"Connexion de {name} refusée. {refusal}", host)
            session.close(reason, refusal)
            return None
        self.tally.accepted += 1
        self.addresses[host] += 1
        self.sessions[session] = None
        self.note(f"Connexion de {name}", host)
        session.wait_turn()
        return session

    def tick(self) -> None:
        """À appeler chaque seconde : les attentes de chacun."""
        now = self.world.now()
        for session in list(self.sessions):
            session.tick(now)
        self.journal.tick()
        tidy(self)
        if now - self._swept > SWEEPING:
            self._swept = now
            self.usage.sweep(now)
            self.journal.sweep()

    def reread(self) -> None:
        """Ce qui a changé dans la base sans ce serveur : `--forget`, `--release`."""
        reread(self)

    def shut_down(self) -> None:
        """Plus rien n'est accepté ; ce qui l'a été part, puis chacun est congédié (farewell)."""
        self.journal.tell_silenced()
        notice = Notice("Le serveur s'arrête.").encode()
        for session in list(self.sessions):  # qui déborde de ce qu'on lui écrit en sort
            session.hold()
            if session.person:
                session.peer.send(notice)

    def farewell(self) -> None:
        for session in list(self.sessions):
            session.close(Reason.SHUTDOWN, "Le serveur est arrêté.")
