"""Le serveur tué (kill -9) sous la charge, encore et encore : rien de ce qu'on a vu n'est perdu."""

import asyncio
import itertools
import json
import random
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from chatroom.client.core.events import Ended, Entered, RefusedRequest, Spoke
from chatroom.client.network.link import Link, Patience
from chatroom.client.tokens import Credential
from chatroom.protocol.text import fold
from chatroom.server.storage.exporting import export

from tests.bonus.processes import Server

PATIENCE = Patience(first=0.02, longest=0.3)
OUTSTANDING = 8  # messages qu'un client laisse sans accusé
DEADLINE = 60.0  # secondes sans le moindre progrès


class Pocket:
    """Un seul jeton, en mémoire."""

    def __init__(self) -> None:
        self._known = Credential()

    def find(self, _server: bytes, _address: str, _pseudo: str) -> Credential:
        return self._known

    def keep(
        self, _server: bytes, _address: str, _pseudo: str, token: bytes, person: int = 0
    ) -> None:
        self._known = Credential(token, person)


@dataclass
class Talker:
    """Un client qui parle sans cesse, et note tout ce qu'il voit."""

    pseudo: str
    room: str
    link: Link
    seen: list[tuple[int, str]] = field(default_factory=list)  # numéro et texte, dans l'ordre reçu
    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    entered: bool = False
    faults: list[str] = field(default_factory=list)

    async def listen(self) -> None:
        async for event in self.link.events():
            match event:
                case Entered():
                    self.entered = True
                case Spoke(room=self.room, message=message, mine=mine):
                    self.seen.append((message.seq, getattr(message, "text", "")))
                    if mine:
                        self.acknowledged.append(self.seen[-1][1])
                case RefusedRequest(text=text) | Ended(text=text, final=True):
                    self.faults.append(f"{self.pseudo} : {text}")

    async def talk(self, draw: random.Random) -> None:
        for number in itertools.count(1):
            while not self.entered or not await self.link.drain(OUTSTANDING):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            text = f"{self.pseudo} {number}"
            self.sent.append(text)
            self.link.participant.say(self.room, text)
            self.link.flush()
            await asyncio.sleep(draw.uniform(0, 0.05))


@dataclass(frozen=True)
class Outcome:
    kills: int
    sent: int
    acknowledged: int
    lost: int  # accusés, et absents de l'historique
    doubled: int  # plus d'une fois dans l'historique
    disordered: int  # clients dont la suite des messages n'est pas celle de l'historique
    faults: list[str]

    @property
    def sound(self) -> bool:
        return self.sent == self.acknowledged and not (
            self.lost or self.doubled or self.disordered or self.faults
        )


async def survive(
    folder: Path, kills: int, clients: int, rooms: int, say: Callable[[str], None], seed: int = 1
) -> Outcome:
    """Tue le serveur `kills` fois pendant que `clients` parlent dans `rooms` salons."""
    draw, port = random.Random(seed), _free_port()
    limits = ("rate=0", "crowd=0", "connections_per_address=1000")
    options = ("--quiet", *(word for limit in limits for word in ("--limit", limit)))

    def start() -> Server:
        return Server(folder, *options, port=port)

    server = await asyncio.to_thread(start)
    talkers = [_talker(number, rooms, port) for number in range(clients)]
    tasks: list[asyncio.Task[None]] = []
    try:
        listening = [asyncio.create_task(talker.listen()) for talker in talkers]
        tasks += listening
        talking = [await _begin(talker, draw) for talker in talkers]
        tasks += talking
        for count in range(1, kills + 1):
            wanted = _acknowledged(talkers) + clients + draw.randrange(10 * clients)
            await _progress(
                lambda: _acknowledged(talkers) >= wanted,  # noqa: B023
                f"parler après {count - 1} morts",
            )
            server.popen.kill()
            await asyncio.to_thread(server.__exit__)
            server = await asyncio.to_thread(start)
            say(f"{count} morts sur {kills}, {wanted} messages accusés")
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        await _settle(talkers)
        for talker in talkers:
            await talker.link.close()
        await asyncio.gather(*listening)
        await asyncio.to_thread(server.stop)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.to_thread(server.__exit__)
    return _judge(folder, talkers, kills)


def _talker(number: int, rooms: int, port: int) -> Talker:
    pseudo = f"client {number}"
    link = Link("127.0.0.1", port, pseudo, Pocket(), patience=PATIENCE)
    return Talker(pseudo, f"salon {number % rooms}", link)


async def _begin(talker: Talker, draw: random.Random) -> asyncio.Task[None]:
    """Se présente, entre, et commence à parler."""
    talker.link.start()
    await _progress(lambda: talker.link.participant.person, "se présenter")
    talker.link.participant.join(talker.room)
    talker.link.flush()
    return asyncio.create_task(talker.talk(random.Random(draw.random())))


def _acknowledged(talkers: list[Talker]) -> int:
    return sum(len(talker.acknowledged) for talker in talkers)


async def _progress(fact: Callable[[], object], what: str) -> None:
    loop = asyncio.get_running_loop()
    limit = loop.time() + DEADLINE
    while not fact():
        if loop.time() > limit:
            raise AssertionError(f"{DEADLINE:.0f} s sans pouvoir {what}")
        await asyncio.sleep(0.01)


async def _settle(talkers: list[Talker]) -> None:
    """Chacun a ses accusés, et a vu le dernier message de son salon."""
    for talker in talkers:
        await _progress(lambda: not talker.link.participant.outbox, "tout faire accuser")  # noqa: B023
    last: dict[str, int] = {}
    for talker in talkers:
        last[talker.room] = max(last.get(talker.room, 0), talker.seen[-1][0])
    for talker in talkers:
        seen = [one.seen[-1][0] for one in talkers]
        await _progress(
            lambda: talker.seen[-1][0] == last[talker.room],  # noqa: B023
            f"rattraper son salon : {talker.pseudo}, {seen} de {last}, {talker.faults}",
        )


def _judge(folder: Path, talkers: list[Talker], kills: int) -> Outcome:
    kept: dict[str, list[tuple[int, str]]] = {}
    for room in {talker.room for talker in talkers}:
        documents = json.loads("".join(export(folder, room, fold)))
        kept[room] = [(entry["seq"], entry["text"]) for entry in documents]
        assert [seq for seq, _ in kept[room]] == list(range(1, len(kept[room]) + 1))
    texts = Counter(text for entries in kept.values() for _, text in entries)
    acknowledged = [text for talker in talkers for text in talker.acknowledged]
    disordered = sum(
        talker.seen != kept[talker.room][talker.seen[0][0] - 1 :] for talker in talkers
    )
    return Outcome(
        kills=kills,
        sent=sum(len(talker.sent) for talker in talkers),
        acknowledged=len(acknowledged),
        lost=sum(texts[text] == 0 for text in acknowledged),
        doubled=sum(count > 1 for count in texts.values()),
        disordered=disordered,
        faults=[fault for talker in talkers for fault in talker.faults],
    )


def _free_port() -> int:
    """Un port que Linux ne distribue pas : le serveur doit le retrouver à chaque fois."""
    while True:
        port = random.randrange(10_000, 32_768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
