"""Un client de la copie, et le serveur auquel il croit parler."""

import asyncio
import re
from dataclasses import dataclass, field, replace

from grader.driving.arena import Arena
from grader.driving.failures import Unjudged, Wrong
from grader.driving.peer import Peer
from grader.driving.program import Program
from grader.driving.prompts import converse
from grader.model.examples import HOST, PORT
from grader.model.records import Launch
from grader.world.capture import Capture

USUAL_PORTS = (PORT, 13337)
MAX_GUESSES = 12
MAX_PEERS = 40  # connexions d'un client ; chacune peut nous prendre 2 Mo, les autres sont refusées
LATE = 0.1  # secondes : un paquet vu par le client l'est aussitôt par la capture
CLIENTS_WITH_PSEUDO = ("II.5.client", "II.6.client")
WITH_HELLO = "II.2.client"  # il n'a qu'une chose à dire : s'il demande laquelle, on la tape
HELLO = "Hello"
UNSAID = ("pseudo", "message")  # ce qu'on tape à qui lit le clavier sans rien demander
NOT_THERE = ("FileNotFoundError", "ModuleNotFoundError", "ImportError")
USAGE = 2  # code de sortie de qui refuse ses arguments (argparse)


@dataclass
class Client:
    """Le client jugé : son terminal, et sa connexion vue du serveur."""

    arena: Arena
    program: Program
    peer: Peer
    door: "Door"
    pseudo: str = ""
    others: list[Peer] = field(default_factory=list)  # ses autres connexions, s'il en ouvre
    asked: list[str] = field(default_factory=list)  # les questions auxquelles on a répondu

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
                raise Unjudged(
                    f"le port {port} est pris par un autre programme de cette machine"
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

    def close(self) -> None:
        for server in self.ports.values():
            server.close()


def answers_of(arena: Arena, launch: Launch, pseudo: str) -> dict[str, str]:
    """Ce qu'on répond à un client de cette étape, selon ce qu'il demande."""
    host, port = launch.host or HOST, str(launch.port or PORT)
    answers = {"host": host, "port": port, "enter": ""}
    if arena.step.id in CLIENTS_WITH_PSEUDO:
        return {"pseudo": pseudo, **answers}
    if arena.step.id == WITH_HELLO:
        return {"message": HELLO, **answers}
    return answers


async def start_client(
    arena: Arena, launch: Launch | None = None, *, ports: tuple[int, ...] = ()
) -> Client:
    """Lance le client, répond à ses questions, et attend qu'il soit connecté et présenté."""
    launch = launch or arena.job.script.launch
    pseudo = arena.words.pseudo()
    door = Door(arena)
    arena.at_end(door.close)
    for port in ports or (launch.port,):
        await door.open(port)
    script = replace(arena.job.script, launch=launch)
    program = await arena.start(launch.arguments, script=script)
    needs_pseudo = arena.step.id in CLIENTS_WITH_PSEUDO

    def ready() -> bool:
        return bool(door.peers) and (not needs_pseudo or any(p.unread for p in door.peers))

    answers = answers_of(arena, launch, pseudo)
    asked = await converse(arena, program, answers, ready, silent=UNSAID)
    arena.tried = replace(launch, answers=tuple(asked))
    if not door.peers:
        door.close()
        why = f" : il {arena.doing(program)}." if program.running else f". {program.exception}"
        raise Wrong(f"Le client ne se connecte pas{why}".strip(), timed_out=program.running)
    await arena.rest(program)  # un délai qu'il se donne alors n'est pas à attendre
    peer = next((peer for peer in door.peers if peer.unread), door.peers[-1])
    others = [one for one in door.peers if one is not peer]
    return Client(arena, program, peer, door, pseudo, others, asked)


def guess_ports(arena: Arena) -> tuple[int, ...]:
    """Les ports que le client peut viser : ceux qu'on lit dans ses sources, et les habituels."""
    written = {port for source in arena.job.script.sources for port in source.integers}
    for source in arena.job.script.sources:
        for text in source.strings:
            written |= {int(port) for port in re.findall(r"\b\d{4,5}\b", text)}
    wanted = sorted(port for port in written if 1024 <= port < 65536 and port not in USUAL_PORTS)
    if arena.setting.sandbox == "none":
        return (PORT,)
    return (*USUAL_PORTS, *wanted)[:MAX_GUESSES]


async def learn_launch(arena: Arena) -> Launch:
    """Cherche comment lancer le client, et où il va : on ouvre les ports qu'il peut viser, et son
    premier paquet dit le reste. Si rien n'y fait, le lancement allé le plus loin dit pourquoi.
    """
    folder = str(arena.job.script.path.parent)
    capture = arena.open_capture()
    ports = guess_ports(arena)
    ways = [
        Launch(place, arguments)
        for arguments in ((), ("-p", str(PORT), "-a", HOST))
        for place in dict.fromkeys((folder, "."))
    ]
    failures: list[tuple[int, Launch, Wrong]] = []
    for launch in ways:
        for _ in range(2):
            try:
                client = await start_client(arena, launch, ports=ports)
            except Wrong as wrong:
                program = arena.programs[-1]
                failures.append((_reach(program), arena.tried or launch, wrong))
                wrong.failure.output = program.last_lines
                waiting = program.running
                await program.close()
                missed = await _refused(capture, ports)
                if not missed:
                    break
                ports = (missed,)
            else:
                host, _, port = client.peer.name.rpartition(":")
                answers = tuple(client.asked)
                return replace(launch, host=host, port=int(port), answers=answers)
        if waiting:  # lancé autrement, il attendrait aussi
            break
    _, arena.tried, furthest = max(failures, key=lambda failure: failure[0])
    raise furthest


def _reach(program: Program) -> int:
    """Jusqu'où un lancement est allé : refusé dès ses arguments, faute d'un fichier, plus loin."""
    if program.code == USAGE and "usage:" in program.since():
        return 0
    return 1 if program.exception.startswith(NOT_THERE) else 2


async def _refused(capture: Capture | None, opened: tuple[int, ...]) -> int:
    """Le port où le client a voulu aller sans que personne ne l'y attende ; 0 s'il n'y en a pas."""
    if capture is None:
        return 0
    missed = await capture.wait_syn(lambda syn: syn.target_port in opened, LATE)
    return missed.target_port if missed else 0
