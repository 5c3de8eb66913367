"""Des gens honnêtes pendant une attaque : attendent-ils plus que si elle visait un autre serveur ?

La même attaque frappe tantôt leur serveur, tantôt un autre de la même machine : elle y prend le
même processeur, et la différence n'est que ce que le serveur n'a pas su leur épargner.
"""

import select
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from chatroom.protocol.messages import Ping, Pong, Said, Say

from tests.bonus.chaos.attacks import ATTACKS, ROOM, TLS_ATTACKS, Target, under
from tests.bonus.handshakes import certificate
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
    before: int  # octets du serveur, après deux vagues, qui chauffent
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


class Secure(Client):
    """Le même, par TLS ; de qui il s'agit importe peu ici."""

    def _connect(self, host: str, port: int) -> None:
        super()._connect(host, port)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)


class Pairs:
    """Des paires : l'un parle, l'autre écoute."""

    def __init__(self, server: Server, kind: type[Client]) -> None:
        self._stack = ExitStack()
        self._poll = self._stack.enter_context(select.epoll())
        self._talkers: list[tuple[Client, int]] = []
        self._listeners: dict[int, Client] = {}
        self._nonce = 0
        for number in range(PAIRS):
            for name in ("dit", "écoute"):
                client = self._stack.enter_context(kind(server))
                client.hello(f"{name} {number}")
                # La première paire est là où l'on s'agite ; les autres, chez elles.
                room = client.join(f"{ROOM} {number}" if number else ROOM).room
                if name == "dit":
                    self._talkers.append((client, room))
                else:
                    self._listeners[number] = client
        self._everyone = [*self._listeners.values(), *(client for client, _ in self._talkers)]
        for client in self._everyone:
            client.socket.setblocking(False)
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
        try:
            data = client.read()
        except ssl.SSLWantReadError:  # TLS n'a pas encore tout ce qu'il faut
            return
        assert data, "le serveur a congédié quelqu'un d'honnête"
        arrived = time.monotonic()
        for message in client.decoded(data):
            if isinstance(message, Ping):
                client.tell(Pong())
            elif isinstance(message, Said) and client in self._listeners.values():
                waits.append(arrived - sent.pop(message.text))


def besiege(
    folder: Path, seconds: float, rounds: int, rest: float, say: Callable[[str], None]
) -> list[Siege]:
    """Toutes les attaques : contre un serveur en clair, puis contre un autre, par TLS."""
    made = certificate(folder / "tls")
    options = ("--tls-cert", str(made.cert), "--tls-key", str(made.key))

    def lay(name: str, kind: type[Client], attacks: Iterable[str], *options: str) -> Siege:
        with (
            Server(folder / name / "ici", "--quiet", *options) as here,
            Server(folder / name / "ailleurs", "--quiet", *options) as other,
            Pairs(here, kind) as pairs,
        ):
            home, away = (Target(one.host, one.port) for one in (here, other))
            for attack in (*attacks, *attacks):  # deux vagues, qui chauffent
                _endure([], attack, home, pairs, seconds)
            before = here.memory
            outcomes = [Outcome(attack) for attack in attacks]
            for one in outcomes:
                for _ in range(rounds):
                    _endure(one.elsewhere, one.name, away, pairs, seconds)
                    one.tries += _endure(one.here, one.name, home, pairs, seconds)
                say(f"{one.name} : {one.ratio:.2f}")
            pairs.talk(rest)
            after = here.memory
            assert "Traceback" not in here.err, here.err
        return Siege(outcomes, before, after)

    return [lay("clair", Client, ATTACKS), lay("tls", Secure, TLS_ATTACKS, *options)]


def _endure(waits: list[float], name: str, target: Target, pairs: Pairs, seconds: float) -> int:
    """Parler pendant que ce serveur est attaqué ; combien de fois il l'a été."""
    with under(name, target) as tries:
        wait_until(lambda: tries.value, f"l'attaque « {name} » ne commence pas")
        waits += pairs.talk(seconds)
        return tries.value
