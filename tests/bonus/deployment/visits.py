"""Qui vient par un mandataire : de la page, ou d'un terminal, par TLS."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from chatroom.client.network.connecting import client_context
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.bonus.deployment.proxies import NAME, Proxy
from tests.bonus.processes import Client
from tests.bonus.webclients import WebClient
from tests.support.waiting import DEADLINE

ORIGIN = f"https://{NAME}"


class Door:
    """Où se présente un client de test : une adresse, et deux ports."""

    def __init__(self, proxy: Proxy) -> None:
        self.host, self.port, self.web_port = "127.0.0.1", proxy.tcp, proxy.https
        self.context = client_context(proxy.made.ca)


class SecuredClient(Client):
    """Un client de terminal, par TLS."""

    def __init__(self, door: Door, source: str = "127.0.0.1") -> None:
        self._context = door.context
        super().__init__(door, source)

    def _connect(self, host: str, port: int) -> None:
        super()._connect(host, port)
        self.socket = self._context.wrap_socket(self.socket, server_hostname=NAME)


class SecuredWebClient(WebClient):
    """Un client de la page, par TLS ; `forged` : ce qu'il prétend être son adresse."""

    def __init__(
        self, door: Door, source: str = "127.0.0.1", forged: str = "", origin: str = ORIGIN
    ) -> None:
        self._context, self._origin = door.context, Origin(origin)
        self._headers = {"X-Forwarded-For": forged} if forged else {}
        super().__init__(door, source)

    def _opening(self, host: str, port: int) -> ClientConnection:
        return connect(
            f"wss://{NAME}/socket",
            sock=self.socket,
            ssl=self._context,
            server_hostname=NAME,
            origin=self._origin,
            additional_headers=self._headers,
            compression=None,
            max_size=None,
            ping_interval=None,
            close_timeout=0.5,
        )


@contextmanager
def asked(door: Door, path: str, method: str = "GET") -> Iterator[http.client.HTTPResponse]:
    """Une demande en HTTPS, telle qu'un navigateur la ferait au port 443."""
    with ExitStack() as stack:
        raw = stack.enter_context(socket.create_connection((door.host, door.web_port), DEADLINE))
        connection = http.client.HTTPConnection(NAME)
        stack.callback(connection.close)
        connection.sock = stack.enter_context(door.context.wrap_socket(raw, server_hostname=NAME))
        connection.request(method, path)
        yield connection.getresponse()


def negotiated(door: Door, protocols: list[str]) -> tuple[str | None, str | None]:
    """La version de TLS dont on convient, et le protocole qu'il portera (ALPN)."""
    context = ssl.create_default_context(cafile=None)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(protocols)
    with (
        socket.create_connection((door.host, door.web_port), DEADLINE) as raw,
        context.wrap_socket(raw, server_hostname=NAME) as secured,
    ):
        return secured.version(), secured.selected_alpn_protocol()
