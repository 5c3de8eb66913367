"""Attendre un fait, ou le calme."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """Bat à chaque octet qui arrive, d'où qu'il vienne : qui attend un fait le réexamine alors."""

    def __init__(self) -> None:
        self._beat = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.last = self._loop.time()

    def beat(self) -> None:
        self.last = self._loop.time()
        self._beat.set()

    async def until(self, fact: Callable[[], T], deadline: float) -> T:
        """Renvoie `fact()` dès qu'il est vrai ; faux, après `deadline` secondes."""
        limit = self._loop.time() + deadline
        while not (value := fact()):
            remaining = limit - self._loop.time()
            if remaining <= 0:
                break
            self._beat.clear()
            try:
                async with asyncio.timeout(remaining):
                    await self._beat.wait()
            except TimeoutError:
                continue
        return value
