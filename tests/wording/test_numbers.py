"""Le pluriel commence à deux."""

import pytest

from wording.numbers import count, delay, plural


@pytest.mark.parametrize(
    ("quantity", "ending"), [(0, ""), (1, ""), (1.99, ""), (2, "s"), (12_000, "s"), (-3, "s")]
)
def test_plural(quantity: float, ending: str) -> None:
    assert plural(quantity) == ending


def test_quantities_agree() -> None:
    assert count(0, "fait") == "0 fait"
    assert count(1, "fait") == "1 fait"
    assert count(2000, "fait") == "2\u00a0000 faits"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 seconde"),
        (41.2, "42 secondes"),
        (59.9, "1 minute"),
        (60.000_001, "1 minute"),
        (61, "2 minutes"),
        (3_600, "1 heure"),
        (7_000, "2 heures"),
    ],
)
def test_how_long_to_wait(seconds: float, said: str) -> None:
    assert delay(seconds) == said
