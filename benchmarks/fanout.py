"""Notre serveur de chat donne-t-il un message à tous à bon prix ? À côté de Redis et de NATS.

Le même générateur de charge pour tous, à tour de rôle, tous les serveurs en marche. D'abord une
personne parle et 1 000 reçoivent, par fenêtres de 1, 10 et 100 messages de 64 octets ; puis 1 000
clients parlent tous, dans 50 salons. Celui qui parle reçoit aussi ses messages, chez tous.

    $ python benchmarks/fanout.py --json mesures.json
"""

import argparse
import operator
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bonus")]

from benchmarks.support.command import Document, run  # noqa: E402
from benchmarks.support.load import Crowd, Shape, Slice  # noqa: E402 (bonus n'est pas installé)
from benchmarks.support.peers import Chat, Nats, Peer, Redis, WebChat, executable  # noqa: E402
from benchmarks.support.servers import BenchError, raise_open_files, running  # noqa: E402
from wording.arguments import Parser, positive  # noqa: E402

TEXT = b"x" * 64
PER_ROOM = 20  # 1 000 clients dans 50 salons
WINDOWS = (1, 10, 100)
REFERENCE, CHAT, WEB = "redis", "chat", "chat-web"
PEERS: tuple[Peer, ...] = (
    Redis(),
    Nats(),
    Chat("full", CHAT, "Chat"),
    WebChat("full", WEB, "Chat par WebSocket"),
    Chat("off", "chat-off", "Chat sans historique"),
)
LABELS = {peer.name: peer.label for peer in PEERS}
# Qui, face à qui, à quelle fenêtre : tant de fois son processeur par livraison, au plus.
TARGETS = ((CHAT, REFERENCE, 100, 0.5), (CHAT, REFERENCE, 1, 1.2), (WEB, CHAT, 100, 1.5))
SPARE = 100  # fichiers ouverts, en plus des connexions

# Les mesures d'une forme de charge : fenêtre, puis système, puis tours
Measures = dict[int, dict[str, list[Slice]]]


@dataclass(frozen=True)
class Figures:
    """Ce qu'un système a montré. Durées en secondes."""

    rate: float  # livraisons par seconde, médiane des tours
    cost: float  # processeur du serveur par livraison, médiane des tours
    p50: float  # temps du dernier servi, sur toutes les fenêtres
    p99: float
    ratios: list[float]  # coût face à Redis, tour par tour, par ordre croissant ; vide sans Redis


def figures(slices: Sequence[Slice], reference: Sequence[Slice]) -> Figures:
    times = sorted(time for piece in slices for time in piece.times)
    pairs = zip(slices, reference, strict=True) if reference else ()
    return Figures(
        rate=median(piece.rate for piece in slices),
        cost=median(piece.cost for piece in slices),
        p50=median(times),
        p99=times[len(times) * 99 // 100],
        ratios=sorted(piece.cost / redis.cost for piece, redis in pairs),
    )


@contextmanager
def crowds(peers: Sequence[Peer], shape: Shape) -> Iterator[dict[str, Crowd]]:
    """Chaque serveur en marche, et tous ses clients entrés."""
    with ExitStack() as stack:
        ready = {}
        for peer in peers:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fanout-")))
            command = peer.command(folder)
            server = stack.enter_context(running(peer.label, command, peer.listening, folder))
            ready[peer.name] = crowd = stack.enter_context(Crowd(peer, server, shape, TEXT))
            crowd.settle()
        yield ready


def race(
    peers: Sequence[Peer], shape: Shape, windows: Sequence[int], runs: int, seconds: float
) -> Measures:
    """Mesure chaque système à chaque tour, tantôt dans un ordre, tantôt dans l'autre."""
    measures: Measures = {window: {peer.name: [] for peer in peers} for window in windows}
    with crowds(peers, shape) as ready:
        for turn in range(runs + 1):
            for window in windows:
                for name in list(ready)[:: 1 if turn % 2 else -1]:
                    piece = ready[name].measure(window, seconds)
                    if turn:  # le premier tour n'a servi qu'à chauffer
                        measures[window][name].append(piece)
            if sys.stderr.isatty():
                print(f"\r\x1b[K{turn} tours sur {runs}\r", end="", file=sys.stderr, flush=True)
    return measures


def show(title: str, rows: dict[Peer, Figures]) -> None:
    print(f"{title:<22} livraisons/s  processeur     dernier servi        face à Redis")
    print(f"{'':<22}           par livraison      p50        p99")
    for peer, row in rows.items():
        rate = f"{row.rate:,.0f}".replace(",", " ")
        times = f"{row.p50 * 1e3:>7.1f} ms {row.p99 * 1e3:>6.1f} ms"
        ratio = "" if peer.name == REFERENCE else against(row.ratios)
        print(f"  {peer.label:<20} {rate:>12} {row.cost * 1e6:>9.2f} µs {times}   {ratio}".rstrip())
    print()


def against(ratios: Sequence[float]) -> str:
    return f"{median(ratios):.2f} (de {ratios[0]:.2f} à {ratios[-1]:.2f})" if ratios else ""


def report(
    title: str, peers: Sequence[Peer], measures: dict[str, list[Slice]]
) -> dict[str, dict[str, Any]]:
    """Affiche le tableau d'une fenêtre, et renvoie ses chiffres."""
    reference = measures.get(REFERENCE, [])
    rows = {peer: figures(measures[peer.name], reference) for peer in peers}
    show(title, rows)
    return {
        peer.name: asdict(row) | {"rounds": [piece.as_json() for piece in measures[peer.name]]}
        for peer, row in rows.items()
    }


def fanout(peers: Sequence[Peer], receivers: int, runs: int, seconds: float) -> dict[str, Any]:
    """Une personne parle, les autres reçoivent."""
    measures = race(peers, Shape(1, receivers + 1, 1), WINDOWS, runs, seconds)
    print(f"Une personne parle à {receivers} autres, par textes de {len(TEXT)} octets,")
    print(f"médiane de {runs} tours :\n")
    return {str(w): report(f"fenêtre de {w}", peers, measures[w]) for w in WINDOWS}


def conversation(peers: Sequence[Peer], people: int, runs: int, seconds: float) -> dict[str, Any]:
    """Tous parlent, chacun un message à la fois, chacun dans un salon de vingt."""
    shape = Shape(max(1, people // PER_ROOM), PER_ROOM, PER_ROOM)
    measures = race(peers, shape, (1,), runs, seconds)
    print(f"{shape.people} personnes parlent toutes, en salons de {PER_ROOM} :\n")
    return report(f"{shape.rooms} salons", peers, measures[1])


def judge(windows: dict[str, Any]) -> None:
    """Dit si les objectifs sont tenus."""
    for name, reference, window, most in TARGETS:
        systems = windows[str(window)]
        if name in systems and reference in systems:
            ratios = sorted(map(operator.truediv, costs(systems[name]), costs(systems[reference])))
            verdict = "tenu" if median(ratios) <= most else "manqué"
            what = f"{LABELS[name]}, processeur par livraison à la fenêtre {window}"
            print(f"{what} : {against(ratios)} fois {LABELS[reference]}.")
            print(f"  Objectif : au plus {most}, {verdict}.")


def costs(system: dict[str, Any]) -> list[float]:
    """Secondes de processeur par livraison, tour par tour."""
    return [piece["cpu"] / piece["deliveries"] for piece in system["rounds"]]


def installed(names: Sequence[str]) -> list[Peer]:
    """Les systèmes demandés et présents ; dit comment obtenir les autres."""
    peers = []
    for peer in PEERS:
        if peer.name in names:
            if peer.program and not executable(peer.program):
                print(
                    f"Il manque {peer.program} : sudo apt install {peer.program}", file=sys.stderr
                )
            else:
                peers.append(peer)
    return peers


def measure(options: argparse.Namespace) -> tuple[Document, bool]:
    peers = installed(options.only)
    if not peers:
        raise BenchError("Aucun de ces systèmes n'est installé.")
    raise_open_files(len(peers) * (max(options.receivers, PER_ROOM) + 1) + SPARE)
    windows = fanout(peers, options.receivers, options.runs, options.seconds)
    rooms = conversation(peers, options.receivers, options.runs, options.seconds)
    judge(windows)
    figures = {"text": len(TEXT), "receivers": options.receivers}
    return figures | {"windows": windows, "rooms": rooms}, True


def duration(text: str) -> float:
    if not (seconds := float(text)) >= 0:
        raise ValueError(text)
    return seconds


def main() -> int:
    names = [peer.name for peer in PEERS]
    parser = Parser("Compare notre serveur à Redis et à NATS.")
    add = parser.options.add_argument
    add("--runs", type=positive, default=7, help="tours de mesures (7)")
    add("--seconds", type=duration, default=0.4, help="durée de chaque mesure (0.4)")
    add("--receivers", type=positive, default=1000, help="destinataires (1000)")
    add("--only", nargs="+", choices=names, default=names, help="ces systèmes-là")
    return run(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
