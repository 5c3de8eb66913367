"""L'heure, telle que la base la garde."""

import time


def now() -> int:
    """Millisecondes depuis 1970 (UTC)."""
    return time.time_ns() // 1_000_000
