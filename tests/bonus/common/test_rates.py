"""Le seau qui se vide et se remplit."""

import pytest
from chatroom.common.rates import Bucket


def test_a_burst_then_the_rate() -> None:
    bucket = Bucket(rate=2.0, burst=3.0, now=0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [0, 0, 0]
    assert bucket.take(0.0) == 0.5
    assert bucket.take(0.5) == 0.5
    assert bucket.take(10.0) == 0


def test_it_never_holds_more_than_its_size() -> None:
    bucket = Bucket(rate=2.0, burst=3.0, now=0.0)
    assert [bucket.take(1_000.0) for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_cost() -> None:
    bucket = Bucket(rate=1.0, burst=4.0, now=0.0)
    assert bucket.take(0.0, 5.0) == 1.0


def test_held_until_rested() -> None:
    bucket = Bucket(rate=1.0, burst=4.0, now=0.0)
    bucket.take(0.0, 5.0)
    assert bucket.held(3.0) == 3.0
    bucket.take(1.5)  # pas encore reposé
    assert bucket.held(3.0) == 3.0
    bucket.take(5.0)
    assert bucket.held(6.0) == 0.0


@pytest.mark.parametrize("cost", [1.0, 1e9])
def test_no_rate(cost: float) -> None:
    bucket = Bucket(rate=0.0, burst=1.0, now=0.0)
    assert all(bucket.take(0.0, cost) == 0 for _ in range(100))
    assert bucket.held(1e9) == 0
