"""Renvoyé, on attend ; et deux fois plus à chaque fois."""

import pytest
from chatroom.server.core import cooling
from chatroom.server.core.cooling import LONGEST, CoolDowns


def test_twice_as_long_each_time_and_no_more_than_an_hour() -> None:
    cold = CoolDowns(60.0)
    assert cold.left("alice", 0.0) == 0
    assert [cold.strike("alice", 0.0) for _ in range(8)] == [
        *(60.0 * 2**times for times in range(6)),
        LONGEST,
        LONGEST,
    ]
    assert cold.left("alice", 600.0) == LONGEST - 600
    assert cold.left("alice", LONGEST) == 0
    assert cold.left("bob", 0.0) == 0


def test_the_first_times_may_be_free() -> None:
    cold = CoolDowns(60.0, 2)
    assert [cold.strike("10.0.0.1", 0.0) for _ in range(4)] == [0, 0, 60, 120]


def test_wise_for_long_enough_everything_is_forgotten() -> None:
    cold = CoolDowns(60.0)
    cold.strike("alice", 0.0)
    assert cold.strike("alice", 60 + LONGEST) == 120  # pas tout à fait assez
    assert cold.strike("alice", 60 + LONGEST + 120 + LONGEST + 0.1) == 60
    cold.sweep(1e6)
    assert len(cold) == 0


def test_what_still_counts_is_kept() -> None:
    cold = CoolDowns(60.0)
    cold.strike("alice", 0.0)
    cold.sweep(LONGEST)
    assert len(cold) == 1


def test_none_at_all() -> None:
    cold = CoolDowns(0.0)
    assert cold.strike("alice", 0.0) == 0
    assert len(cold) == 0


def test_the_oldest_is_forgotten_when_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooling, "KEPT", 2)
    cold = CoolDowns(60.0)
    for name in ("un", "deux", "un", "trois"):
        cold.strike(name, 0.0)
    assert len(cold) == 2
    assert (cold.left("un", 0.0), cold.left("deux", 0.0), cold.left("trois", 0.0)) == (120, 0, 60)
