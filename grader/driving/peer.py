"""L'autre bout du fil, en sockets : des clients et des serveurs dont on choisit chaque octet."""

import asyncio
import socket
import struct
from collections.abc import Callable

from grader.driving.pulse import Pulse
from grader.driving.timeline import Timeline

MAX_RECEIVED = 2_000_000  # octets ; au-delà, on ne lit plus


class Peer(asyncio.Protocol):
    """Une connexion TCP avec un programme de la copie."""

    def __init__(
        self,
        actor: str,
        pulse: Pulse,
        timeline: Timeline,
        arrived: "Callable[[Peer], None] | None" = None,
    ) -> None:
        self.actor = actor
        self._pulse, self._timeline = pulse, timeline
        self._arrived = arrived
        self._received = bytearray()
        self._place = 0  # ce qui précède a déjà été examiné
        self.ended: str = ""  # "close" ou "reset", du fait de l'autre
        self.closed = False  # de notre fait
        self.deaf = False  # ne lit plus ce qui lui arrive
        self.name = self.other = ""
        self.address: tuple[str, int] = ("", 0)
        self.other_address: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        link: socket.socket = transport.get_extra_info("socket")
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.address, self.other_address = link.getsockname()[:2], link.getpeername()[:2]
        self.name, self.other = ("{}:{}".format(*end) for end in (self.address, self.other_address))
        if self._arrived:
            self._arrived(self)
        # Le port d'où vient un programme change à chaque essai : il n'est pas du récit.
        shown = self.name if self._arrived else f"{self.name} → {self.other}"
        self._timeline.add(self.actor, "connect", shown)
        self._pulse.beat()

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._timeline.add(self.actor, "received", data.decode(errors="backslashreplace"))
        if len(self._received) > MAX_RECEIVED:
            self._transport.pause_reading()
            self.deaf = True
        self._pulse.beat()

    def eof_received(self) -> bool:
        self._end("close")
        return True  # garder notre sens ouvert : c'est à nous de fermer le nôtre

    def connection_lost(self, exc: Exception | None) -> None:
        if exc:
            self._end("reset")

    def _end(self, how: str) -> None:
        if not self.ended:
            self.ended = how
            self._timeline.add(self.actor, "note", "le programme a fermé la connexion")
            self._pulse.beat()

    @property
    def unread(self) -> bytes:
        """Ce qui est arrivé depuis le dernier `forget`."""
        return bytes(self._received[self._place :])

    @property
    def unread_text(self) -> str:
        return self.unread.decode(errors="backslashreplace")

    def forget(self) -> None:
        """Ce qui est arrivé jusqu'ici est examiné."""
        self._place = len(self._received)
        self._timeline.cut(self.actor)

    def send(self, text: str | bytes) -> None:
        data = text if isinstance(text, bytes) else text.encode()
        self._timeline.add(self.actor, "sent", data.decode(errors="backslashreplace"))
        self._transport.write(data)

    def refuse(self) -> None:
        """Une connexion de trop."""
        self._transport.abort()

    def finish(self) -> None:
        """Dit qu'il n'enverra plus rien (FIN), et garde pourtant sa place."""
        self._timeline.add(self.actor, "close")
        self._transport.write_eof()

    def close(self) -> None:
        """S'en va en le disant (FIN)."""
        self._timeline.add(self.actor, "close")
        self.closed = True
        self._transport.close()

    def vanish(self) -> None:
        """Disparaît sans prévenir (RST)."""
        self._timeline.add(self.actor, "reset")
        self.closed = True
        if self._transport.is_closing():  # l'autre est parti le premier
            return
        link: socket.socket = self._transport.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


async def connect(peer: Peer, target: tuple[str, int], source: tuple[str, int]) -> None:
    """Connecte `peer` à `target` depuis l'adresse `source` ; OSError si personne n'écoute."""
    family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
    link = socket.socket(family, socket.SOCK_STREAM)
    link.setblocking(False)
    loop = asyncio.get_running_loop()
    try:
        if family == socket.AF_INET:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            link.bind(source)
        await loop.sock_connect(link, target)
        await loop.create_connection(lambda: peer, sock=link)
    except BaseException:
        link.close()
        raise
