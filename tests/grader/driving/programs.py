"""De petits programmes devant un terminal, sans bac à sable ; il n'en doit rien rester."""

import asyncio
import os
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from grader.driving.program import Program
from grader.driving.pulse import Pulse
from grader.driving.timeline import Timeline
from grader.sandbox.cell import PlainCell, Runtime
from grader.sandbox.limits import CellLimits
from tests.support.waiting import DEADLINE

RUNTIME = Runtime(Path(sys.executable), ())


@asynccontextmanager
async def running(
    folder: Path, source: str, *arguments: str, limits: CellLimits | None = None
) -> AsyncIterator[Program]:
    """Le programme `source`, en marche."""
    place = folder / "cellule"
    cell = PlainCell.create(place, limits or CellLimits(), {})
    cell.copy.mkdir()
    (cell.copy / "script.py").write_text(source, encoding="utf-8")
    program = Program("programme", cell, Pulse(), Timeline())
    command = cell.command(RUNTIME, ["script.py", *arguments], "")
    try:
        await program.start(command, "python script.py")
        yield program
    finally:
        await program.close()


@contextmanager
def child(source: str, *, until_killed: bool = False) -> Iterator["subprocess.Popen[str]"]:
    """Un Python qui joue `source` ; il finit quand son entrée se ferme, ou tué."""
    with subprocess.Popen(
        [sys.executable, "-S", "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if until_killed:
                process.kill()
            process.communicate()


def leaving_nothing(scenario: Callable[[], Awaitable[None]]) -> None:
    """Joue la coroutine ; à sa fin, ni descripteur, ni tâche, ni processus de plus."""

    async def alone() -> None:
        before = _descriptors(), children()
        async with asyncio.timeout(4 * DEADLINE):
            await scenario()
        await asyncio.sleep(0)  # un tour de boucle : les transports fermés rendent leurs sockets
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert (_descriptors(), children()) == before

    asyncio.run(alone())


def _descriptors() -> list[str]:
    return sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208 (des noms suffisent)


def children() -> list[int]:
    """Les enfants de ce processus, morts non relevés compris.

    Sauf les aides de multiprocessing, qui restent jusqu'à sa fin : un autre test les a fait naître.
    """
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    found = [int(number) for number in listing.read_text(encoding="ascii").split()]
    return [process for process in found if not _helps(process)]


def _helps(process: int) -> bool:
    """Né d'un fork, un enfant a la même commande que nous, qui sommes peut-être une aide."""
    own = Path("/proc/self/cmdline").read_bytes()
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
    return b"from multiprocessing." in command and command != own


def played(folder: Path, source: str, *arguments: str, limits: CellLimits | None = None) -> Program:
    """Le programme, une fois fini de lui-même."""
    kept: list[Program] = []

    async def scenario() -> None:
        async with running(folder, textwrap.dedent(source), *arguments, limits=limits) as program:
            await program.finish(DEADLINE)
            assert not program.running
            kept.append(program)

    leaving_nothing(scenario)
    return kept[0]


async def shows(program: Program, text: str) -> bool:
    return await program._pulse.until(lambda: text in program.since(), DEADLINE)
