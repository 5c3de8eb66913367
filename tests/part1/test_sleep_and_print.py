"""Les deux scripts qui comptent : Ctrl-C, et les arguments."""

import pytest

from tests.support.inside import play
from tests.support.processes import Process

SCRIPTS = ["part1/sleep_and_print.py", "part1/sleep_and_print_async.py"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_ends_quietly_on_interrupt(script: str) -> None:
    with Process(script) as process:
        process.expect("2\n")
        process.interrupt()
        assert process.wait() == 130
        assert process.err == ""


@pytest.mark.parametrize("script", SCRIPTS)
def test_explains_itself(script: str) -> None:
    helped, misused = play(script, "--help"), play(script, "10")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert f"Usage : python {script}" in helped.stdout
    assert (misused.returncode, misused.stdout) == (2, "")
    assert misused.stderr == f"Usage : python {script}\n"
