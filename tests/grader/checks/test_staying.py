"""Ceux qui restent se parlent encore, ou non ; et l'exception qui n'a rien empêché."""

from pathlib import Path

import pytest

from grader.checks.starting import start_server
from grader.checks.staying import advise_of_exception, still_talk
from grader.driving.arena import Arena
from tests.grader.checks.playing import message, play, textbook

RELAY = 'await send_to_others(f"{ip}:{port} a dit : {msg}", addr)'


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], ""),
        ([("a dit :", "dit :")], ""),
        ([(RELAY, f"{RELAY}\n        break")], "Le message 2 ici n'arrive plus"),
        ([(RELAY, "1 / 0")], "plus à ceux qui restent. Une exception échappe au programme : Zero"),
        ([('client["w"].write(', 'await asyncio.sleep(0); client["w"].write("x" and ')], ""),
        ([(RELAY, "import os; os._exit(1)")], "Le programme s'arrête ici."),
    ],
)
def test_still_talk(tmp_path: Path, edits: list[tuple[str, str]], expected: str) -> None:
    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        await still_talk(server, await server.enter(3), "ici")

    outcome = play(tmp_path, "II.4.server", textbook("II.4.server", *edits), check)
    assert expected in message(outcome)
    assert bool(expected) is bool(outcome.failure)


def test_all_of_them_must_hear(tmp_path: Path) -> None:
    only_one = ('await client["w"].drain()', 'await client["w"].drain()\n            return')

    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        await still_talk(server, await server.enter(3), "ici")

    outcome = play(tmp_path, "II.4.server", textbook("II.4.server", only_one), check)
    assert message(outcome) == "Le message 1 ici n'arrive plus à ceux qui restent."


def test_an_exception_that_prevents_nothing(tmp_path: Path) -> None:
    source = textbook("II.3.server", ("    writer.close()\n", "    writer.close()\n    1 / 0\n"))

    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        advise_of_exception(server, 0, "jamais")
        (await server.connect()).close()
        await arena.settle(server.program)
        advise_of_exception(server, 0, "ici")
        advise_of_exception(server, server.program.here, "ensuite")

    outcome = play(tmp_path, "II.3.server", source, check)
    assert outcome.notes == [
        "Conseil : une exception échappe au programme ici : ZeroDivisionError: division by zero"
    ]
