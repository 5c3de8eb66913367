"""Le chien de garde : ce qu'il arrête, et ce qu'il en dit."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import pytest

from grader.sandbox.limits import MEGABYTE, CellLimits
from grader.sandbox.watchdog import Watchdog
from tests.grader.world.arena import in_arena

LIMITS = CellLimits(memory=80 * MEGABYTE, processes=6)
# Lance le programme, dit son numéro, et finit avec lui, comme qui conduit une arène.
DRIVER = """
import subprocess, sys
program = subprocess.Popen([sys.executable, "-W", "ignore", "-c", sys.argv[1]])
print(program.pid, flush=True)
sys.exit(0 if program.wait() == int(sys.argv[2]) else 1)
"""
WAIT = "\nimport time; time.sleep(60)"
TAKES = "data = b'x' * 100_000_000"
FORKS = "import os\nfor _ in range(4): os.fork()"
SOCKETS = """
import socket
kept = [socket.socketpair() for _ in range(400)]
for pair in kept:
    for end in pair:
        end.setblocking(False)
        try:
            while True: end.send(bytes(65536))
        except BlockingIOError: pass
"""


def watched(
    source: str, code: int, *, network: bool = False, limits: CellLimits = LIMITS
) -> list[str]:
    """Les alarmes, après avoir surveillé un programme qui doit finir par ce code."""
    alarms, alert = os.pipe()
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, source, str(code)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    Watchdog(limits, alert, network=network).watch(driver.pid)
    os.close(alert)
    assert driver.stdout
    program = driver.stdout.readline().strip()
    driver.stdout.close()
    assert driver.wait() == 0
    with suppress(ProcessLookupError):  # les enfants du programme, qu'une cellule emporterait
        os.killpg(driver.pid, signal.SIGKILL)
    with open(alarms, encoding="utf-8") as pipe:
        said = pipe.read().splitlines()
    assert all(line.startswith(f"{program} ") for line in said)
    return [line.partition(" ")[2] for line in said]


def test_too_much_memory() -> None:
    assert watched(TAKES + WAIT, -9) == ["mémoire"]


def test_too_much_memory_in_a_child() -> None:
    assert watched(f"import os\nif os.fork() == 0:\n    {TAKES}" + WAIT, -9) == ["mémoire"]


def test_too_many_processes() -> None:
    assert watched(FORKS + WAIT, -9, limits=replace(LIMITS, memory=10**10)) == ["processus"]


@pytest.mark.parametrize("source", [TAKES, FORKS], ids=["mémoire", "processus"])
def test_within_the_limits(source: str) -> None:
    limits = CellLimits(memory=10**10, processes=100)
    assert watched(source + "\nimport time; time.sleep(0.3)", 0, limits=limits) == []


@in_arena
async def test_too_much_in_unread_sockets() -> None:
    assert watched(SOCKETS + WAIT, -9, network=True) == ["mémoire"]
    assert watched(SOCKETS + "\nimport time; time.sleep(0.3)", 0, network=False) == []
