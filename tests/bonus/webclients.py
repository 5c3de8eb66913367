"""Un client de la page web sans navigateur : HTTP et WebSocket, octet par octet s'il le faut."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.bonus.processes import Address, Client, Server
from tests.support.waiting import DEADLINE


class WebClient(Client):
    """Comme un client TCP, mais ses trames passent par une WebSocket."""

    web: ClientConnection

    def _port(self, server: Address) -> int:
        return server.web_port

    def _connect(self, host: str, port: int) -> None:
        super()._connect(host, port)
        self._stack = ExitStack()
        self.web = self._stack.enter_context(self._opening(host, port))

    def _opening(self, host: str, port: int) -> ClientConnection:
        return connect(
            f"ws://{host}:{port}/socket",
            sock=self.socket,
            compression=None,
            max_size=None,
            ping_interval=None,
            max_queue=1,
            close_timeout=0.5,
        )

    def send(self, data: bytes) -> None:
        self.web.send(data)

    def read(self) -> bytes:
        try:
            data = self.web.recv(DEADLINE)
        except ConnectionClosed:
            return b""
        assert isinstance(data, bytes)
        return data

    def close(self) -> None:
        self._stack.close()


@contextmanager
def ask(server: Server, method: str, path: str, **headers: str) -> Iterator[HTTPResponse]:
    """Une demande HTTP, telle quelle : ni le chemin ni les en-têtes ne sont corrigés."""
    connection = http.client.HTTPConnection("127.0.0.1", server.web_port, timeout=DEADLINE)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
        for name, value in named.items():
            connection.putheader(name, value)
        connection.endheaders()
        yield connection.getresponse()
    finally:
        connection.close()


def upgrade(**headers: str) -> dict[str, str]:
    """Les en-têtes qui demandent une WebSocket."""
    key = {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec_WebSocket_Version": "13"}
    return {"Connection": "Upgrade", "Upgrade": "websocket", **key, **headers}


def raw(server: Address) -> socket.socket:
    return socket.create_connection((server.host, server.web_port), DEADLINE)


def answer(connection: socket.socket) -> str:
    """Tout ce que dit le serveur, jusqu'à ce qu'il ferme."""
    said = b""
    try:
        while data := connection.recv(65_536):
            said += data
    except ConnectionResetError:
        pass
    return said.decode(errors="replace")
