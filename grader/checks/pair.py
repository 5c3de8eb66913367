"""Le serveur et le client d'une même copie, l'un avec l'autre.

Une copie peut avoir son propre protocole : rien de ce que dit le correcteur ne lui parle, mais ses
deux moitiés se comprennent. Ce n'est pas ce qui est demandé, et ce n'est pas rien.
"""

import asyncio
from contextlib import suppress

from grader.checks.connecting import WITH_PSEUDO
from grader.checks.registry import check
from grader.checks.serving import Server
from grader.checks.starting import start_server
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.driving.prompts import converse
from grader.model import Launch

CHUNK = 65_536


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _bridge(launch: Launch, server: Server) -> asyncio.Server:
    """Mène au serveur ce que le client envoie ailleurs : leurs adresses peuvent différer."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other_reader, other_writer = await asyncio.open_connection(server.host, server.port)
        await asyncio.gather(_forward(reader, other_writer), _forward(other_reader, writer))

    return await asyncio.start_server(carry, launch.host, launch.port)


async def _enter(arena: Arena, name: str) -> Program:
    launch = arena.job.script.launch
    program = await arena.start(launch.arguments, name=name)
    answers = {"host": launch.host, "port": str(launch.port)}
    if arena.step.id in WITH_PSEUDO:
        answers = {"pseudo": arena.words.pseudo(), **answers}
    await converse(arena, program, answers, lambda: False, silent=("pseudo",))
    return program


async def _together(arena: Arena, server_step: str, count: int) -> list[Program]:
    """Le serveur, puis `count` clients, chacun devant son terminal."""
    server = await start_server(arena, script=arena.job.scripts[server_step])
    launch = arena.job.script.launch
    if (launch.host, launch.port) != (server.host, server.port):
        with suppress(OSError):  # le port est au serveur, sur une adresse qui couvre celle-là
            await _bridge(launch, server)
    clients = [await _enter(arena, f"client {'AB'[number]}") for number in range(count)]
    return [server.program, *clients]


async def _hears(arena: Arena, speaker: Program, listener: Program) -> None:
    word = arena.words.word()
    speaker.type(word)
    await arena.wait(lambda: word in listener.since(), listener, speaker)
    if word not in listener.since():
        raise Wrong(
            "Le serveur et le client de la copie ne se comprennent pas non plus.",
            sent=f"{word} (tapé dans {speaker.name})",
            expected=f"{word} (affiché par {listener.name})",
            received=listener.last_lines,
            timed_out=True,
        )


@check("II.2.pair")
async def answers(arena: Arena) -> None:
    _, client = await _together(arena, "II.2.server", 1)
    await arena.wait(lambda: not client.running, client)
    if client.exception or not client.since().strip():
        raise Wrong("Le client de la copie n'affiche rien de ce que répond son serveur.")


@check("II.3.pair")
async def heard_by_server(arena: Arena) -> None:
    server, client = await _together(arena, "II.3.server", 1)
    await _hears(arena, client, server)


@check("II.4.pair", "II.5.pair", "II.6.pair")
async def heard_by_other(arena: Arena) -> None:
    group = arena.check.id.removesuffix(".pair")
    _, first, second = await _together(arena, f"{group}.server", 2)
    await _hears(arena, first, second)
    await _hears(arena, second, first)
