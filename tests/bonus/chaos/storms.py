"""Des clients hostiles par milliers : le serveur vit, et sa mémoire revient."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chatroom.protocol.frames import LONG, Reason, encode_frame
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    KINDS,
    Closing,
    GetPage,
    Join,
    Said,
    Say,
    SendImage,
)

from tests.bonus.introducing import introduced, introduction
from tests.bonus.processes import Client, Server, present

LIMITS = ("rate=0", "crowd=0", "connections_per_address=5000")  # tout vient d'une seule adresse
OPTIONS = ("--quiet", *(word for limit in LIMITS for word in ("--limit", limit)))
MEGABYTE = 1_000_000
FRAMES = 100  # par connexion


@dataclass(frozen=True)
class Outcome:
    before: int  # octets, après une première vague, qui chauffe
    after: int  # et après toutes les autres

    @property
    def grown(self) -> int:
        return self.after - self.before


def resets(server: Server, count: int, draw: random.Random) -> None:
    """Se présenter plus ou moins, et disparaître (RST)."""
    for _ in range(count):
        client = Client(server)
        stage = draw.randrange(4)
        with suppress(OSError):
            if stage:
                client.tell(*introduction(f"rst {draw.getrandbits(40)}"))
            if stage > 1:
                client.tell(Join("tempête", 0))
            if stage > 2:
                client.socket.sendall(Say(1, 1, "coupé au milieu").encode()[:-5])
        client.vanish()


def half_frames(server: Server, count: int, draw: random.Random) -> None:
    """Beaucoup de trames commencées à la fois, et jamais finies."""
    clients = [Client(server) for _ in range(count)]
    for client in clients:
        frame = introduced("moitié", b"x" * 32)
        client.socket.sendall(frame[: draw.randrange(1, len(frame))])
    for client in clients:
        client.close()


def huge_frames(server: Server, count: int) -> None:
    """Annoncer dix mégaoctets, et les envoyer tant qu'on nous laisse faire."""
    header = bytes((SendImage.KIND | LONG, 3)) + (10 * MEGABYTE).to_bytes(3)
    for number in range(count):
        with Client(server) as client:
            client.hello(f"géant {number} {time.monotonic_ns() % 10**6}")
            with suppress(OSError):
                client.socket.sendall(header + bytes(10 * MEGABYTE))
            with suppress(OSError):
                while message := client.receive():
                    if isinstance(message, Closing):
                        assert message.reason == Reason.TOO_LONG


def random_frames(server: Server, count: int, draw: random.Random) -> None:
    """Des trames de tous les types, au corps tiré au sort, dès l'arrivée ou une fois entré."""
    kinds = [kind for kind in KINDS if kind < 0x40]
    for number in range(count // FRAMES):
        with Client(server) as client:
            if draw.random() < 0.5:
                client.hello(f"bruit {number} {draw.getrandbits(30)}")
            frames = [
                encode_frame(draw.choice(kinds), draw.randbytes(draw.randrange(40)))
                for _ in range(FRAMES)
            ]
            with suppress(OSError):
                client.socket.sendall(b"".join(frames))
                while client.receive():
                    pass


def alive(server: Server) -> None:
    """Deux personnes peuvent encore se parler et se relire."""
    name = f"témoin {time.monotonic_ns() % 10**9}"
    with present(server, f"{name} a") as (first, room), present(server, f"{name} b") as (second, _):
        first.tell(Say(room, 1, "tout va bien"))
        while second.expect(Said).text != "tout va bien":
            pass
        first.tell(GetPage(room, 2**63, 0))


def weather(folder: Path, scale: float, say: Callable[[str], None], seed: int = 1) -> Outcome:
    """Toutes les tempêtes, deux fois ; `scale` : 1 pour 100 000 trames."""
    draw = random.Random(seed)
    people = ("--limit", f"people={Limits().people}")
    with Server(folder, *OPTIONS, *people) as server:
        sizes = []
        for wave in range(2):
            resets(server, max(20, int(1_000 * scale)), draw)
            half_frames(server, max(20, int(500 * scale)), draw)
            huge_frames(server, max(2, int(20 * scale)))
            random_frames(server, max(1_000, int(50_000 * scale)), draw)
            alive(server)
            sizes.append(server.memory)
            say(f"vague {wave + 1} sur 2 : {sizes[-1] / MEGABYTE:.1f} Mo")
        assert server.stop() == 0
        assert "Traceback" not in server.err, server.err
    return Outcome(*sizes)
