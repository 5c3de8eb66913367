"""Ce que chacun a pris survit à ses connexions, et s'oublie de soi-même."""

import pytest
from chatroom.protocol.limits import Limits
from chatroom.server.core import usage
from chatroom.server.core.usage import HOUR, Buckets, Share, Usage

HERE, THERE = "10.0.0.1", "10.0.0.2"


def test_each_key_has_its_own() -> None:
    buckets = Buckets(2.0, 3.0)
    assert [buckets.take("a", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b", 0.0) == 0
    assert buckets.wait("a", 0.0) == 0.5
    assert buckets.wait("a", 0.0, 1.0) == 1.0
    assert buckets.wait("inconnu", 0.0, 1.0) == 0
    assert buckets.held("a", 2.0) == 2.0
    assert buckets.held("inconnu", 2.0) == 0


def test_held_until_rested() -> None:
    buckets = Buckets(1.0, 4.0)
    buckets.take("a", 0.0, 5.0)
    assert buckets.held("a", 3.0) == 3.0
    buckets.take("a", 1.5)  # pas encore reposé
    assert buckets.held("a", 3.0) == 3.0
    buckets.take("a", 5.0)  # à moitié plein
    assert buckets.held("a", 6.0) == 0.0


def test_more_than_a_bucket_holds_is_asked_of_a_full_one() -> None:
    buckets = Buckets(1.0, 4.0)
    assert buckets.ask("a", 0.0, 10.0) == 0
    assert buckets.wait("a", 0.0) == 6.0
    assert buckets.ask("a", 0.0, 10.0) == 10.0
    assert buckets.ask("a", 9.0, 10.0) == 1.0


def test_one_may_ask_that_some_be_left() -> None:
    buckets = Buckets(1.0, 4.0)
    assert buckets.ask("a", 0.0, 1.0, left=3.0) == 0
    assert buckets.ask("a", 0.0, 1.0, left=3.0) == 1.0
    assert buckets.ask("a", 0.0, 3.0) == 0


def test_what_is_forgotten_is_no_longer_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "KEPT", 1)
    buckets = Buckets(1.0, 1.0)
    buckets.take("a", 0.0, 5.0)
    buckets.take("b", 0.0, 5.0)
    assert buckets.held("a", 3.0) == 0
    buckets.sweep(10.0)
    assert buckets.held("b", 20.0) == 0


def test_who_is_silent_keeps_nothing() -> None:
    buckets = Buckets(1.0, 3.0)
    buckets.take("a", 0.0, 3.0)
    buckets.take("b", 0.0, 1.0)
    buckets.sweep(1.0)
    assert len(buckets) == 1
    assert buckets.wait("a", 1.0, 3.0) == 2.0
    buckets.sweep(3.0)
    assert len(buckets) == 0


def test_no_rate_no_limit_and_nothing_kept() -> None:
    buckets = Buckets(0.0, 3.0)
    assert buckets.take("a", 0.0, 1e9) == 0
    assert len(buckets) == 0


def test_the_oldest_is_forgotten_when_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "KEPT", 2)
    buckets = Buckets(1.0, 1.0)
    for name in ("un", "deux", "un", "trois"):
        buckets.take(name, 0.0)
    assert len(buckets) == 2
    assert buckets.wait("un", 0.0, 1.0) == 0
    assert buckets.wait("deux", 0.0, 1.0) == 1.0


def test_a_person_and_its_address_both_pay() -> None:
    share = Share(Buckets(1.0, 2.0), Buckets(1.0, 3.0))
    assert share.take(1, HERE, 0.0, 2.0) == 0
    assert share.take(1, THERE, 0.0) == 1.0  # ailleurs, c'est la même personne
    assert share.take(2, HERE, 0.0, 2.0) == 1.0  # et une autre, à la même adresse
    assert share.wait(3, HERE, 0.0) == 1.0
    assert share.wait(3, "10.0.0.3", 0.0, 2.0) == 0


def test_asking_takes_only_what_is_there() -> None:
    share = Share(Buckets(1.0, 2.0), Buckets(1.0, 3.0))
    assert share.ask(1, HERE, 0.0, 2.0) == 0
    assert [share.ask(1, HERE, 0.0) for _ in range(3)] == [1.0] * 3
    assert share.ask(2, HERE, 0.0) == 0  # ce qui a été refusé n'a rien pris
    assert share.ask(2, HERE, 0.0) == 1.0


def test_an_address_has_what_a_class_needs() -> None:
    found = Usage(Limits(crowd=3, rate=1.0, burst=2.0))
    for person in range(3):
        assert found.said.take(person, HERE, 0.0, 2.0) == 0
    assert found.said.take(3, HERE, 0.0) > 0
    assert found.said.take(4, THERE, 0.0) == 0


def test_newcomers_two_classes_at_once_then_one_from_time_to_time() -> None:
    found = Usage(Limits(crowd=3, newcomers=120))
    assert [found.newcomer(HERE, 0.0) for _ in range(6)] == [0] * 6
    assert found.newcomer(HERE, 0.0) == pytest.approx(30.0)
    assert found.newcomer_wait(HERE, 0.0) == pytest.approx(30.0)
    assert [found.newcomer_wait(HERE, 30.1) for _ in range(5)] == [0] * 5  # demander ne prend rien
    assert found.newcomer(THERE, 0.0) == 0
    assert found.newcomer(HERE, 30.1) == 0
    assert found.newcomer(HERE, 30.1) > 0


def test_rooms_a_few_for_each_one_for_each_in_a_class() -> None:
    found = Usage(Limits(crowd=2, opened=3))
    assert [found.rooms.ask(1, HERE, 0.0) > 0 for _ in range(4)] == [False] * 3 + [True]
    assert found.rooms.ask(2, HERE, 0.0) == 0
    assert found.rooms.ask(3, HERE, 0.0) == pytest.approx(HOUR / 2)


def test_an_address_that_floods_again_and_again_brings_nobody_new() -> None:
    found = Usage(Limits(cooldown=60.0))
    assert [found.flooded(person, HERE, 0.0) for person in (1, 2)] == [60, 60]
    assert found.newcomer(HERE, 0.0) == 0
    assert found.flooded(3, HERE, 0.0) == 60
    assert found.newcomer(HERE, 0.0) == 60
    assert found.newcomer(THERE, 0.0) == 0
    assert found.flooders.left(3, 0.0) == 60
    assert found.flooded(0, THERE, 0.0) == 0  # un inconnu n'a pas de nom où revenir


def test_without_a_crowd_addresses_have_no_bounds() -> None:
    found = Usage(Limits(crowd=0, rate=1.0, burst=1.0, opened=1, newcomers=1))
    assert all(found.newcomer(HERE, 0.0) == 0 for _ in range(1_000))
    assert all(found.said.take(person, HERE, 0.0) == 0 for person in range(1_000))
    assert all(found.rooms.ask(person, HERE, 0.0) == 0 for person in range(1_000))
    for person in range(10):
        found.flooded(person, HERE, 0.0)
    assert found.newcomer(HERE, 0.0) == 0


def test_everything_is_forgotten_in_time() -> None:
    found = Usage(Limits())
    found.said.take(1, HERE, 0.0)
    found.pages.take(1, HERE, 0.0)
    found.volume.ask(1, HERE, 0.0, 1e6)
    found.rooms.ask(1, HERE, 0.0)
    found.newcomer(HERE, 0.0)
    found.flooded(1, HERE, 0.0)
    shares = (found.said, found.pages, found.volume, found.rooms)
    kept = [*(share.persons for share in shares), *(share.addresses for share in shares)]
    kept += [found.newcomers]
    found.sweep(0.0)
    assert all(kept)
    assert found.flooders
    assert found.floods
    found.sweep(1e5)
    assert not any(kept)
    assert not found.flooders
    assert not found.floods
