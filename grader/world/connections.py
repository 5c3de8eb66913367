"""Les connexions du faux Internet : bornées en nombre, et aucune n'en gêne une autre."""

import asyncio
import errno
import logging
import resource
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from grader.world.authority import Authority

MAX_CONNECTIONS = 512  # en TLS, asyncio donne 256 ko à chacune ; les suivantes attendent
BACKLOG = 1024
BATCH = 64  # connexions acceptées avant de laisser la place aux autres tâches
RETRY = 0.05  # secondes avant d'en accepter d'autres, quand elles sont trop nombreuses
HANDSHAKE, GOODBYE = 10.0, 1.0  # secondes laissées à un client pour ouvrir et fermer TLS
IDLE = 15.0  # secondes avant de fermer une connexion qui ne demande rien
MAX_LINE = 4096  # octets, comme la plupart des serveurs

_silence = logging.Logger("grader.world")  # aiohttp raconte les fautes des clients
_silence.addHandler(logging.NullHandler())


class Connection(web.RequestHandler):
    """Un client connecté : `client` (« IP:port »), l'adresse qu'il a jointe, les deux
    bouts, son rang."""

    def __init__(
        self, server: web.Server, sock: socket.socket, peer: tuple[str, int], number: int
    ) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            logger=_silence,
            access_log=None,  # type: ignore[arg-type]  # aiohttp l'accepte sans le dire
            keepalive_timeout=IDLE,
            lingering_time=1.0,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
            auto_decompress=False,
        )
        mine: tuple[str, int] = sock.getsockname()[:2]
        self.address = mine[0]
        self.ends = peer, mine
        self.client = f"{peer[0]}:{peer[1]}"
        self.number = number
        self.busy = True  # jusqu'à la réponse à sa première demande, et à chacune des suivantes
        self.lost = asyncio.Event()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


class Connections:
    """Accepte sur plusieurs ports, et donne chaque requête à `handler`."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        authority: Authority,
    ) -> None:
        self.total = 0
        self._authority = authority
        self._loop = asyncio.get_running_loop()
        # Un client qui part libère aussitôt sa requête.
        self._server = web.Server(handler, handler_cancellation=True)
        self._listeners: dict[socket.socket, bool] = {}
        self._tasks: dict[asyncio.Task[None], Connection] = {}
        descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = min(MAX_CONNECTIONS, descriptors // 2)
        # Le module ssl raconte sur stderr tout nom (SNI) qui n'est pas de l'ASCII.
        self._hook, sys.unraisablehook = sys.unraisablehook, self._on_unraisable

    def listen(self, host: str, port: int, *, secure: bool) -> int:
        """Renvoie le port ; celui-ci est libre si `port` vaut 0."""
        listener = socket.create_server((host, port), backlog=BACKLOG)
        listener.setblocking(False)
        self._listeners[listener] = secure
        self._loop.add_reader(listener, self._accept, listener)
        return int(listener.getsockname()[1])

    @property
    def busy(self) -> bool:
        """Vrai si une connexion n'a pas encore sa réponse, ni peut-être fini de s'ouvrir."""
        return any(connection.busy for connection in self._tasks.values())

    async def close(self) -> None:
        listeners, self._listeners = self._listeners, {}
        for listener in listeners:
            self._loop.remove_reader(listener)
            listener.close()
        await asyncio.sleep(0)  # une tâche annulée avant de commencer ne ferme pas son socket
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        sys.unraisablehook = self._hook

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                if len(self._tasks) >= self._most:
                    raise OSError(errno.EMFILE, "elles attendent dans la file du noyau")
                sock, (host, port) = listener.accept()
            except BlockingIOError:
                return
            except OSError:
                self._loop.remove_reader(listener)
                self._loop.call_later(RETRY, self._resume, listener)
                return
            self.total += 1
            sock.setblocking(False)
            connection = Connection(self._server, sock, (host, port), self.total)
            task = self._loop.create_task(self._serve(sock, connection, self._listeners[listener]))
            self._tasks[task] = connection
            task.add_done_callback(self._tasks.pop)

    def _resume(self, listener: socket.socket) -> None:
        if listener in self._listeners:
            self._loop.add_reader(listener, self._accept, listener)

    async def _serve(self, sock: socket.socket, connection: Connection, secure: bool) -> None:
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: connection,
                sock,
                ssl=self._authority.server_context(connection.address) if secure else None,
                ssl_handshake_timeout=HANDSHAKE if secure else None,
                ssl_shutdown_timeout=GOODBYE if secure else None,
            )
        except OSError:  # ce n'était pas du TLS, ou le client ne croit pas au certificat
            return
        try:
            await connection.lost.wait()
        except asyncio.CancelledError:
            with suppress(AttributeError):  # Python 3.11.2, si TLS est déjà en train de finir
                transport.abort()
            await connection.lost.wait()
            raise

    def _on_unraisable(self, unraisable: "sys.UnraisableHookArgs") -> None:
        of_ssl = isinstance(unraisable.object, bytes)
        if not (of_ssl and isinstance(unraisable.exc_value, UnicodeDecodeError)):
            self._hook(unraisable)
