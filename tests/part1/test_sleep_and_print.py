"""Compter deux fois jusqu'à 10, l'une après l'autre ou ensemble."""

import time

import pytest

from tests.support.processes import Process, run

ONCE = [str(number) for number in range(1, 11)]
SCRIPTS = ["part1/sleep_and_print.py", "part1/sleep_and_print_async.py"]


def test_counts_twice_in_a_row() -> None:
    started = time.monotonic()
    result = run(SCRIPTS[0])
    assert 10 <= time.monotonic() - started < 13
    assert result.stdout.split("\n") == [*ONCE, *ONCE, ""]
    assert (result.returncode, result.stderr) == (0, "")


def test_counts_twice_together() -> None:
    started = time.monotonic()
    result = run(SCRIPTS[1])
    assert 5 <= time.monotonic() - started < 8
    assert result.stdout.split("\n") == [*sorted(ONCE + ONCE, key=int), ""]
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS)
def test_ends_quietly_on_interrupt(script: str) -> None:
    with Process(script) as process:
        process.expect("2\n")
        process.interrupt()
        assert process.wait() == 130
        assert process.err == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_explains_itself(script: str) -> None:
    helped, misused = run(script, "--help"), run(script, "10")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert f"Usage : python {script}" in helped.stdout
    assert (misused.returncode, misused.stdout) == (2, "")
    assert misused.stderr == f"Usage : python {script}\n"
