"""Attendre un fait, jamais une durée."""

import time
from collections.abc import Callable

DEADLINE = 15.0  # secondes : large, pour une machine chargée ; un test qui passe n'attend pas


def wait_until(
    happened: Callable[[], object], what: Callable[[], str] | str, deadline: float = DEADLINE
) -> None:
    """Revient dès que `happened()` est vrai ; AssertionError avec `what` après `deadline` s."""
    limit = time.monotonic() + deadline
    before = time.thread_time()
    while not happened():
        if time.monotonic() > limit:
            raise AssertionError(what() if callable(what) else what)
        # Attendre ne prend jamais plus du quart d'un cœur, si coûteux que soit le fait à constater.
        time.sleep(max(0.005, 3 * (time.thread_time() - before)))
        before = time.thread_time()
