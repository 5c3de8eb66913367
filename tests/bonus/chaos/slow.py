"""Un client sur cent cesse de lire : les autres ne doivent pas s'en apercevoir."""

import select
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing, Said, Say

from tests.bonus.processes import Client, Server

TEXT = "x" * 4_000  # la place du client sourd se remplit en quelques secondes
WINDOW = 10  # messages à la fois
BURSTS = 100  # fenêtres par mesure
# Rien que des messages, tous de la même adresse.
LIMITS = ("rate=0", "crowd=0", "connections_per_address=1000", "announced=1")
OPTIONS = ("--quiet", *(word for limit in LIMITS for word in ("--limit", limit)))


@dataclass(frozen=True)
class Outcome:
    calm: float  # secondes, le 99e centile des livraisons quand tous lisent
    deaf: float  # quand l'un ne lit pas
    reason: Reason | None  # pourquoi le sourd a été congédié
    resumed: bool  # et, revenu, s'il a retrouvé ce qu'il n'avait pas lu

    @property
    def ratio(self) -> float:
        return self.deaf / self.calm


class Room:
    """Un salon plein, dont un seul parle ; on mesure quand chacun des autres a reçu."""

    def __init__(self, server: Server, stack: ExitStack, members: int) -> None:
        self._clients = [stack.enter_context(Client(server)) for _ in range(members)]
        self._epoll = stack.enter_context(select.epoll())
        self._by_fd = {client.socket.fileno(): client for client in self._clients}
        for number, client in enumerate(self._clients):
            client.hello(f"client {number}")
            self.number = client.join().room
        for client in self._clients:
            client.socket.setblocking(False)
            self._epoll.register(client.socket.fileno(), select.EPOLLIN)
        self._nonce = 0
        self._frame = len(Said(0, 0, 0, 0, 0, 0, "client 0", TEXT).encode())
        self._drain()

    def _drain(self) -> None:
        """Les annonces d'arrivée : tant qu'il en vient."""
        while self._epoll.poll(0.5):
            for fd in self._by_fd:
                self._read(fd)

    def _read(self, fd: int) -> int:
        try:
            return len(self._by_fd[fd].socket.recv(1 << 18))
        except BlockingIOError:
            return 0

    def burst(self) -> list[float]:
        """Les délais de livraison d'une fenêtre, en secondes : un par client et par fenêtre."""
        due = dict.fromkeys(self._by_fd, WINDOW * self._frame)
        says = [Say(self.number, self._nonce + count, TEXT) for count in range(1, WINDOW + 1)]
        self._nonce += WINDOW
        payload = b"".join(message.encode() for message in says)
        started, delays = time.perf_counter(), []
        talker = self._clients[0].socket
        talker.setblocking(True)
        talker.sendall(payload)
        talker.setblocking(False)
        while due:
            for fd, _ in self._epoll.poll(20) or _stuck():
                due[fd] -= self._read(fd)
                if due[fd] <= 0:
                    delays.append(time.perf_counter() - started)
                    del due[fd]
        return delays


def _stuck() -> list[tuple[int, int]]:
    raise AssertionError("plus rien n'arrive")


def listen_to_a_deaf_one(
    folder: Path, members: int, rounds: int, say: Callable[[str], None]
) -> Outcome:
    """Mesure avec, puis sans un client qui lit, tour à tour."""
    with ExitStack() as stack:
        server = stack.enter_context(Server(folder, *OPTIONS))
        room = Room(server, stack, members - 1)
        calm: list[float] = []
        deaf: list[float] = []
        reason, resumed = None, False
        for count in range(1, rounds + 1):
            for _ in range(BURSTS):
                calm += room.burst()
            victim = Client(server, buffer=4_096)
            token = victim.hello(f"sourd {count}").token
            last = victim.join().last
            room._drain()
            for _ in range(BURSTS):
                deaf += room.burst()
            while f"sourd {count} (127.0.0.1" not in _dismissed(folder):
                room.burst()
            reason = _reason(victim)
            room._drain()
            with Client(server) as back:
                back.hello("", token)
                resumed = back.join(after=last).last > last
            room._drain()
            say(f"{count} tours sur {rounds}")
    return Outcome(_p99(calm), _p99(deaf), reason, resumed)


def _dismissed(folder: Path) -> str:
    """Les lignes du journal qui disent qu'on a congédié quelqu'un."""
    lines = (folder / "log/server.log").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if "congédié" in line)


def _reason(victim: Client) -> Reason | None:
    """Le dernier mot que le serveur lui a laissé."""
    last = None
    while message := victim.receive():
        last = message
    victim.close()
    return Reason(last.reason) if isinstance(last, Closing) else None


def _p99(times: list[float]) -> float:
    return sorted(times)[int(0.99 * len(times))]
