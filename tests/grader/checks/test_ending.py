"""Mener un script jusqu'à sa fin, ou savoir qu'il n'y viendra pas."""

from pathlib import Path

import pytest

from grader.checks.ending import finish, interrupt
from grader.driving.arena import Arena
from tests.grader.checks.playing import play


def _finished(tmp_path: Path, script: str) -> tuple[bool, tuple[str, ...]]:
    """S'il a fini, et ce qu'il a fallu taper."""
    seen: list[tuple[bool, tuple[str, ...]]] = []

    async def check(arena: Arena) -> None:
        program = await arena.start()
        given = await finish(arena, program, 30)
        seen.append((not program.running, given))

    play(tmp_path, "I.1.sync", script, check)
    return seen[0]


@pytest.mark.parametrize(
    ("script", "ended", "given"),
    [
        ("print('fini')", True, 0),
        ("import time; time.sleep(0.5)", True, 0),
        ("input('Entrée pour commencer'); input('Entrée pour quitter')", True, 2),
        ("while True: input('encore')", False, 4),
        ("import time; time.sleep(600)", False, 0),
    ],
)
def test_finish(tmp_path: Path, script: str, ended: bool, given: int) -> None:
    assert _finished(tmp_path, script) == (ended, ("enter",) * given)


def test_finish_stops_when_it_has_seen_enough(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        program = await arena.start()
        await finish(arena, program, 30, lambda: "vu" in program.since())
        assert program.running

    play(tmp_path, "I.1.sync", "print('vu')\nwhile True: pass", check)


@pytest.mark.parametrize(("stubborn", "ends"), [(0, True), (2, True), (9, False)])
def test_one_insists_on_ctrl_c(tmp_path: Path, stubborn: int, ends: bool) -> None:
    script = f"""
import signal
left = {stubborn}
def refuse(*_):
    global left
    left -= 1
    if left < 0:
        raise SystemExit
signal.signal(signal.SIGINT, refuse)
print("prêt", flush=True)
while True:
    signal.pause()
"""

    async def check(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: "prêt" in program.since(), program)
        assert await interrupt(arena, program) is ends

    assert not play(tmp_path, "I.1.sync", script, check).failure
