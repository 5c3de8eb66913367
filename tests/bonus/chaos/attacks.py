"""Ce que tente une adresse contre un serveur, sans relâche : chacun de ses gestes est permis.

Chaque attaque est un geste, que répètent `HANDS` mains depuis une même adresse, dans un autre
processus : refusée ou retenue, une main se reconnecte aussitôt.
"""

import multiprocessing
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from threading import Thread

from chatroom.protocol.messages import Join, Leave, Say

from tests.bonus.processes import Client

ATTACKER = "127.0.0.2"
HANDS = 12
PATIENCE = 0.3  # secondes : retenue plus longtemps, une main revient par une autre connexion
LONG = "z" * 3_990
SILENT = 60  # connexions muettes que tient une main
ROOM = "agora"  # là où parlent aussi d'honnêtes gens


@dataclass
class Target:
    """Où écoute un serveur."""

    host: str
    port: int
    web_port: int = 0


class Hand:
    """Un attaquant, et ce qu'il retient d'une connexion à l'autre."""

    def __init__(self, target: Target, number: int) -> None:
        self.target, self.number = target, number
        self.token = secrets.token_bytes(32)
        self.count = 0

    @contextmanager
    def here(self, *, anew: bool = False) -> Iterator[Client]:
        """Une connexion de plus, où il s'est présenté ; `anew` : sous un autre nom."""
        with Client(self.target, ATTACKER) as client:
            client.socket.settimeout(PATIENCE)
            self.count += 1
            token = secrets.token_bytes(32) if anew else self.token
            pseudo = f"m{self.number} {self.count if anew else 0} {secrets.token_hex(3)}"
            client.hello(pseudo, token)
            yield client


def reconnect(hand: Hand) -> None:
    """Dire d'un trait ce qu'un seau permet, et revenir avec un seau plein."""
    with hand.here() as client:
        room = client.join(f"repaire {hand.number}").room
        start = secrets.randbits(30) + (hand.count << 30)
        client.tell(*(Say(room, start + number, "x") for number in range(27)))
        client.vanish()


def enrol(hand: Hand) -> None:
    """Prendre un pseudo de plus."""
    with hand.here(anew=True):
        pass


def build(hand: Hand) -> None:
    """Créer des salons, l'un après l'autre."""
    with hand.here() as client:
        for number in range(25):
            client.tell(Join(f"s{hand.number} {hand.count} {number}", 0))
        while client.receive():
            pass


def fidget(hand: Hand) -> None:
    """Entrer et sortir, là où d'autres parlent."""
    with hand.here() as client:
        room = client.join(ROOM).room
        for _ in range(10):
            client.tell(Leave(room), Join(ROOM, 0))
        client.vanish()


def fill(hand: Hand) -> None:
    """Remplir le journal, et le disque, des plus longs textes permis."""
    with hand.here() as client:
        room = client.join(f"repaire {hand.number}").room
        start = secrets.randbits(30) + (hand.count << 30)
        client.tell(*(Say(room, start + number, LONG) for number in range(27)))
        while client.receive():
            pass


def hush(hand: Hand) -> None:
    """Se connecter en nombre et se taire, un accord TLS à peine commencé."""
    with ExitStack() as stack:
        for number in range(SILENT):
            mute = stack.enter_context(socket.socket())
            mute.settimeout(PATIENCE)
            mute.bind((ATTACKER, 0))
            mute.connect((hand.target.host, hand.target.port))
            mute.sendall(b"\x16\x03\x01"[: number % 4])
        time.sleep(PATIENCE)


ATTACKS: dict[str, Callable[[Hand], None]] = {
    "se reconnecter pour parler": reconnect,
    "prendre des pseudos": enrol,
    "créer des salons": build,
    "entrer et sortir": fidget,
    "remplir le journal": fill,
}
TLS_ATTACKS = {"se taire en TLS": hush}  # contre un serveur qui ne parle que chiffré


def _work(name: str, target: Target, tries: "Synchronized[int]") -> None:
    """Toutes les mains à la fois, jusqu'à ce qu'on les arrête."""

    def repeat(hand: Hand) -> None:
        while True:
            with tries.get_lock():
                tries.value += 1
            with suppress(OSError, AssertionError):  # refusée, retenue ou congédiée
                (ATTACKS | TLS_ATTACKS)[name](hand)
            time.sleep(0)

    hands = [Thread(target=repeat, args=(Hand(target, n),), daemon=True) for n in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()


@contextmanager
def under(name: str, target: Target) -> "Iterator[Synchronized[int]]":
    """Le temps du bloc, ce serveur est attaqué ; donne le nombre de tentatives."""
    context = multiprocessing.get_context("spawn")
    tries: Synchronized[int] = context.Value("q", 0)
    attacker = context.Process(target=_work, args=(name, target, tries), daemon=True)
    attacker.start()
    try:
        yield tries
    finally:
        attacker.kill()
        attacker.join()
        attacker.close()
