"""Le serveur TCP : une connexion n'est qu'un décodeur et une session.

Toutes, celles de la page web aussi, lisent dans un même tampon : qui se tait ne garde rien.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from sys import intern
from typing import cast

from chatroom.protocol.frames import Decoder, ProtocolError, Reason
from chatroom.protocol.messages import decode
from chatroom.server.core.hub import Hub
from chatroom.server.core.session import Session
from chatroom.server.core.world import Wrap, Write, bare
from chatroom.server.transports.origins import Origin
from chatroom.server.transports.turnstile import EVERY, Turnstile

READ = 262_144  # octets lus à la fois : quelques milliers de messages
LARGE = 65_536  # octets : une trame commencée qui en tient davantage est une image
DRAINED = 65_536  # octets : ce qui peut encore attendre de partir quand une réponse s'y ajoute
LOOK, LOOKS = 0.005, 0.2  # secondes avant de voir si c'est parti : d'abord, puis au plus
GATHER = 1.0  # seconde entre un premier refus et la ligne qui en parle, avec ceux qui suivent


class Listener:
    """Ce que toutes les connexions partagent, d'où qu'elles viennent.

    `advice` : que faire quand trop de monde vient d'une même adresse.
    """

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop, advice: str = "") -> None:
        self.hub, self.loop = hub, loop
        self.buffer = memoryview(bytearray(READ))
        self.uploads = 0  # octets d'images en cours d'arrivée
        self.open: set[Connection] = set()
        self.lingering: set[Connection] = set()  # congédiés, qui n'ont pas encore raccroché
        self.closed = False  # on s'arrête : personne ne nous fera attendre
        self.turnstile = Turnstile(hub.limits)
        self._advice = advice
        self._report: asyncio.TimerHandle | None = None
        self._quiet_until = 0.0

    def refuse(self, block: str, why: str = "") -> None:
        """Compte un refus ; le journal en dit une ligne, pour tous, une fois par minute."""
        self.turnstile.refuse(block, why)
        self.hub.tally.turned_away += 1
        if self._report is None:
            delay = max(GATHER, self._quiet_until - self.loop.time())
            self._report = self.loop.call_later(delay, self._say)

    def _say(self) -> None:
        self._report, self._quiet_until = None, self.loop.time() + EVERY
        self.hub.note(self.turnstile.report(self._advice))

    def census(self) -> Counter[str]:
        """Combien de connexions de chaque sorte."""
        return Counter(connection.kind for connection in self.open)

    def close(self) -> None:
        """N'attend plus personne ; les connexions ouvertes le restent."""
        self.closed = True
        if self._report:
            self._report.cancel()
            self._say()

    def hang_up(self) -> None:
        """Raccroche à ceux qui restent, une fois parti ce qui leur est écrit."""
        for connection in list(self.open):
            connection.hang_up()

    def abort(self) -> None:
        """Coupe tout ce qui reste, sans attendre."""
        for connection in list(self.open):
            connection.abort()


class Connection(asyncio.BufferedProtocol):
    """Un client, dont les octets sont des trames, telles quelles.

    `send`, `write`, `wrap`, `close`, `drain`, `pause` et `resume` sont ce que demande un Peer.
    """

    __slots__ = (
        "_counted",
        "_deadline",
        "_decoder",
        "_listener",
        "_name",
        "_session",
        "_transport",
        "host",
        "write",
    )

    _transport: asyncio.Transport
    host: str  # l'adresse, ou le réseau IPv6, qui compte comme une
    write: Write
    wrap: Wrap = staticmethod(bare)

    def __init__(self, listener: Listener, origin: Origin) -> None:
        self._listener = listener
        self._name = str(origin)
        self.host = intern(origin.block)  # toute une classe vient de la même
        self._decoder = Decoder(listener.hub.before_hello)
        self._session: Session | None = None
        self._counted = 0
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def kind(self) -> str:
        return "tcp"

    # Ce qu'appelle la boucle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # ceux d'uvloop n'en héritent pas
        self._transport = transport
        self.write = transport.write  # sans détour : c'est appelé mille fois par message
        self._listener.open.add(self)
        transport.set_write_buffer_limits(high=self._listener.hub.limits.write_buffer)
        self._opened()

    def connection_lost(self, exc: Exception | None) -> None:
        listener = self._listener
        listener.open.discard(self)
        listener.lingering.discard(self)
        self._leave_the_door()
        listener.uploads -= self._counted
        self._counted = 0
        self._clear_deadline()
        if self._session:
            self._session.left()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._listener.buffer

    def buffer_updated(self, nbytes: int) -> None:
        session = self._session
        if session and not session.closed:
            session.heard()
            self._listener.hub.tally.received += nbytes
            self._decoder.feed(bytes(self._listener.buffer[:nbytes]))
            self._read(session)
            session.progressed(nbytes)

    def eof_received(self) -> bool:
        return False  # il n'écrira plus : il est parti

    def pause_writing(self) -> None:
        """Il ne lit pas, et nous gardons déjà pour lui tout ce que nous voulions garder."""
        if self._session:
            text = "Vous ne lisez pas assez vite ; revenez, et vous aurez la suite."
            self._session.close(Reason.SLOW, text)

    # Ce qu'appelle la session

    def send(self, data: bytes) -> None:
        self._listener.hub.tally.sent += len(data)
        self.write(data)

    def close(self, data: bytes) -> None:
        if not self._leaving:
            self.send(data)
            self._hang_up()

    def drain(self, then: Callable[[], None]) -> None:
        limits, now = self._listener.hub.limits, self._listener.loop.time
        size = self._transport.get_write_buffer_size
        deadline = now() + limits.frame + size() / limits.floor

        def look(delay: float) -> None:
            if not self._leaving and size() > DRAINED:
                if now() < deadline:
                    following = min(2 * delay, LOOKS)
                    self._listener.loop.call_later(delay, look, following)
                    return
                self.pause_writing()
            then()

        look(LOOK)

    def hang_up(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def pause(self) -> None:
        if not self._leaving:
            self._transport.pause_reading()

    def resume(self) -> None:
        if not self._leaving:
            self._transport.resume_reading()
            self._listener.loop.call_soon(self._go_on)

    # Le reste est à nous

    def _leave_the_door(self) -> None:
        self._listener.turnstile.leave(self.host)

    @property
    def made(self) -> bool:
        """Elle a eu lieu : elle finira par `connection_lost`."""
        return hasattr(self, "_transport")

    def _opened(self) -> None:
        self._session = self._listener.hub.connect(self, self.host, self._name)

    def _hang_up(self) -> None:
        """Ferme, une fois parti tout ce qui est écrit ; sans attendre toujours qui ne lit pas.

        Fermer quand il reste à lire, c'est couper (RST), et notre dernier mot peut s'y perdre : on
        n'écrit plus, puis on lit pour rien jusqu'à ce qu'il raccroche. Pas si l'on s'arrête, ni
        s'ils sont trop nombreux à se faire attendre.
        """
        if self._leaving:
            return
        if self._session:
            self._session.left()  # plus rien ne doit lui être écrit
        listener, transport = self._listener, self._transport
        limits = listener.hub.limits
        few = len(listener.lingering) < limits.requests
        if few and not listener.closed and transport.can_write_eof():
            listener.lingering.add(self)
            with suppress(OSError):  # il a déjà coupé : lire nous le dira
                transport.write_eof()
            transport.resume_reading()
        else:
            transport.close()
        self._await_end()

    def _await_end(self) -> None:
        """Qu'il raccroche ; ou, si ce qui lui est écrit part encore, qu'il l'ait lu."""
        limits, size = self._listener.hub.limits, self._transport.get_write_buffer_size
        before = size()

        def judge() -> None:
            read = before - size() >= limits.floor * limits.shutdown
            if read and not self._listener.closed:
                self._await_end()
            else:
                self.abort()

        self._set_deadline(limits.shutdown, judge)

    def _set_deadline(self, delay: float, then: Callable[[], None]) -> None:
        """N'attend pas plus longtemps que cela."""
        self._clear_deadline()
        self._deadline = self._listener.loop.call_later(delay, then)

    def _clear_deadline(self) -> None:
        """Attend aussi longtemps qu'il le faudra."""
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    @property
    def _leaving(self) -> bool:
        return self._transport.is_closing() or self in self._listener.lingering

    def _go_on(self) -> None:
        """Les trames arrivées avant la pause."""
        if self._session:
            self._read(self._session)

    def _read(self, session: Session) -> None:
        decoder = self._decoder
        try:
            while not session.held:
                decoder.bounds = session.bounds
                frame = decoder.next()
                if frame is None:
                    break
                if not session.parts:
                    session.partial_since = None
                session.receive(decode(*frame))
        except ProtocolError as error:
            session.close(error.reason, str(error))
        if not session.closed:
            self._account(session, self._partial() + len(session.parts))

    def _partial(self) -> int:
        """Octets qui attendent la suite de leur trame."""
        return self._decoder.partial

    def _account(self, session: Session, partial: int) -> None:
        """Ce qui attend sa fin, trame ou image en morceaux, est borné : temps et mémoire."""
        if not partial or session.held:
            session.partial_since = None
        elif session.partial_since is None:
            session.partial_since = self._listener.hub.world.now()
        large = partial if partial > LARGE else 0
        if large != self._counted:
            self._listener.uploads += large - self._counted
            self._counted = large
            if large and self._listener.uploads > self._listener.hub.limits.uploads:
                session.close(Reason.FULL, "Trop d'images arrivent à la fois : réessayez.")
