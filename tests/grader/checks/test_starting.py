"""Lancer un serveur, et dire, de tous les lancements manqués, celui qui est allé le plus loin."""

from pathlib import Path

import pytest

from grader.checks.starting import (
    FailedLaunch,
    answer_until_listening,
    learn_launch,
    places,
    start_server,
    wait_listening,
    ways,
)
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.model.records import Launch
from tests.grader.checks.playing import message, play, textbook

BARE, OPTIONS = (), ("-p", "8888", "-a", "127.0.0.1")
USAGE = "import sys\nif len(sys.argv) < 2: sys.exit('usage: x.py -p PORT -a HOST')\n"


def test_ways() -> None:
    assert ways("part2") == [
        Launch("part2", BARE),
        Launch(".", BARE),
        Launch("part2", OPTIONS),
        Launch(".", OPTIONS),
    ]
    assert ways(".") == [Launch(".", BARE), Launch(".", OPTIONS)]


def test_start_server(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        server = await start_server(arena, Launch(".", ("-p", "0")))
        assert server.host == "127.0.0.1"
        assert [(one.host, one.port) for one in places(arena, server.program)] == [
            (server.host, server.port)
        ]
        await server.program.close()
        assert places(arena, server.program) == []

    assert message(play(tmp_path, "II.5.server", textbook("II.5.server"), check)) == ""


@pytest.mark.proof
@pytest.mark.parametrize(
    ("source", "expected", "kept"),
    [
        ("import os; os.nothing", "s'arrête sans écouter. AttributeError", "AttributeError"),
        ("print('non')\nimport time; time.sleep(600)", "n'écoute sur aucun port.", "non"),
        ("while True: print('non')", "aucun port : il écrit sans fin.", "non"),
        ("print('non')\nwhile True: pass", "aucun port : il calcule sans fin.", "non"),
        (
            "print('non')\nwhile True: input('Votre humeur du jour ? ')",
            "aucun port : il attend qu'on tape une ligne.",
            "non",
        ),
        (
            textbook(
                "II.2.server", ("        await server.serve_forever()", "        print('Prêt')")
            ),
            "s'arrête",
            "Prêt",
        ),
    ],
)
def test_a_server_that_does_not_listen(
    tmp_path: Path, source: str, expected: str, kept: str
) -> None:
    outcome = play(tmp_path, "II.2.server", source, start_only, deadline=0.7)
    assert expected in message(outcome)
    assert outcome.failure
    assert kept in outcome.failure.output


async def start_only(arena: Arena) -> None:
    await start_server(arena)


def test_a_server_that_asks(tmp_path: Path) -> None:
    source = """
import socket
port = input("Port : ")
host = input("Adresse : ")
assert (port, host) == ("8888", "127.0.0.1")
server = socket.create_server((host, 0))
server.accept()
"""

    async def check(arena: Arena) -> None:
        program = await arena.start()
        assert await answer_until_listening(arena, program) == ("port", "host")
        found = await wait_listening(arena, program)
        assert found
        assert found.host == "127.0.0.1"

    assert message(play(tmp_path, "II.2.server", source, check)) == ""
    outcome = play(tmp_path, "II.2.server", source, learn_launch)
    assert outcome.launch
    assert outcome.launch.answers == ("port", "host")
    assert "se tapent au clavier" in outcome.launch.note


@pytest.mark.parametrize(
    ("source", "starts", "expected", "tried"),
    [
        ("import nothing_of_this_name", 1, "ModuleNotFoundError", BARE),
        ("PORTE", 1, "NameError", BARE),
        ("import sys; sys.exit('Au revoir')", 2, "sans écouter.", BARE),
        (USAGE + "PORTE", 2, "NameError", OPTIONS),
        (USAGE + "import time; time.sleep(600)", 2, "n'écoute sur aucun port", OPTIONS),
        ("import sys; sys.exit('usage: x.py' * ('-p' in sys.argv) or 1 / 0)", 2, "Zero", BARE),
        ("open('nulle part')", 1, "FileNotFoundError", BARE),
    ],
)
def test_the_furthest_of_the_failed_attempts(
    tmp_path: Path, source: str, starts: int, expected: str, tried: tuple[str, ...]
) -> None:
    outcome = play(tmp_path, "II.5.server", source, "listens")
    assert expected in message(outcome)
    assert sum(event.kind == "start" for event in outcome.timeline) == starts
    assert outcome.tried
    assert outcome.tried.arguments == tried
    assert outcome.launch is None


def test_a_launch_is_learnt(tmp_path: Path) -> None:
    source = USAGE + textbook("II.3.server")
    outcome = play(tmp_path, "II.3.server", source, learn_launch)
    assert outcome.launch
    assert outcome.launch.arguments == OPTIONS
    assert (outcome.launch.host, outcome.launch.note) == ("127.0.0.1", "")
    assert outcome.launch.port > 0


@pytest.mark.parametrize(
    ("source", "same_folder", "same_arguments"),
    [
        ("open('nulle part')", False, True),
        ("import time; time.sleep(600)", True, False),
        ("raise SystemExit('Usage : python x.py -p PORT')", True, False),
        ("1 / 0", True, True),
    ],
)
def test_what_another_launch_may_change(
    tmp_path: Path, source: str, same_folder: bool, same_arguments: bool
) -> None:
    async def check(arena: Arena) -> None:
        program: Program = await arena.start()
        await arena.wait(lambda: not program.running, program, calm=1)
        attempt = FailedLaunch.of(Launch("a"), Wrong("Non."), program)
        assert attempt.may_change(Launch("a", OPTIONS)) is same_folder
        assert attempt.may_change(Launch("b")) is same_arguments

    assert message(play(tmp_path, "II.3.server", source, check)) == ""
