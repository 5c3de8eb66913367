"""Le générateur de charge : tous les clients dans un processus, un epoll, un seul tampon.

Il ne lit pas les messages, il en compte les octets : le serveur doit être ce qui limite (sauf par
WebSocket, dont il lit les en-têtes : seul s'y compare le processeur du serveur). Une fenêtre de W
messages part d'un coup ; la suivante attend que chacun ait tout reçu, ce qui donne le temps du
dernier servi (temps de lecture compris : le même pour tous les serveurs).
"""

import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from benchmarks.support.peers import Peer, Seat
from benchmarks.support.servers import HOST, BenchError, Server

BUFFER = 1 << 18  # octets : une fenêtre de 100 messages en une lecture
PATIENCE = 20.0  # secondes sans un octet : il n'en viendra plus
BATCH = 50  # connexions ouvertes à la fois : la file d'attente d'un serveur est courte


@dataclass
class Slice:
    """Une mesure de quelques dixièmes de seconde. Durées en secondes."""

    sent: int = 0
    deliveries: int = 0
    times: list[float] = field(default_factory=list)  # de chaque fenêtre, au dernier servi
    cpu: float = 0.0  # du serveur
    generator: float = 0.0  # processeur du générateur : s'il en prend plus, c'est lui la limite

    @property
    def cost(self) -> float:
        """Secondes de processeur du serveur par livraison."""
        return self.cpu / self.deliveries

    @property
    def rate(self) -> float:
        """Livraisons par seconde."""
        return self.deliveries / self.wall

    @property
    def wall(self) -> float:
        return sum(self.times)

    def as_json(self) -> dict[str, float]:
        counts = {"sent": self.sent, "deliveries": self.deliveries, "windows": len(self.times)}
        return counts | {"wall": self.wall, "cpu": self.cpu, "generator": self.generator}


@dataclass(frozen=True)
class Shape:
    """Qui est là, et qui parle."""

    rooms: int
    members: int  # par salon
    talkers: int  # par salon

    @property
    def people(self) -> int:
        return self.rooms * self.members


class Crowd:
    """Tous les clients d'un serveur, chacun dans son salon."""

    def __init__(self, peer: Peer, server: Server, shape: Shape, text: bytes) -> None:
        self._peer, self._server, self._shape, self._text = peer, server, shape, text
        self._epoll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._seats: dict[int, Seat] = {}
        self._talkers: list[int] = []
        self._buffer = memoryview(bytearray(BUFFER))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._sockets.values():
            connection.close()
        self._epoll.close()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Une connexion que le serveur ferme, ou coupe, se dit en français."""
        try:
            yield
        except ConnectionError:
            raise BenchError(f"{self._peer.label} a fermé une connexion.") from None

    def settle(self) -> None:
        """Fait entrer tout le monde, puis attend que plus rien d'autre ne soit en route."""
        seen: dict[int, bytes] = {}
        with self._held():
            for start in range(0, self._shape.people, BATCH):
                end = min(start + BATCH, self._shape.people)
                batch = [self._connect(number) for number in range(start, end)]
                self._await(batch, seen, lambda seat, data: seat.joined(data))
            # Une réponse peut devancer l'annonce du dernier entré, qui attend la fin d'un tour de
            # boucle ; la seconde, demandée quand toutes les premières sont là, ne le peut plus.
            for pings in (1, 2):
                for fd, seat in self._seats.items():
                    self._sockets[fd].send(seat.ping)
                self._await(self._seats, seen, partial(_calm, pings=pings))

    def _connect(self, number: int) -> int:
        room, rank = divmod(number, self._shape.members)
        connection = socket.create_connection((HOST, self._server.port), PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(False)
        fd = connection.fileno()
        self._sockets[fd] = connection
        self._seats[fd] = seat = self._peer.seat(number, room)
        if rank < self._shape.talkers:
            self._talkers.append(fd)
        self._epoll.register(fd, select.EPOLLIN)
        connection.send(seat.greeting)
        return fd

    def _await(
        self, fds: Iterable[int], seen: dict[int, bytes], ready: Callable[[Seat, bytes], bool]
    ) -> None:
        waiting = {fd for fd in fds if not ready(self._seats[fd], seen.get(fd, b""))}
        while waiting:
            for fd, size in self._arrived():
                seen[fd] = seen.get(fd, b"") + self._buffer[:size]
                if fd in waiting and ready(self._seats[fd], seen[fd]):
                    waiting.remove(fd)

    def _arrived(self, flags: int = 0) -> Iterator[tuple[int, int]]:
        """Chaque connexion où il y a à lire, et combien d'octets viennent d'en être lus."""
        events = self._epoll.poll(PATIENCE, len(self._sockets))
        if not events:
            raise BenchError(f"{self._peer.label} n'envoie plus rien.")
        for fd, _ in events:
            size = self._sockets[fd].recv_into(self._buffer, BUFFER, flags)
            if not size:
                raise ConnectionError
            yield fd, size

    def measure(self, window: int, seconds: float) -> Slice:
        """Pendant `seconds`, chacun de ceux qui parlent envoie `window` messages à la fois."""
        result = Slice()
        due = self._due(window)
        counts = dict.fromkeys(self._sockets, 0)
        cpu, generator = self._server.cpu(), time.process_time()
        limit = time.perf_counter() + seconds
        with self._held():
            while not result.times or time.perf_counter() < limit:
                result.times.append(self._burst(window, sum(due.values()), counts))
        result.sent = len(result.times) * window * len(self._talkers)
        result.deliveries = result.sent * self._shape.members
        result.cpu = self._server.cpu() - cpu
        result.generator = time.process_time() - generator
        if any(counts[fd] != size * len(result.times) for fd, size in due.items()):
            raise BenchError(f"{self._peer.label} n'a pas donné à chacun ce qui lui revient.")
        if result.cpu <= 0:
            raise BenchError("Une mesure est trop courte pour compter le processeur (--seconds).")
        return result

    def _due(self, window: int) -> dict[int, int]:
        """Octets que chaque connexion doit recevoir, quand chacun envoie `window` messages."""
        shape = self._shape
        delivered = window * shape.talkers * self._peer.delivered(self._text)
        due = dict.fromkeys(self._sockets, delivered)
        for fd in self._talkers:
            due[fd] += window * self._peer.acknowledged(shape.members)
        return due

    def _burst(self, window: int, due: int, counts: dict[int, int]) -> float:
        """Envoie une fenêtre, et renvoie le temps qu'a attendu le dernier servi."""
        ready = [
            (self._sockets[fd], self._seats[fd].say(self._text, window)) for fd in self._talkers
        ]
        started = time.perf_counter()
        for connection, payload in ready:
            if connection.send(payload) < len(payload):
                raise BenchError(f"Une fenêtre de {window} messages déborde du tampon d'envoi.")
        # Jetés par le noyau, sans copie, quand il n'y a qu'à les compter.
        flags = socket.MSG_TRUNC if self._peer.opaque else 0
        while due > 0:
            for fd, size in self._arrived(flags):
                carried = self._seats[fd].payload(self._buffer[:size])
                counts[fd] += carried
                due -= carried
        return time.perf_counter() - started


def _calm(seat: Seat, seen: bytes, pings: int) -> bool:
    return seat.calm(seen, pings)
