"""Le serveur TCP : une connexion n'est qu'un décodeur et une session.

Toutes lisent dans un même tampon : une connexion qui se tait ne garde rien.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from chatroom.core.hub import Hub
from chatroom.core.session import Session
from chatroom.protocol.frames import Decoder, ProtocolError, Reason
from chatroom.protocol.messages import decode

READ = 262_144  # octets lus à la fois : quelques milliers de messages
LARGE = 65_536  # octets : une trame commencée qui en tient davantage est une image
BACKLOG = 4_096  # connexions que le système accepte pour nous : toute une promotion d'un coup


def place(host: str, port: int) -> str:
    """« hôte:port », où les deux-points d'une adresse IPv6 ne se confondent pas avec le dernier."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Listener:
    """Ce que toutes les connexions ont en commun."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        self.hub, self.loop = hub, loop
        self.buffer = memoryview(bytearray(READ))
        self.uploads = 0  # octets d'images en cours d'arrivée
        self.open: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> list[tuple[str, int]]:
        """Écoute ; les adresses où l'on peut venir. OSError si c'est impossible."""

        def connection() -> Connection:
            return Connection(self)

        self._server = await self.loop.create_server(connection, host, port, backlog=BACKLOG)
        return [sock.getsockname()[:2] for sock in self._server.sockets]

    def close(self) -> None:
        """N'accepte plus personne ; les connexions ouvertes le restent."""
        if self._server:
            self._server.close()

    def abort(self) -> None:
        """Coupe tout ce qui reste, sans attendre."""
        for connection in list(self.open):
            connection.abort()


class Connection(asyncio.BufferedProtocol):
    """Un client. Ses méthodes `send`, `close`, `pause` et `resume` sont celles d'un Peer."""

    __slots__ = ("_counted", "_decoder", "_listener", "_session", "_transport", "send")

    _transport: asyncio.Transport
    send: Callable[[bytes], None]

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._session: Session | None = None
        self._counted = 0

    # Ce qu'appelle la boucle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # ceux d'uvloop n'en héritent pas
        self._transport = transport
        self.send = transport.write  # sans détour : c'est appelé mille fois par message
        self._listener.open.add(self)
        hub = self._listener.hub
        transport.set_write_buffer_limits(high=hub.limits.write_buffer)
        host, port = (transport.get_extra_info("peername") or ("?", 0))[:2]
        self._decoder = Decoder(hub.before_hello)
        self._session = hub.connect(self, host, place(host, port))

    def connection_lost(self, exc: Exception | None) -> None:
        listener = self._listener
        listener.open.discard(self)
        listener.uploads -= self._counted
        self._counted = 0
        if self._session:
            self._session.left()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._listener.buffer

    def buffer_updated(self, nbytes: int) -> None:
        session = self._session
        if session and not session.closed:
            session.heard()
            self._decoder.feed(bytes(self._listener.buffer[:nbytes]))
            self._read(session)

    def eof_received(self) -> bool:
        return False  # il n'écrira plus : il est parti

    def pause_writing(self) -> None:
        """Il ne lit pas, et nous gardons déjà pour lui tout ce que nous voulions garder."""
        if self._session:
            text = "Vous ne lisez pas assez vite ; revenez, et vous aurez la suite."
            self._session.close(Reason.SLOW, text)

    # Ce qu'appelle la session

    def close(self, data: bytes) -> None:
        transport = self._transport
        if not transport.is_closing():
            transport.write(data)
            transport.close()
            if transport.get_write_buffer_size():
                self._listener.loop.call_later(self._listener.hub.limits.shutdown, self.abort)

    def abort(self) -> None:
        self._transport.abort()

    def pause(self) -> None:
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()
            self._listener.loop.call_soon(self._go_on)

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
                session.partial_since = None
                session.receive(decode(*frame))
        except ProtocolError as error:
            session.close(error.reason, str(error))
        if not session.closed:
            self._account(session, decoder.partial)

    def _account(self, session: Session, partial: int) -> None:
        """Ce qui attend la fin de sa trame est borné dans le temps, et en mémoire."""
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
