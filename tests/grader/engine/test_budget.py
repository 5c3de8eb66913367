"""Le temps accordé à une copie, avec une horloge qu'on lui prête."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from grader.engine.budget import SAMPLE, Budget, own_share, slowness
from tests.support.waiting import wait_until


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_time_runs_out() -> None:
    clock = Clock()
    budget = Budget(10.0, clock, lambda: 1.0)
    clock.now += 6
    assert budget.spend()
    clock.now += 6
    assert not budget.spend()


def test_what_came_before_the_first_trial_is_not_counted() -> None:
    clock = Clock()
    budget = Budget(10.0, clock, lambda: 1.0)
    clock.now += 100
    budget.start()
    clock.now += 6
    assert budget.spend()


@pytest.mark.parametrize(("slow", "lasts"), [(1.0, 10), (2.0, 20), (4.0, 40)])
def test_a_slow_machine_is_given_more(slow: float, lasts: int) -> None:
    clock = Clock()
    budget = Budget(10.0, clock, lambda: slow)
    seconds = 0
    while budget.spend():
        clock.now += 1
        seconds += 1
    assert seconds == lasts


def test_many_short_trials_add_up() -> None:
    clock = Clock()
    budget = Budget(2.0, clock, lambda: 1.0)
    for _ in range(30):
        clock.now += 0.1
        alive = budget.spend()
    assert not alive


def test_slowness_takes_its_sample() -> None:
    before = time.thread_time()
    assert slowness() >= 1.0
    assert time.thread_time() - before >= SAMPLE


def test_our_own_trials_do_not_slow_the_machine() -> None:
    assert slowness(lambda: 1000.0) == 1.0


@contextmanager
def running(*command: str) -> Iterator[None]:
    with subprocess.Popen(command, stdin=subprocess.PIPE) as program:
        try:
            yield
        finally:
            program.kill()


def test_our_share_is_what_runs_beneath_us() -> None:
    with running(sys.executable, "-c", "while True: pass"):
        wait_until(lambda: own_share() > 0, "aucune part")
    with running(sys.executable, "-c", "input()"):
        wait_until(lambda: own_share() == 0, "une part")


def test_a_low_priority_takes_a_smaller_share() -> None:
    with running("nice", "-n", "10", sys.executable, "-c", "while True: pass"):
        wait_until(lambda: 0 < own_share() < 0.2, "une autre part")
