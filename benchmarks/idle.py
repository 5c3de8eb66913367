"""Que coûte au serveur un client qui se tait ? À côté de Redis.

10 000 clients dans 100 salons, présentés, entrés, silencieux : ce que la mémoire du processus
(pages anonymes, en octets) a pris depuis que personne n'était là, divisé par leur nombre. Les
tampons que le noyau tient pour chaque socket n'en sont pas, ni ici ni chez Redis.

    $ python benchmarks/idle.py --json memoire.json
"""

import re
import sys
import tempfile
from argparse import Namespace
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bonus")]

from benchmarks.support.command import Document, run  # noqa: E402
from benchmarks.support.load import Crowd, Shape  # noqa: E402 (benchmarks n'est pas installé)
from benchmarks.support.peers import Chat, Peer, Redis, executable  # noqa: E402
from benchmarks.support.servers import raise_open_files, running  # noqa: E402
from wording.arguments import Parser, at_least  # noqa: E402

TARGET = 6_000  # octets
ROOMS = 100
SPARE = 500  # descripteurs pour tout le reste


@dataclass(frozen=True)
class Memory:
    empty: int  # octets, avant le premier client
    full: int
    clients: int

    @property
    def each(self) -> float:
        return (self.full - self.empty) / self.clients


def anonymous(pid: int) -> int:
    """Octets de mémoire que ce processus a pris pour lui."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    assert found
    return int(found[1]) * 1024


def weigh(peer: Peer, clients: int) -> Memory:
    shape = Shape(rooms=ROOMS, members=clients // ROOMS, talkers=0)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(peer.label, peer.command(Path(folder)), peer.listening, Path(folder)) as server,
        Crowd(peer, server, shape, b"") as crowd,
    ):
        empty = anonymous(server.pid)
        crowd.settle()
        return Memory(empty, anonymous(server.pid), shape.people)


def measure(options: Namespace) -> tuple[Document, bool]:
    peers: list[Peer] = [Chat("full", "chat", "le chat")]
    if executable(Redis.program):
        peers.append(Redis())
    else:
        print("Il manque Redis pour comparer : sudo apt install redis-server")
    raise_open_files(options.clients + SPARE)
    found = {peer.name: weigh(peer, options.clients) for peer in peers}
    print(f"{options.clients} clients silencieux, dans {ROOMS} salons :\n")
    for peer in peers:
        memory = found[peer.name]
        before, after = memory.empty / 1e6, memory.full / 1e6
        print(
            f"  {peer.label:<10} {memory.each:6.0f} octets chacun   ({before:.1f} → {after:.1f} Mo)"
        )
    ours = found["chat"].each
    print(f"\nAu plus {TARGET} octets : {'tenu' if ours <= TARGET else 'manqué'}.")
    figures = {name: asdict(memory) | {"each": memory.each} for name, memory in found.items()}
    return {"target": TARGET, "peers": figures}, ours <= TARGET


def main() -> int:
    parser = Parser("Mesure la mémoire d'un client silencieux.")
    enough = at_least(ROOMS)  # un par salon
    parser.options.add_argument(
        "--clients", type=enough, default=10_000, metavar="N", help="10 000"
    )
    return run(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
