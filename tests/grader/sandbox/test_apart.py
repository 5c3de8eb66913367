"""Un processus à part : ce qu'il a dit revient, et rien n'en reste."""

import os
import signal
import time

import pytest

from grader.sandbox.apart import apart
from tests.grader.commandline import processes
from tests.support.processes import Process
from tests.support.waiting import wait_until


def test_what_it_says_comes_back() -> None:
    def work(answer: int) -> None:
        for said in (b"un", b"deux"):
            os.write(answer, said)

    assert apart(work, 20.0, 99) == b"undeux"


def test_it_is_another_process_that_a_terminal_does_not_stop() -> None:
    def work(answer: int) -> None:
        os.write(answer, f"{os.getppid()} {os.getsid(0) == os.getpid()}".encode())

    assert apart(work, 20.0, 99) == f"{os.getpid()} True".encode()


def test_it_is_stopped_in_time_and_what_it_said_is_kept() -> None:
    def work(answer: int) -> None:
        os.write(answer, f"{os.getpid()}".encode())
        while True:
            pass

    before = time.monotonic()
    process = int(apart(work, 0.5, 99))
    assert 0.4 < time.monotonic() - before < 5
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_its_answer_is_bounded() -> None:
    def work(answer: int) -> None:
        while True:
            os.write(answer, b"x" * 1000)

    assert 100_000 <= len(apart(work, 20.0, 100_000)) < 2_000_000


def test_its_errors_stay_with_it() -> None:
    def work(answer: int) -> None:
        os.write(answer, b"avant")
        raise KeyboardInterrupt

    assert apart(work, 20.0, 99) == b"avant"


def test_a_stop_waits_for_nothing() -> None:
    """Un arrêt demandé pendant qu'on l'attend remonte aussitôt, et il meurt aussi."""

    def work(_: int) -> None:
        os.kill(os.getppid(), signal.SIGINT)
        time.sleep(600)

    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        apart(work, 600.0, 99)
    assert time.monotonic() - before < 5


def test_it_dies_with_us() -> None:
    code = (
        "import os, time; from grader.sandbox.apart import apart; "
        f"apart(lambda answer: time.sleep(600), 600.0, 99)  # {os.getpid()}-apart"
    )
    with Process("-c", code) as ours:
        wait_until(lambda: len(processes(f"{os.getpid()}-apart")) == 2, "il n'a pas commencé")
        ours.popen.kill()
    wait_until(lambda: not processes(f"{os.getpid()}-apart"), "il en reste un")
