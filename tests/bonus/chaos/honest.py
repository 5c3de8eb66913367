"""Des gens honnêtes pendant une attaque : attendent-ils plus que si elle visait un autre serveur ?

La même attaque frappe tantôt leur serveur, tantôt un autre de la même machine : elle y prend le
même processeur, et la différence n'est que ce que le serveur n'a pas su leur épargner.
"""

import select
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from chatroom.protocol.messages import Ping, Pong, Said, Say

from tests.bonus.chaos.attacks import ATTACKS, ROOM, Target, under
from tests.bonus.processes import Client, Server
from tests.support.waiting import wait_until

PAIRS = 8
EVERY = 0.13  # secondes entre deux messages d'une même personne : sous le débit permis
WORSE = 3.0  # fois : ce que le 99e centile peut y perdre
GROWN = 0.2  # de la mémoire d'avant, ce qui peut en rester
REST = 60.0  # secondes, puis la mémoire doit être revenue


@dataclass
class Outcome:
    """Les attentes, en secondes, quand l'attaque vise un autre serveur, et quand c'est le leur."""

    name: str
    elsewhere: list[float] = field(default_factory=list)
    here: list[float] = field(default_factory=list)
    tries: int = 0  # contre leur serveur

    @property
    def ratio(self) -> float:
        return p99(self.here) / p99(self.elsewhere)


@dataclass
class Siege:
    outcomes: list[Outcome]
    before: int  # octets du serveur, après une première vague, qui chauffe
    after: int  # et une minute après la dernière

    @property
    def kept(self) -> float:
        """De la mémoire d'avant, ce qui n'est pas revenu."""
        return self.after / self.before - 1

    @property
    def held(self) -> bool:
        """Personne d'honnête n'a attendu trop, et la mémoire est revenue."""
        return self.kept <= GROWN and all(one.ratio <= WORSE for one in self.outcomes)


def p99(times: list[float]) -> float:
    return sorted(times)[int(0.99 * len(times))]


class Pairs:
    """Des paires : l'un parle, l'autre écoute ; toutes dans le salon que visent les attaques."""

    def __init__(self, server: Server) -> None:
        self._stack = ExitStack()
        self._poll = self._stack.enter_context(select.epoll())
        self._talkers: list[tuple[Client, int]] = []
        self._listeners: dict[int, Client] = {}
        self._nonce = 0
        for number in range(PAIRS):
            for name in ("dit", "écoute"):
                client = self._stack.enter_context(Client(server))
                client.hello(f"{name} {number}")
                # La première paire est là où l'on s'agite ; les autres, chez elles.
                room = client.join(f"{ROOM} {number}" if number else ROOM).room
                if name == "dit":
                    self._talkers.append((client, room))
                else:
                    self._listeners[number] = client
        self._everyone = [*self._listeners.values(), *(client for client, _ in self._talkers)]
        for client in self._everyone:
            self._poll.register(client.socket, select.EPOLLIN)
        self._by_fd = {client.socket.fileno(): client for client in self._everyone}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def talk(self, seconds: float) -> list[float]:
        """Parlent pendant ce temps ; combien chaque message a mis pour atteindre l'autre."""
        waits: list[float] = []
        sent: dict[str, float] = {}
        due = [time.monotonic() + EVERY * number / PAIRS for number in range(PAIRS)]
        end = time.monotonic() + seconds
        while time.monotonic() < end or sent:
            number = min(range(PAIRS), key=due.__getitem__)
            now = time.monotonic()
            if now < end and due[number] <= now:
                due[number] += EVERY
                self._nonce += 1
                client, room = self._talkers[number]
                text = f"message {self._nonce}"
                sent[text] = time.monotonic()
                client.tell(Say(room, self._nonce, text))
            timeout = max(0.0, due[number] - time.monotonic()) if now < end else 1.0
            for fd, _ in self._poll.poll(timeout):
                self._hear(self._by_fd[fd], sent, waits)
            assert now < end + 30, f"{len(sent)} messages n'arrivent pas"
        return waits

    def _hear(self, client: Client, sent: dict[str, float], waits: list[float]) -> None:
        data = client.read()
        assert data, "le serveur a congédié quelqu'un d'honnête"
        arrived = time.monotonic()
        for message in client.decoded(data):
            if isinstance(message, Ping):
                client.tell(Pong())
            elif isinstance(message, Said) and client in self._listeners.values():
                waits.append(arrived - sent.pop(message.text))


def besiege(
    folder: Path, seconds: float, rounds: int, rest: float, say: Callable[[str], None]
) -> Siege:
    """Chaque attaque, tour à tour contre un autre serveur et contre le leur."""
    with Server(folder / "ici", "--quiet") as here, Server(folder / "ailleurs", "--quiet") as other:
        home, away = (Target(one.host, one.port) for one in (here, other))
        with Pairs(here) as pairs:
            for name in ATTACKS:  # une première vague, qui chauffe
                _endure([], name, home, pairs, seconds)
            before = here.memory
            outcomes = []
            for name in ATTACKS:
                outcome = Outcome(name)
                outcomes.append(outcome)
                for _ in range(rounds):
                    _endure(outcome.elsewhere, name, away, pairs, seconds)
                    outcome.tries += _endure(outcome.here, name, home, pairs, seconds)
                say(f"{name} : {outcome.ratio:.2f}")
            pairs.talk(rest)
        after = here.memory
        assert here.stop() == 0
        assert "Traceback" not in here.err, here.err
    return Siege(outcomes, before, after)


def _endure(waits: list[float], name: str, target: Target, pairs: Pairs, seconds: float) -> int:
    """Parler pendant que ce serveur est attaqué ; combien de fois il l'a été."""
    with under(name, target) as tries:
        wait_until(lambda: tries.value, f"l'attaque « {name} » ne commence pas")
        waits += pairs.talk(seconds)
        return tries.value
