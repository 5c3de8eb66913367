"""L'autre bout de la conversation, en sockets nues : des clients et des serveurs de test."""

import socket
import struct
from collections.abc import Callable
from typing import Self

import pytest

from tests.support.waiting import DEADLINE


class Peer:
    """Une connexion TCP dont on choisit chaque octet et la façon de partir."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(DEADLINE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self._unread = b""  # reçu, et pas encore attendu

    @classmethod
    def connect(cls, port: int, host: str = "127.0.0.1", source: str = "127.0.0.1") -> Self:
        return cls(socket.create_connection((host, port), DEADLINE, (source, 0)))

    @property
    def name(self) -> str:
        """« IP:Port » : l'adresse de ce bout-ci, telle que l'autre la voit."""
        ip, port = self.socket.getsockname()[:2]
        return f"{ip}:{port}"

    def send(self, text: str | bytes) -> None:
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def expect(self, text: str | bytes) -> None:
        """Attend exactement ces octets, ni plus ni moins, à la suite de ce qui est déjà lu."""
        expected = text if isinstance(text, bytes) else text.encode()
        while len(self._unread) < len(expected) and expected.startswith(self._unread):
            data = self._receive(f"« {expected!r} » attendu, {self._unread!r} reçu")
            if not data:
                break
            self._unread += data
        assert self._unread[: len(expected)] == expected
        self._unread = self._unread[len(expected) :]

    def receive_until(self, enough: Callable[[bytes], bool]) -> bytes:
        """Renvoie ce qui arrive, dès que `enough` s'en contente."""
        while not enough(self._unread):
            data = self._receive(f"{len(self._unread)} octets reçus")
            assert data, f"fermeture, après {self._unread!r}"
            self._unread += data
        received, self._unread = self._unread, b""
        return received

    def expect_end(self) -> None:
        """Attend que l'autre ferme, sans un octet de plus."""
        try:
            data = self._receive("fermeture attendue")
        except ConnectionResetError:
            data = b""
        assert self._unread + data == b""

    def _receive(self, hope: str) -> bytes:
        try:
            return self.socket.recv(65_536)
        except TimeoutError:
            raise AssertionError(f"rien de plus en {DEADLINE} s : {hope}") from None

    def close(self) -> None:
        """S'en va en le disant (FIN)."""
        self.socket.close()

    def vanish(self) -> None:
        """Disparaît sans prévenir (RST)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


class Listener:
    """Un serveur de test : il attend des clients, chacun devient un Peer."""

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self._socket.settimeout(DEADLINE)
        self.port: int = self._socket.getsockname()[1]

    def accept(self) -> Peer:
        return Peer(self._socket.accept()[0])

    def expect_nobody(self) -> None:
        """Personne n'a cherché à se connecter ; à demander quand plus personne ne le peut."""
        self._socket.settimeout(0)
        with pytest.raises(BlockingIOError):
            self._socket.accept()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
