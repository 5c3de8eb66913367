"""Le temps accordé à une copie, avec une horloge qu'on lui prête."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from grader.engine import budget
from grader.engine.budget import SAMPLE, Budget, Others, slowness
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


def test_waiting_for_another_grading_is_not_counted() -> None:
    clock = Clock()
    budget = Budget(10.0, clock, lambda: 1.0)
    clock.now += 6
    assert budget.spend()
    clock.now += 100
    budget.resume()
    clock.now += 3
    assert budget.spend()
    clock.now += 3
    assert not budget.spend()


def test_a_part_of_the_places_takes_a_part_of_the_time() -> None:
    clock = Clock()
    budget = Budget(10.0, clock, lambda: 1.0)
    clock.now += 1000
    assert budget.spend(0.0)  # à ne faire qu'attendre, il n'en passe pas
    clock.now += 36
    assert budget.spend(0.25)
    clock.now += 4
    assert not budget.spend(0.25)


def test_what_is_not_counted_yet_keeps_its_share() -> None:
    clock = Clock()
    budget = Budget(2.0, clock, lambda: 1.0)
    for _ in range(8):
        clock.now += 0.5
        assert budget.spend(0.25)
        clock.now += 0.5
        assert budget.spend(0.0)
    clock.now += 1
    assert not budget.spend()


@pytest.mark.parametrize(("slow", "lasts"), [(1.0, 100), (2.0, 200), (4.0, 400)])
def test_a_slow_machine_is_given_more(slow: float, lasts: int) -> None:
    clock = Clock()
    budget = Budget(100.0, clock, lambda: slow)
    seconds = 0
    while budget.spend():
        clock.now += 1
        seconds += 1
    assert 0.95 * lasts <= seconds < lasts  # de quoi finir à temps


def test_measuring_takes_time_too() -> None:
    clock = Clock()

    def measure() -> float:
        clock.now += 0.5
        return 1.0

    budget = Budget(10.0, clock, measure)
    before = clock.now
    while budget.spend():
        clock.now += 1
    assert clock.now - before < 12


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


@contextmanager
def busy() -> Iterator[None]:
    """Un de nos essais, qui calcule sans fin."""
    command = [sys.executable, "-c", "while True: pass"]
    with subprocess.Popen(command) as program:
        try:
            yield
        finally:
            program.kill()


def test_what_our_trials_take_is_seen() -> None:
    with busy():
        wait_until(lambda: sum(budget._ours().values()) > 0, "rien n'est à nous")
        before = budget._ours()
        wait_until(lambda: sum(budget._ours().values()) > sum(before.values()) + 0.3, "pas plus")
        assert max(budget._ours()[one] - took for one, took in before.items()) > 0.2


def test_what_everyone_takes_is_at_least_what_we_take() -> None:
    everyone, ours = budget._everyone(), budget._ours()
    with busy():
        wait_until(lambda: budget._everyone() > everyone + 0.5, "personne ne calcule")
    assert ours.keys() >= {os.getpid()}


@pytest.mark.parametrize(
    ("everyone", "ours", "expected"),
    [
        ((10.0, 20.0), ({1: 1.0}, {1: 11.0}), 0.0),  # tout est à nous
        ((10.0, 20.0), ({1: 1.0}, {1: 1.0}), 1.0),
        ((10.0, 20.0), ({1: 1.0}, {1: 2.0, 2: 1.5}), 0.75),  # un essai de plus
        ((10.0, 20.0), ({1: 1.0, 2: 500.0}, {1: 3.5}), 0.75),  # un essai fini
        ((10.0, 20.0), ({1: 1.0}, {1: 10.5}), 0.0),  # le noyau, pour nous
        ((10.0, 20.0), ({1: 1.0}, {1: 30.0}), 0.0),  # deux horloges ne tombent pas ensemble
        ((0.0, 0.0), ({}, {}), 1.0),  # pas de /proc
    ],
)
def test_the_share_of_others(
    monkeypatch: pytest.MonkeyPatch,
    everyone: tuple[float, float],
    ours: tuple[dict[int, float], dict[int, float]],
    expected: float,
) -> None:
    monkeypatch.setattr(budget, "_everyone", iter(everyone).__next__)
    monkeypatch.setattr(budget, "_ours", iter(ours).__next__)
    assert Others().share() == expected


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (1.0, 5.0), (0.5, 3.0)])
def test_only_others_slow_us(
    monkeypatch: pytest.MonkeyPatch, share: float, expected: float
) -> None:
    monkeypatch.setattr(budget, "slowness", lambda: 5.0)
    monkeypatch.setattr(Others, "share", lambda _: share)
    assert budget.Slowness()() == expected


def test_nothing_is_measured_when_all_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "slowness", lambda: pytest.fail("une mesure prend du calcul"))
    monkeypatch.setattr(Others, "share", lambda _: 0.0)
    assert budget.Slowness()() == 1.0
