"""Attendre un fait, jamais une durée."""

import time
from collections.abc import Callable

DEADLINE = 15.0  # secondes : large, pour une machine chargée ; un test qui passe n'attend pas


def wait_until(
    happened: Callable[[], object], what: Callable[[], str] | str, deadline: float = DEADLINE
) -> None:
    """Revient dès que `happened()` est vrai ; AssertionError avec `what` après `deadline` s."""
    limit = time.monotonic() + deadline
    while not happened():
        if time.monotonic() > limit:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.005)
