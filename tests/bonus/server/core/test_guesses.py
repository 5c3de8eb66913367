"""Deviner un mot de passe : une classe peut se tromper, une machine n'y arrive pas."""

from chatroom.server.core import guesses
from chatroom.server.core.guesses import Guesses


def fail(tried: Guesses, host: str, now: float) -> int:
    """Essaie tant que c'est permis ; combien d'essais."""
    count = 0
    while not tried.exhausted(host, now):
        tried.wrong(host, now)
        count += 1
    return count


def test_a_class_may_be_wrong_once() -> None:
    assert fail(Guesses(), "192.0.2.7", 0.0) > 40


def test_then_slowly() -> None:
    tried = Guesses()
    fail(tried, "192.0.2.7", 0.0)
    assert fail(tried, "192.0.2.7", 60.0) <= 13
    assert not tried.exhausted("192.0.2.8", 60.0)


def test_changing_address_within_a_network_changes_nothing() -> None:
    tried = Guesses()
    fail(tried, "2001:db8::1", 0.0)
    assert tried.exhausted("2001:db8::2", 0.0)


def test_memory_is_bounded() -> None:
    tried = Guesses()
    for number in range(guesses.REMEMBERED + 10):
        tried.wrong(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)
    assert len(tried._tries) == guesses.REMEMBERED
