"""Le pluriel commence à deux."""

import pytest

from wording.numbers import count, plural


@pytest.mark.parametrize(
    ("quantity", "ending"), [(0, ""), (1, ""), (1.99, ""), (2, "s"), (12_000, "s"), (-3, "s")]
)
def test_plural(quantity: float, ending: str) -> None:
    assert plural(quantity) == ending


def test_quantities_agree() -> None:
    assert count(0, "fait") == "0 fait"
    assert count(1, "fait") == "1 fait"
    assert count(2000, "fait") == "2\u00a0000 faits"
