"""Une échéance qui recule de ce que les programmes attendent un processeur."""

import pytest

from grader.driving.deadline import Deadline


class Machine:
    """Une machine dont on règle l'heure, et la faim de ses programmes."""

    def __init__(self) -> None:
        self.now, self.starved = 100.0, 7.0

    def deadline(self, seconds: float) -> Deadline:
        return Deadline(seconds, lambda: self.starved, lambda: self.now)

    def pass_(self, seconds: float, starved: float = 0.0) -> None:
        self.now += seconds
        self.starved += starved


def test_ends_in_time_when_nobody_starves() -> None:
    machine = Machine()
    deadline = machine.deadline(10.0)
    assert deadline.left() == pytest.approx(10)
    machine.pass_(4.0)
    assert deadline.left() == pytest.approx(6)
    machine.pass_(7.0)
    assert deadline.left() == pytest.approx(-1)


def test_starving_puts_it_off() -> None:
    machine = Machine()
    deadline = machine.deadline(10.0)
    machine.pass_(11.0, starved=3.0)
    assert deadline.left() == pytest.approx(2)
    machine.pass_(2.0)
    assert deadline.left() == pytest.approx(0)
    machine.pass_(1.0, starved=1.5)
    assert deadline.left() == pytest.approx(0.5)


def test_is_put_off_only_so_far() -> None:
    machine = Machine()
    deadline = machine.deadline(10.0)
    machine.pass_(10.0, starved=40.0)
    assert deadline.left() == pytest.approx(10)
    machine.pass_(11.0, starved=40.0)
    assert deadline.left() == pytest.approx(-1)


def test_who_ends_takes_its_count_away() -> None:
    machine = Machine()
    deadline = machine.deadline(10.0)
    machine.pass_(10.0, starved=-5.0)
    assert deadline.left() == pytest.approx(0)
    machine.pass_(0.0, starved=2.0)
    assert deadline.left() == pytest.approx(2)
