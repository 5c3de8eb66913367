"""Ce que prennent un processus et ses descendants."""

import mmap
import os

import pytest

from grader.sandbox import appetite
from grader.sandbox.appetite import (
    address_space,
    children_of,
    computed,
    killed_for_memory,
    memory_of,
    number_inside,
    processes_of,
    starved,
)
from tests.grader.driving.programs import child
from tests.support.waiting import wait_until

ABSENT = 2**22 + 1  # au-delà du plus grand numéro de processus
ENOUGH = 1 << 60  # une limite que rien n'atteint
SIZE = 50_000_000
WAITING = "import os, sys; print(os.getpid(), flush=True); sys.stdin.read()"
LAUNCH = "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {!r}])"


def test_killed_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """En tuer un vrai prendrait toute la mémoire : on lit ce qu'en dirait le noyau."""
    assert killed_for_memory() >= 0
    monkeypatch.setattr(appetite, "slurp", lambda _: b"nr_free 12\noom_kill 34\ndrop 5\n")
    assert killed_for_memory() == 34
    monkeypatch.setattr(appetite, "slurp", lambda _: b"nr_free 12\n")
    assert killed_for_memory() == 0


def test_processes_of_follows_grandchildren() -> None:
    with child(LAUNCH.format(LAUNCH.format(WAITING))) as process:
        assert process.stdout
        grandchild = int(process.stdout.readline())
        family = processes_of(process.pid)
        assert family[0] == process.pid
        assert family[-1] == grandchild
        assert len(family) == 3
        assert os.getpid() not in family
    assert processes_of(process.pid) == [process.pid]  # fini : plus que lui


def test_processes_of_looks_at_every_thread() -> None:
    launch = LAUNCH.format(WAITING).replace("; ", "; run = lambda: ", 1)
    thread = "thread = threading.Thread(target=run); thread.start(); thread.join()"
    with child(f"import threading; {launch}; {thread}") as process:
        assert process.stdout
        assert int(process.stdout.readline()) in processes_of(process.pid)


def test_children_are_not_grandchildren() -> None:
    with child(LAUNCH.format(LAUNCH.format(WAITING))) as process:
        assert process.stdout
        grandchild = int(process.stdout.readline())
        (only,) = children_of(process.pid)
        assert children_of(only) == [grandchild]
    assert children_of(ABSENT) == []


def test_what_is_computed_and_not_what_is_slept() -> None:
    with child("while True: pass", until_killed=True) as busy, child(WAITING) as other:
        wait_until(lambda: computed([busy.pid, other.pid, ABSENT]) > 0.5, "il ne calcule pas")
        assert computed([other.pid]) < 0.5
    assert computed([ABSENT]) == 0.0


def test_memory() -> None:
    mine = memory_of([os.getpid()], ENOUGH)
    assert 5_000_000 < mine < 2_000_000_000
    assert memory_of([ABSENT], ENOUGH) == 0
    kept = bytearray(os.urandom(1) * SIZE)
    assert memory_of([os.getpid()], ENOUGH) > mine + 0.8 * SIZE
    del kept


def test_what_is_shared_counts_once_when_it_matters() -> None:
    source = f"""
import os, sys
kept = bytearray(b"x" * {SIZE})
for _ in range(9):
    if os.fork() == 0:
        sys.stdin.read()
        os._exit(0)
print(os.getpid(), flush=True)
sys.stdin.read()
"""
    with child(source) as process:
        assert process.stdout
        process.stdout.readline()
        family = processes_of(process.pid)
        assert len(family) == 10
        assert memory_of(family, ENOUGH) > 9 * SIZE
        assert SIZE < memory_of(family, 0) < 3 * SIZE


def test_number_inside() -> None:
    assert number_inside(os.getpid()) == os.getpid()


def test_starved_counts_what_a_thread_waits_for_a_processor() -> None:
    spin = "import os; os.sched_setaffinity(0, [0]); print(flush=True)\nwhile True: pass"
    with child(spin, until_killed=True) as one, child(spin, until_killed=True) as other:
        for process in (one, other):
            assert process.stdout
            process.stdout.readline()
        wait_until(lambda: starved([one.pid, other.pid]) > 0.2, "aucun n'attend son tour")
    with child(WAITING) as asleep:
        assert asleep.stdout
        asleep.stdout.readline()
        before = starved([asleep.pid])
        assert starved([asleep.pid]) == before
    assert starved([ABSENT]) == 0


def test_addresses_count_even_when_nothing_is_there() -> None:
    before = address_space()
    with mmap.mmap(-1, SIZE):
        assert SIZE <= address_space() - before < 2 * SIZE
