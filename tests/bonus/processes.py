"""Un vrai serveur, dans son processus, sur un port que le système donne."""

import re
import signal
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self, TypeVar

from chatroom.protocol.bounds import FROM_SERVER
from chatroom.protocol.frames import Decoder
from chatroom.protocol.messages import (
    Join,
    Joined,
    Message,
    Welcome,
    decode,
)

from tests.bonus.introducing import introduction
from tests.support.processes import Process
from tests.support.waiting import DEADLINE, wait_until

LISTENING = re.compile(r"Le chat écoute sur (\S+):(\d+)")
PAGE = re.compile(r"Ou dans un navigateur : https?://\S+:(\d+)/")
M = TypeVar("M", bound=Message)


class Server(Process):
    def __init__(
        self,
        folder: Path,
        *options: str,
        port: int = 0,
        script: Sequence[str] = ("bonus/server.py",),
    ) -> None:
        """`script` : ce que lance Python, et qui finit par lancer le serveur dans son processus."""
        places = ["--data", str(folder), "--log", str(folder / "log")]
        super().__init__(*script, "-p", str(port), *places, *options)
        self._last = LISTENING if "--no-web" in options else PAGE
        wait_until(self._answer, lambda: f"{self.out}\n{self.err}")
        found, page = LISTENING.search(self.out), PAGE.search(self.out)
        assert found, f"{self.out}\n{self.err}"
        self.host, self.port = found[1], int(found[2])
        self.web_port = int(page[1]) if page else 0

    def _answer(self) -> object:
        return self._last.search(self.out) or self.popen.poll() is not None

    @property
    def memory(self) -> int:
        """Octets que le processus a pris pour lui."""
        status = Path(f"/proc/{self.popen.pid}/status").read_text(encoding="ascii")
        found = re.search(r"RssAnon:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def stop(self) -> int:
        """SIGTERM ; le code de sortie."""
        self.popen.send_signal(signal.SIGTERM)
        return self.wait()


class Address(Protocol):
    """Où écoute un serveur."""

    host: str
    port: int
    web_port: int


class Client:
    """Un client dont on choisit chaque octet."""

    def __init__(
        self, server: Address, source: str = "127.0.0.1", buffer: int = 0, port: int = 0
    ) -> None:
        self._decoder = Decoder(FROM_SERVER)
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(DEADLINE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.bind((source, 0))
        self._connect(server.host, port or self._port(server))

    def _port(self, server: Address) -> int:
        return server.port

    def _connect(self, host: str, port: int) -> None:
        self.socket.connect((host, port))

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self) -> bytes:
        """Ce qui arrive ; rien si le serveur a fermé."""
        try:
            return self.socket.recv(65_536)
        except ConnectionResetError:
            return b""

    def tell(self, *messages: Message) -> None:
        self.send(b"".join([message.encode() for message in messages]))

    def receive(self) -> Message | None:
        """La trame suivante ; None si le serveur a fermé."""
        while not (frame := self._decoder.next()):
            data = self.read()
            if not data:
                return None
            self._decoder.feed(data)
        return decode(*frame)

    def decoded(self, data: bytes) -> list[Message]:
        """Les trames que finissent ces octets, lus de `read`."""
        self._decoder.feed(data)
        return [decode(*frame) for frame in iter(self._decoder.next, None)]

    def expect(self, kind: type[M]) -> M:
        """La prochaine trame de cette sorte ; les autres sont oubliées."""
        while message := self.receive():
            if isinstance(message, kind):
                return message
        raise AssertionError(f"le serveur a fermé sans {kind.__name__}")

    def hello(self, pseudo: str, token: bytes = b"", device: int = 0) -> Welcome:
        self.tell(*introduction(pseudo, token, device))
        return self.expect(Welcome)

    def join(self, room: str = "salon", after: int = 0) -> Joined:
        self.tell(Join(room, after))
        return self.expect(Joined)

    def close(self) -> None:
        self.socket.close()

    def vanish(self) -> None:
        """Disparaît sans prévenir (RST)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def present(server: Address, pseudo: str, room: str = "salon") -> Iterator[tuple[Client, int]]:
    """Quelqu'un dans un salon, et le numéro de ce salon."""
    with Client(server) as client:
        client.hello(pseudo)
        yield client, client.join(room).room
