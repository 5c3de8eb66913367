"""Un client de la copie, et le serveur auquel il croit parler."""

import asyncio
import re
from dataclasses import dataclass, field, replace

from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.peer import Peer
from grader.driving.program import Program
from grader.driving.prompts import converse
from grader.model import Launch
from grader.world.capture import Capture

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8888
USUAL_PORTS = (8888, 13337)
MAX_GUESSES = 12
MAX_PEERS = 40  # connexions d'un client ; chacune peut nous prendre 2 Mo, les autres sont refusées
LATE = 0.1  # secondes : un paquet vu par le client l'est aussitôt par la capture
WITH_PSEUDO = ("II.5.client", "II.6.client")


@dataclass
class Client:
    """Le client jugé : son terminal, et sa connexion vue du serveur."""

    arena: Arena
    program: Program
    peer: Peer
    pseudo: str = ""
    others: list[Peer] = field(default_factory=list)  # ses autres connexions, s'il en ouvre

    @property
    def said(self) -> str:
        """Tout ce qu'il a envoyé depuis le dernier `forget`."""
        return self.peer.unread_text


class Door:
    """Des ports ouverts, où l'on attend un client."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.peers: list[Peer] = []
        self.ports: dict[int, asyncio.Server] = {}

    async def open(self, port: int) -> None:
        host = "127.0.0.1" if self.arena.setting.sandbox == "none" else "0.0.0.0"
        loop = asyncio.get_running_loop()
        try:
            self.ports[port] = await loop.create_server(self._peer, host, port, reuse_address=True)
        except OSError as error:
            if self.arena.setting.sandbox == "none":
                raise Wrong(
                    f"Le port {port} est pris par un autre programme de cette machine."
                ) from error
            return

    def _peer(self) -> Peer:
        return Peer("serveur", self.arena.pulse, self.arena.timeline, self._arrived)

    def _arrived(self, peer: Peer) -> None:
        if len(self.peers) == MAX_PEERS:
            peer.refuse()
        else:
            self.peers.append(peer)
            self.arena.peers.append(peer)

    async def close(self) -> None:
        for server in self.ports.values():
            server.close()


async def start_client(
    arena: Arena, launch: Launch | None = None, *, pseudo: str = "", ports: tuple[int, ...] = ()
) -> Client:
    """Lance le client, répond à ses questions, et attend qu'il soit connecté et présenté."""
    launch = launch or arena.job.script.launch
    pseudo = pseudo or arena.words.pseudo()
    door = Door(arena)
    for port in ports or (launch.port,):
        await door.open(port)
    script = replace(arena.job.script, launch=launch)
    program = await arena.start(launch.arguments, script=script)
    answers = {"host": launch.host or DEFAULT_HOST, "port": str(launch.port or DEFAULT_PORT)}
    needs_pseudo = arena.step.id in WITH_PSEUDO
    if needs_pseudo:
        answers = {"pseudo": pseudo, **answers}

    def ready() -> bool:
        return bool(door.peers) and (not needs_pseudo or any(p.unread for p in door.peers))

    await converse(arena, program, answers, ready, silent=("pseudo",))
    if not door.peers:
        await door.close()
        raise Wrong(
            f"Le client ne se connecte pas. {program.exception}".strip(), timed_out=program.running
        )
    await arena.settle(program)
    peer = next((peer for peer in door.peers if peer.unread), door.peers[-1])
    return Client(arena, program, peer, pseudo, [p for p in door.peers if p is not peer])


def guess_ports(arena: Arena) -> tuple[int, ...]:
    """Les ports que le client peut viser : ceux qu'on lit dans ses sources, et les habituels."""
    written = {port for source in arena.job.script.sources for port in source.integers}
    for source in arena.job.script.sources:
        for text in source.strings:
            written |= {int(port) for port in re.findall(r"\b\d{4,5}\b", text)}
    wanted = sorted(port for port in written if 1024 <= port < 65536 and port not in USUAL_PORTS)
    if arena.setting.sandbox == "none":
        return (DEFAULT_PORT,)
    return (*USUAL_PORTS, *wanted)[:MAX_GUESSES]


async def learn_launch(arena: Arena) -> Launch:
    """Cherche comment lancer le client, et où il va : on ouvre les ports qu'il peut viser, et son
    premier paquet dit le reste."""
    folder = str(arena.job.script.path.parent)
    capture = arena.open_capture()
    ports = guess_ports(arena)
    failure: Wrong | None = None
    for place in dict.fromkeys((folder, ".")):
        for arguments in ((), ("-p", str(DEFAULT_PORT), "-a", DEFAULT_HOST)):
            launch = Launch(place, arguments)
            for _ in range(2):
                try:
                    client = await start_client(arena, launch, ports=ports)
                except Wrong as wrong:
                    failure = failure or wrong
                    await arena.programs[-1].close()
                    missed = await _refused(capture, ports)
                    if not missed:
                        break
                    ports = (missed,)
                else:
                    host, _, port = client.peer.name.rpartition(":")
                    return replace(launch, host=host, port=int(port))
    assert failure
    raise failure


async def _refused(capture: Capture | None, opened: tuple[int, ...]) -> int:
    """Le port où le client a voulu aller sans que personne ne l'y attende ; 0 s'il n'y en a pas."""
    if capture is None:
        return 0
    missed = await capture.wait_syn(lambda syn: syn.target_port in opened, LATE)
    return missed.target_port if missed else 0
