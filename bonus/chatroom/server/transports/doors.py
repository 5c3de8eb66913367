"""Les portes : où l'on écoute, et qui en passe le seuil.

Une boucle qui accepte d'abord et compte ensuite (celles d'asyncio et d'uvloop) laisse une seule
adresse tout prendre : un accord TLS commencé tient cent kilo-octets, et n'est compté qu'une fois
conclu. Ici, chaque connexion est comptée dès qu'elle est acceptée, et refusée avant qu'on ait rien
gardé d'elle ; un accord TLS ne commence qu'au premier octet reçu.
"""

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import cast

from chatroom.server.transports.origins import Origin, Trusted, origin_of
from chatroom.server.transports.proxying import START, announced, proxied
from chatroom.server.transports.tcp import Connection, Listener

BACKLOG = 4_096  # connexions que le système accepte pour nous : toute une promotion d'un coup
AT_ONCE = 64  # acceptées d'affilée : les autres attendent un tour
FULL = {errno.EMFILE, errno.ENFILE}  # plus de descripteurs
REST = 1.0  # seconde avant de redemander au système ce qu'il n'a plus
READ = 16_384  # octets lus pour rien de qui l'on refuse : fermer sans lire perdrait la réponse
AGREEMENT = b"\x16"  # par quoi commence un accord TLS
UNFINISHED = "accord jamais fini"


class Lent(socket.SocketType):
    """Une socket d'uvloop, qui la ferme lui-même, et garde l'objet tant qu'elle dure : celui-ci
    pèse deux fois moins qu'un vrai."""

    __slots__ = ()

    def close(self) -> None:
        self.detach()


@dataclass(slots=True)
class Door:
    """Une porte. Ce qu'on y répond en clair, faute d'aller plus loin, dépend de qui y vient."""

    connection: Callable[[Listener, Origin], Connection]
    full: bytes  # à qui n'a pas de place
    unnamed: bytes  # à un mandataire qui ne dit pas qui il amène
    encrypted: bytes  # à qui vient en clair, quand il faut TLS
    bare: bool  # d'un mandataire, l'en-tête PROXY y est de rigueur : rien d'autre ne dit qui vient
    tls: ssl.SSLContext | None = None  # peut changer : qui est déjà là garde le sien


@dataclass(slots=True)
class Visitor:
    """Quelqu'un sur le seuil."""

    sock: socket.socket
    origin: Origin
    entry: str  # l'adresse pour laquelle il est compté
    connection: Connection | None = None  # dès que la boucle a sa socket


class Doors:
    def __init__(self, listener: Listener, trusted: Trusted) -> None:
        self._trusted = trusted
        self._listener, self._loop = listener, listener.loop
        self._turnstile = listener.turnstile
        self._sockets: dict[socket.socket, Door] = {}
        # Ceux dont on attend quelque chose avant le chat, du plus ancien au plus récent.
        self._waiting: dict[asyncio.Task[None], Visitor] = {}
        self._spare = os.open(os.devnull, os.O_RDONLY)  # de quoi accepter, et refuser, le dernier
        self._arriving: set[asyncio.Task[None]] = set()

    async def open(self, door: Door, host: str, port: int) -> list[tuple[str, int]]:
        """Écoute ; les adresses où l'on peut venir. OSError si c'est impossible."""
        loop = self._loop
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        opened = []
        for family, address in dict.fromkeys((one[0], one[4]) for one in found):
            sock = socket.socket(family, socket.SOCK_STREAM)
            self._sockets[sock] = door
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind(address)
            opened.append(sock)
        for sock in opened:
            sock.listen(BACKLOG)
            loop.add_reader(sock, self._accept, sock, door)
        return [sock.getsockname()[:2] for sock in opened]

    def close(self) -> None:
        """N'accepte plus personne, et oublie qui n'est pas encore entré."""
        for sock in self._sockets:
            self._loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()
        for task in list(self._waiting):
            task.cancel()
        if self._spare >= 0:
            os.close(self._spare)
            self._spare = -1

    # Accepter

    def _accept(self, listening: socket.socket, door: Door) -> None:
        for _ in range(AT_ONCE):
            try:
                sock, peername = listening.accept()
            except BlockingIOError:
                return
            except ConnectionError:  # déjà reparti
                continue
            except OSError as error:
                if error.errno not in FULL or not self._use_spare(listening):
                    self._rest(listening, door)
                return
            sock.setblocking(False)
            self._count(door, sock, origin_of(peername))

    def _use_spare(self, listening: socket.socket) -> bool:
        """Plus de descripteurs : celui qu'on gardait sert à refuser, au lieu de faire attendre."""
        if self._spare >= 0:
            os.close(self._spare)
        try:
            sock, peername = listening.accept()
        except OSError:
            return False
        else:
            sock.close()
            self._listener.refuse(origin_of(peername).block, "plus de descripteurs")
            return True
        finally:
            self._spare = -1
            with suppress(OSError):  # un autre l'a pris : on essaiera de nouveau
                self._spare = os.open(os.devnull, os.O_RDONLY)

    def _rest(self, listening: socket.socket, door: Door) -> None:
        """Le système n'a plus rien à nous donner : le lui redemander sans cesse n'y ferait rien."""
        self._loop.remove_reader(listening)

        def resume() -> None:
            if listening in self._sockets:
                self._loop.add_reader(listening, self._accept, listening, door)

        self._loop.call_later(REST, resume)

    def _count(self, door: Door, sock: socket.socket, origin: Origin) -> None:
        visitor, proxy = Visitor(sock, origin, origin.block), origin.host in self._trusted
        examined = proxy or door.tls is not None
        if not self._turnstile.enter(visitor.entry, alone=not proxy):
            self._listener.refuse(visitor.entry)
            return _turn_away(sock, b"" if examined else door.full)
        if examined and not self._has_time(visitor.entry, proxy):
            self._turnstile.leave(visitor.entry)
            self._listener.refuse(visitor.entry, UNFINISHED)
            return _turn_away(sock, b"")
        coroutine = self._examine(door, visitor) if examined else self._welcome(door, visitor)
        task = self._loop.create_task(coroutine)
        if examined:
            self._waiting[task] = visitor
        else:
            self._arriving.add(task)
        return task.add_done_callback(partial(self._settle, visitor))

    def _has_time(self, block: str, proxy: bool) -> bool:
        """Peut-on attendre encore quelqu'un ? Le plus ancien laisse sa place : un accord honnête
        prend bien moins de temps qu'il n'en faut pour en faire venir tant d'autres."""
        most, waiting = self._turnstile.limits.handshakes, self._waiting
        same = sum(one.entry == block for one in waiting.values())
        if not proxy and same >= max(1, most // 2):
            return False
        if len(waiting) >= most:
            oldest = next(iter(waiting))
            self._listener.refuse(waiting.pop(oldest).entry, UNFINISHED)
            oldest.cancel()
        return True

    def _settle(self, visitor: Visitor, task: asyncio.Task[None]) -> None:
        """Entré ou non, on ne l'attend plus. S'il est entré, son départ le décomptera."""
        self._waiting.pop(task, None)
        self._arriving.discard(task)
        if visitor.connection is None:
            visitor.sock.close()
        if visitor.connection is None or not visitor.connection.made:
            self._turnstile.leave(visitor.entry)

    # Passer le seuil

    async def _examine(self, door: Door, visitor: Visitor) -> None:
        """Ce qui se dit avant le chat : qui vient, selon un mandataire ; et le début de TLS."""
        try:
            async with asyncio.timeout(self._turnstile.limits.handshake):
                known = await self._is_known(door, visitor)
        except ValueError as why:
            self._listener.refuse(visitor.entry, str(why))
            _turn_away(visitor.sock, b"" if door.tls else door.unnamed)
        except TimeoutError:
            self._listener.refuse(visitor.entry, UNFINISHED)
        except OSError:
            pass  # reparti
        else:
            if known:
                await self._welcome(door, visitor)

    async def _is_known(self, door: Door, visitor: Visitor) -> bool:
        """Faux si on l'a renvoyé."""
        sock, proxy = visitor.sock, visitor.origin
        if proxy.host in self._trusted and (door.bare or announced(await self._start(sock))):
            visitor.origin = await proxied(self._loop, sock) or proxy
        if door.tls and not (start := await self._start(sock)).startswith(AGREEMENT):
            _turn_away(sock, door.encrypted if start else b"")
            return False
        real = visitor.origin.block
        if real != visitor.entry:
            if not self._turnstile.enter(real):
                self._listener.refuse(real)
                _turn_away(sock, b"" if door.tls else door.full)
                return False
            self._turnstile.leave(visitor.entry)
            visitor.entry = real
        return True

    async def _start(self, sock: socket.socket) -> bytes:
        """Les premiers octets reçus, laissés où ils sont ; vide si l'autre est reparti."""
        there = asyncio.Event()
        self._loop.add_reader(sock, there.set)
        try:
            await there.wait()
        finally:
            self._loop.remove_reader(sock)
        return sock.recv(START, socket.MSG_PEEK)

    async def _welcome(self, door: Door, visitor: Visitor) -> None:
        sock = visitor.sock
        patience = self._turnstile.limits.handshake if door.tls else None
        if not door.tls and not isinstance(self._loop, asyncio.BaseEventLoop):
            sock = cast(socket.socket, Lent(sock.family, sock.type, sock.proto, sock.detach()))
        visitor.connection = connection = door.connection(self._listener, visitor.origin)
        with suppress(OSError):  # reparti, ou sans s'accorder
            await self._loop.connect_accepted_socket(
                lambda: connection, sock, ssl=door.tls, ssl_handshake_timeout=patience
            )


def _turn_away(sock: socket.socket, text: bytes) -> None:
    """Répond, si l'on peut le faire sans attendre, et raccroche."""
    with suppress(OSError):
        sock.recv(READ)
    with suppress(OSError):
        sock.send(text)
        sock.shutdown(socket.SHUT_WR)
    sock.close()
