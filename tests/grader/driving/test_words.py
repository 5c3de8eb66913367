"""Le tirage au sort : toujours le même pour une graine, jamais deux fois le même mot."""

import re

import pytest

from grader.driving.words import RandomWords


def drawn(seed: int, name: str) -> list[object]:
    words = RandomWords(seed, name)
    return [words.word(), words.pseudo(), words.address(), words.port()]


def test_same_seed_and_check_same_words() -> None:
    assert drawn(7, "II.4.server.relay") == drawn(7, "II.4.server.relay")


@pytest.mark.parametrize("other", [(8, "II.4.server.relay"), (7, "II.4.server.silent")])
def test_another_seed_or_check_other_words(other: tuple[int, str]) -> None:
    assert not set(drawn(*other)) & set(drawn(7, "II.4.server.relay"))


def test_the_seed_and_the_name_do_not_mix() -> None:
    assert drawn(1, "2/x") != drawn(1, "x")
    assert drawn(12, "x") != drawn(1, "2x")


def test_never_twice_the_same() -> None:
    words = RandomWords(1, "x")
    short = [words.word(1) for _ in range(60)]  # sur soixante-dix possibles
    assert len(set(short)) == 60


def test_a_pseudo_suits_the_most_demanding() -> None:
    words = RandomWords(1, "x")
    for _ in range(200):
        assert re.fullmatch(r"[a-z0-9_-]{3,15}", words.pseudo())


def test_addresses_and_ports_can_be_used() -> None:
    words = RandomWords(1, "x")
    for _ in range(200):
        assert re.fullmatch(r"10(\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])){3}", words.address())
        assert 20_000 <= words.port() < 30_000
