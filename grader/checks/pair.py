"""Le serveur et le client d'une même copie, l'un avec l'autre.

Une copie peut avoir son propre protocole : rien de ce que dit le correcteur ne lui parle, mais ses
deux moitiés se comprennent. Ce n'est pas ce qui est demandé, et ce n'est pas rien : cela prouve les
contrôles de PROVES, que le contrôle rend parmi ses notes. Seul compte ce qui est passé par le
serveur de la copie, et qu'on a vu paraître.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from grader.checks.connecting import UNSAID, answers_of
from grader.checks.registry import check
from grader.checks.serving import Server
from grader.checks.starting import start_server
from grader.driving.arena import Arena
from grader.driving.failures import Unjudged, Wrong
from grader.driving.program import Program
from grader.driving.prompts import converse
from grader.driving.setting import Script
from grader.model.records import Launch
from grader.world.wire import Talk, Wire

CHUNK = 65_536
ANSWERED, HEARD = "answered", "heard"
RELAYED, SILENT, ANNOUNCED = "relayed", "silent", "announced"
# À chaque contrôle, ce qu'il faut avoir vu entre les deux moitiés de la copie pour le prouver.
PROVES = {
    "II.2.server.hello": {ANSWERED},
    "II.2.server.shows": {HEARD},
    "II.2.client.hello": {ANSWERED},
    "II.2.client.shows": {ANSWERED},
    "II.3.server.log": {HEARD},
    "II.3.client.sends": {HEARD},
    "II.4.server.relay": {RELAYED},
    "II.4.server.silent": {SILENT},
    "II.5.server.joins": {ANNOUNCED},
    "II.5.server.relay": {RELAYED},
    "II.5.client.hello": {ANNOUNCED},
    "II.5.client.talks": {RELAYED},
    "II.5.client.receives": {RELAYED},
    "II.6.server.chat": {ANNOUNCED, RELAYED},
    "II.6.client.chat": {RELAYED},
}
_WORD = re.compile(r"[^\W_]{3,}")


@dataclass
class Guest:
    """Un client de la copie, entré chez son serveur."""

    program: Program
    pseudo: str
    earlier: int  # connexions ouvertes avant la sienne


@dataclass
class House:
    """Le serveur de la copie, et ce qui passe entre lui et ses clients."""

    arena: Arena
    server: Server
    wire: Wire | None  # hors du bac à sable, on ne le voit pas passer

    async def welcome(self, name: str) -> Guest:
        """Un client entre ; on ne lui tape que ce qu'il demande."""
        arena, launch = self.arena, self.arena.job.script.launch
        earlier, pseudo = len(self.talks()), arena.words.pseudo()
        program = await arena.start(launch.arguments, name=name)
        answers = answers_of(arena, launch, pseudo)
        await converse(arena, program, answers, lambda: False, silent=UNSAID)
        return Guest(program, pseudo, earlier)

    def talks(self) -> list[Talk]:
        return self.wire.talks() if self.wire else []

    async def says(self, speaker: Guest, listener: Guest) -> bool:
        """Vrai si ce qu'on tape chez l'un paraît chez l'autre, qui le tient du serveur."""
        word, place = self.arena.words.word(), listener.program.here
        before = self._answered(listener)
        speaker.program.type(word)
        shown = await self.arena.wait(
            lambda: word in listener.program.since(place),
            listener.program,
            speaker.program,
            self.server.program,
        )
        return shown and (not self.wire or self._answered(listener) > before)

    def _answered(self, guest: Guest) -> int:
        return sum(len(talk.answered) for talk in self.talks()[guest.earlier :])

    def mute(self, guest: Guest) -> bool:
        """Vrai si l'on a vu que ce client n'a encore rien dit au serveur."""
        return bool(self.wire) and not any(talk.asked for talk in self.talks()[guest.earlier :])


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _bridge(launch: Launch, server: Server) -> asyncio.Server:
    """Mène au serveur ce que le client envoie ailleurs : leurs adresses peuvent différer."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other_reader, other_writer = await asyncio.open_connection(server.host, server.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_forward(reader, other_writer), _forward(other_reader, writer))

    return await asyncio.start_server(carry, launch.host, launch.port)


@asynccontextmanager
async def _house(arena: Arena, server_step: str) -> AsyncIterator[House]:
    server = await start_server(arena, script=arena.job.scripts[server_step])
    launch = arena.job.script.launch
    if (launch.host, launch.port) != (server.host, server.port):
        with suppress(OSError):  # le port est au serveur, sur une adresse qui couvre celle-là
            await _bridge(launch, server)
    if arena.setting.sandbox == "none":
        yield House(arena, server, None)
    else:
        with Wire((launch.host, launch.port)) as wire:
            yield House(arena, server, wire)


def _conclude(arena: Arena, facts: Collection[str]) -> None:
    """Rend ce qui est prouvé ; lève Wrong si rien ne l'est."""
    group = arena.check.id.removesuffix(".pair")
    proved = [
        name
        for name, needed in PROVES.items()
        if name.startswith(f"{group}.") and needed <= set(facts)
    ]
    if not proved:
        raise Wrong("Le serveur et le client de la copie ne se comprennent pas non plus.")
    arena.notes[:] = proved


def crossed(data: bytes, screen: str, script: Script) -> bool:
    """Vrai si l'écran montre un mot de ces octets que le script ne peut avoir écrit de lui-même."""
    own = " ".join(text for source in script.sources for text in source.strings)
    words = set(_WORD.findall(data.decode(errors="replace")))
    return any(word in screen and word not in own for word in words)


def _joined(parts: Iterable[bytearray]) -> bytes:
    return b" ".join(map(bytes, parts))


@check("II.2.pair")
async def answers(arena: Arena) -> None:
    """Ce que répond le serveur paraît chez le client ; ce que dit le client, chez le serveur."""
    async with _house(arena, "II.2.server") as house:
        if not house.wire:
            raise Unjudged("hors du bac à sable, on ne voit pas ce que répond le serveur")
        server, place = house.server.program, house.server.program.here
        client = (await house.welcome("client")).program
        await arena.wait(lambda: not client.running, client, server)
        talks, facts = house.talks(), set()
        asked, answered = (talk.asked for talk in talks), (talk.answered for talk in talks)
        if crossed(_joined(answered), client.since(), arena.job.script):
            facts.add(ANSWERED)
        if crossed(_joined(asked), server.since(place), arena.job.scripts["II.2.server"]):
            facts.add(HEARD)
        _conclude(arena, facts)


@check("II.3.pair")
async def heard_by_server(arena: Arena) -> None:
    """Ce qu'on tape chez le client paraît chez le serveur."""
    async with _house(arena, "II.3.server") as house:
        server, client = house.server.program, (await house.welcome("client")).program
        place, word = server.here, arena.words.word()
        client.type(word)
        heard = await arena.wait(lambda: word in server.since(place), client, server)
        _conclude(arena, {HEARD} if heard else ())


@check("II.4.pair", "II.5.pair", "II.6.pair")
async def heard_by_other(arena: Arena) -> None:
    """Ce qu'on tape chez l'un paraît chez l'autre, et l'arrivée de l'un aussi."""
    group, facts = arena.check.id.removesuffix(".pair"), set[str]()
    async with _house(arena, f"{group}.server") as house:
        first = await house.welcome("client A")
        place = first.program.here
        second = await house.welcome("client B")
        if second.pseudo in first.program.since(place):
            facts.add(ANNOUNCED)
        relayed = await house.says(first, second)
        if relayed and house.mute(second):
            facts.add(SILENT)
        if relayed and await house.says(second, first):
            facts.add(RELAYED)
        _conclude(arena, facts)
