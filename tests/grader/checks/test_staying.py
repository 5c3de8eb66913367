"""Ceux qui restent se parlent encore, ou non ; et l'exception qui n'a rien empêché."""

import sys
from pathlib import Path

import pytest

from grader.checks.starting import start_server
from grader.checks.staying import advise_of_exception, still_talk
from grader.driving.arena import Arena
from tests.grader.checks.playing import TELLS_AT_ONCE, message, play, textbook

RELAY = 'await send_to_others(f"{ip}:{port} a dit : {msg}", addr)'


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], ""),
        ([("a dit :", "dit :")], ""),
        ([(RELAY, f"{RELAY}\n        break")], "Le message 2 ici n'arrive plus"),
        pytest.param(
            *(
                [(RELAY, "1 / 0")],
                "plus à ceux qui restent. Une exception échappe au programme : Zero",
            ),
            marks=TELLS_AT_ONCE,
        ),
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


# L'asyncio de Python 3.11.2 : une exception n'y est dite qu'une fois la connexion oubliée.
OLD_ASYNCIO = """
import asyncio.streams

def connection_made(self, transport):
    self._transport, self._over_ssl = transport, False
    self._stream_reader.set_transport(transport)
    self._stream_writer = asyncio.StreamWriter(transport, self, self._stream_reader, self._loop)
    serving = self._client_connected_cb(self._stream_reader, self._stream_writer)
    self._task = self._loop.create_task(serving)
    self._strong_reader = None

asyncio.streams.StreamReaderProtocol.connection_made = connection_made
"""
REFUSAL = '    if not hello.startswith("Hello|"):\n        writer.close()\n        return\n'


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="il dit aussitôt ce qui échappe")
@pytest.mark.parametrize("check", ["II.5.server.hello_required", "II.6.server.strangers"])
@pytest.mark.parametrize(
    ("refusal", "expected"), [("writer.close()", ""), ("1 / 0", "ZeroDivision")]
)
def test_an_old_python_ends_by_telling(
    tmp_path: Path, check: str, refusal: str, expected: str
) -> None:
    step, _, name = check.rpartition(".")
    refused = (REFUSAL, REFUSAL.replace("writer.close()", refusal))
    outcome = play(tmp_path, step, OLD_ASYNCIO + textbook(step, refused), name)
    assert expected in message(outcome)
    assert outcome.credit == (0.5 if expected else 1.0)
