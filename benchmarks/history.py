"""Une page d'un million de messages vient-elle aussi vite qu'une page de mille ?

Deux salons d'une même base, l'un de 1 000 messages, l'autre de 1 000 000. Un client y demande des
pages prises au hasard, tantôt dans l'un, tantôt dans l'autre, par le serveur et son protocole.

    $ python benchmarks/history.py --json pages.json
"""

import random
import socket
import sqlite3
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TypeVar

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bonus")]

from chatroom.protocol import messages  # noqa: E402
from chatroom.protocol.bounds import FROM_SERVER  # noqa: E402
from chatroom.protocol.documents import document, page  # noqa: E402
from chatroom.protocol.frames import Decoder  # noqa: E402
from chatroom.protocol.limits import Limits  # noqa: E402 (bonus n'est pas un paquet installé)
from chatroom.server.storage.history import History  # noqa: E402
from chatroom.server.storage.opening import FILE  # noqa: E402

from benchmarks.support.command import Document, run  # noqa: E402
from benchmarks.support.peers import Chat  # noqa: E402
from benchmarks.support.servers import HOST, BenchError, Server, running  # noqa: E402
from wording.arguments import Parser, at_least, positive  # noqa: E402

TARGET = 1.5
SMALL, LARGE = 1_000, 1_000_000
ROOMS = {"petit": SMALL, "grand": LARGE}
SEED = 8

M = TypeVar("M", bound=messages.Message)


def fill(folder: Path, sizes: dict[str, int]) -> None:
    """Écrit la base, au format du serveur ; par lots, pour que ce ne soit pas long."""
    History(folder, Limits(), "normal", lambda _: None).close()
    base = sqlite3.connect(folder / FILE)
    with base:
        base.execute(
            "INSERT INTO people (id, pseudo, key, colour, seen) VALUES (1, 'alice', 'alice', 9, 0)"
        )
        for room, (name, size) in enumerate(sizes.items(), 1):
            base.execute("INSERT INTO rooms (id, name, last) VALUES (?, ?, ?)", (room, name, size))
            base.executemany("INSERT INTO messages VALUES (?, ?, ?)", _rows(room, size))
    base.close()


def _rows(room: int, size: int) -> Iterator[tuple[int, int, str]]:
    for seq in range(1, size + 1):
        said = messages.Said(room, seq, 10**12 + seq, 1, seq, 255, "alice", f"message {seq} " * 4)
        yield room, seq, document(said)


class Reader:
    """Un client qui ne fait que relire."""

    def __init__(self, server: Server) -> None:
        self._socket = socket.create_connection((HOST, server.port), 30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._decoder = Decoder(FROM_SERVER)
        self._tell(messages.Hello(messages.VERSION))
        self._tell(messages.Identify(0, 0, "lecteur", "", b""))
        self._await(messages.Welcome)

    def enter(self, name: str, last: int) -> int:
        self._tell(messages.Join(name, last))
        joined = self._await(messages.Joined)
        if joined.last != last:
            raise BenchError(f"Le salon {name} a {joined.last} messages, et non {last}.")
        return joined.room

    def page(self, room: int, before: int) -> float:
        """Secondes de la demande à la réponse, vérifiée."""
        started = time.perf_counter()
        self._tell(messages.GetPage(room, before, 0))
        answer = self._await(messages.Page)
        elapsed = time.perf_counter() - started
        found = [message.seq for message in page(answer.documents, room)]
        if found != list(range(max(1, before - len(found)), before)) or not found:
            raise BenchError(f"La page d'avant le message {before} n'est pas la bonne.")
        return elapsed

    def _tell(self, message: messages.Message) -> None:
        self._socket.sendall(message.encode())

    def _await(self, kind: type[M]) -> M:
        while True:
            while frame := self._decoder.next():
                message = messages.decode(*frame)
                if isinstance(message, kind):
                    return message
            data = self._socket.recv(65_536)
            if not data:
                raise BenchError("Le serveur a fermé la connexion.")
            self._decoder.feed(data)

    def close(self) -> None:
        self._socket.close()


def ask(pages: int, sizes: dict[str, int]) -> dict[str, list[float]]:
    draw = random.Random(SEED)
    peer = Chat("full", "chat", "le chat")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, sizes)
        with running(peer.label, peer.command(folder), peer.listening, folder) as server:
            reader = Reader(server)
            rooms = {name: reader.enter(name, size) for name, size in sizes.items()}
            times: dict[str, list[float]] = {name: [] for name in sizes}
            for _ in range(pages):
                for room, size in sizes.items():
                    times[room].append(reader.page(rooms[room], draw.randint(60, size)))
            reader.close()
    return times


def measure(options: Namespace) -> tuple[Document, bool]:
    sizes = ROOMS | {"grand": options.large}
    print(f"Écriture de {sum(sizes.values())} messages…", file=sys.stderr, flush=True)
    times = ask(options.pages, sizes)
    medians = {name: median(some) for name, some in times.items()}
    ratio = medians["grand"] / medians["petit"]
    print(f"{options.pages} pages de {Limits().page} messages dans chaque salon, tour à tour :\n")
    for name, size in sizes.items():
        slowest = sorted(times[name])[int(0.99 * options.pages)]
        print(f"  {size:>9} messages   médiane {medians[name] * 1e3:.3f} ms", end="")
        print(f"   99 % sous {slowest * 1e3:.3f} ms")
    print(
        f"\n  rapport {ratio:.2f} ; au plus {TARGET} : {'tenu' if ratio <= TARGET else 'manqué'}."
    )
    rooms = {name: {"messages": sizes[name], "median": medians[name]} for name in sizes}
    return {"target": TARGET, "ratio": ratio, "rooms": rooms}, ratio <= TARGET


def main() -> int:
    parser = Parser("Mesure le temps d'une page d'historique.")
    add = parser.options.add_argument
    add("--pages", type=positive, default=2_000, metavar="N", help="par salon (2 000)")
    add("--large", type=at_least(SMALL), default=LARGE, metavar="N", help="1 000 000")
    return run(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
