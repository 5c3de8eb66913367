"""Un serveur de la copie, et ceux qui s'y connectent."""

import asyncio
from dataclasses import dataclass, replace

from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.idle import listening_by, processes_of
from grader.driving.peer import Peer, connect
from grader.driving.program import Program
from grader.driving.prompts import converse
from grader.driving.setting import Script
from grader.model import Launch
from grader.world.diag import Listening

STARTING = 1.5  # secondes de sommeil au bout desquelles un serveur n'écoutera plus
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8888
WITH_PSEUDO = ("II.5.server", "II.6.server")


@dataclass
class Server:
    """Le serveur jugé ; ses clients viennent d'adresses différentes, dont deux fois de la même."""

    arena: Arena
    program: Program
    host: str
    port: int
    answers: tuple[str, ...] = ()  # ce à quoi il a fallu répondre pour qu'il écoute
    count: int = 0

    async def connect(self, name: str = "", source: tuple[str, int] | None = None) -> Peer:
        """Quelqu'un arrive, sans rien dire ; au retour le serveur l'a accepté."""
        arena = self.arena
        self.count += 1
        name = name or f"client {chr(ord('A') + self.count - 1)}"
        peer = Peer(name, arena.pulse, arena.timeline)
        source = source or self.pick_source()
        try:
            async with asyncio.timeout(arena.check.deadline):  # une file d'attente pleine
                await connect(peer, (self.host, self.port), source)
        except OSError as error:
            raise Wrong(
                f"Le serveur n'accepte plus personne sur {self.host}:{self.port}."
            ) from error
        arena.peers.append(peer)
        await arena.rest(self.program)  # un délai qu'il se donne alors n'est pas à attendre
        peer.forget()  # une bienvenue n'est pas une faute
        return peer

    def pick_source(self) -> tuple[str, int]:
        words = self.arena.words
        address = words.address()
        if self.arena.setting.sandbox == "none":
            address = f"127.0.0.{words.random.randrange(2, 250)}"
        return address, words.port()

    def neighbour(self, peer: Peer) -> tuple[str, int]:
        """Une autre place sur la même machine que `peer`."""
        return peer.address[0], self.arena.words.port()

    async def join(self, pseudo: str, source: tuple[str, int] | None = None) -> Peer:
        """Quelqu'un arrive et se présente ; au retour, l'annonce est passée."""
        peer = await self.connect(f"{pseudo}", source)
        peer.send(f"Hello|{pseudo}")
        await self.arena.settle(self.program)
        peer.forget()
        return peer

    async def enter(self, count: int, *, neighbours: bool = True) -> list[Peer]:
        """`count` personnes entrent, les deux premières depuis la même adresse."""
        peers: list[Peer] = []
        for number in range(count):
            source = self.neighbour(peers[0]) if neighbours and number == 1 else None
            if self.arena.step.id in WITH_PSEUDO:
                peers.append(await self.join(self.arena.words.pseudo(), source))
            else:
                peers.append(await self.connect(source=source))
        for peer in peers:
            peer.forget()
        return peers

    def author(self, peer: Peer) -> str:
        """Le nom de `peer` dans la conversation : son pseudo, ou son adresse avant l'étape 5."""
        if self.arena.step.id in WITH_PSEUDO:
            return peer.actor
        return peer.name


async def start_server(
    arena: Arena, launch: Launch | None = None, script: Script | None = None
) -> Server:
    """Lance le serveur, comme on a appris à le faire ou comme le dit `launch` ; attend l'écoute."""
    script = script or arena.job.script
    script = replace(script, launch=launch or script.launch)
    program = await arena.start(script.launch.arguments, name="serveur", script=script)
    answers = await answer_until_listening(arena, program)
    found = await wait_listening(arena, program)
    if not found:
        raise Wrong(
            "Le serveur n'écoute sur aucun port."
            if program.running
            else f"Le serveur s'arrête sans écouter. {program.exception}".strip(),
            timed_out=not arena.idle(program),
        )
    await arena.settle(program)
    if not program.running:
        raise Wrong(f"Le serveur s'arrête aussitôt après avoir écouté. {program.exception}".strip())
    return Server(arena, program, found.reach, found.port, answers)


def places(arena: Arena, program: Program) -> list[Listening]:
    """Où le programme écoute, d'après le noyau."""
    return listening_by(arena.diag, processes_of(program.pid)) if program.running else []


async def answer_until_listening(arena: Arena, program: Program) -> tuple[str, ...]:
    """Répond au serveur qui demande où écouter ; ce à quoi il a fallu répondre."""
    answers = {"host": DEFAULT_HOST, "port": str(DEFAULT_PORT)}
    return tuple(await converse(arena, program, answers, lambda: places(arena, program)))


async def wait_listening(arena: Arena, program: Program) -> Listening | None:
    """Où le programme s'est mis à écouter ; None s'il n'écoute pas."""
    await arena.wait(lambda: places(arena, program) or not program.running, program, calm=STARTING)
    return next(iter(places(arena, program)), None)


async def learn_launch(arena: Arena) -> Launch:
    """Cherche comment lancer le serveur : dans son dossier, puis à la racine ; nu, puis avec -p."""
    folder = str(arena.job.script.path.parent)
    ways: list[tuple[str, tuple[str, ...]]] = []
    for place in dict.fromkeys((folder, ".")):
        ways += [(place, ()), (place, ("-p", str(DEFAULT_PORT), "-a", DEFAULT_HOST))]
    ways.sort(key=lambda way: bool(way[1]))
    failure: Wrong | None = None
    for place, arguments in ways:
        launch = Launch(place, arguments)
        try:
            server = await start_server(arena, launch)
        except Wrong as wrong:
            failure = failure or wrong
            await arena.programs[-1].close()
            continue
        note = "L'adresse et le port se tapent au clavier." if server.answers else ""
        return replace(
            launch, host=server.host, port=server.port, answers=server.answers, note=note
        )
    assert failure
    raise failure
