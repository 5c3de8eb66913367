"""Attendre un fait, ou le calme."""

import asyncio
import time

from grader.driving.pulse import Pulse

LONG = 60.0  # secondes qu'on n'attendra pas


def test_a_fact_already_true() -> None:
    async def scenario() -> None:
        assert await Pulse().until(lambda: "oui", 0.0) == "oui"

    asyncio.run(scenario())


def test_a_fact_that_a_beat_makes_true() -> None:
    async def scenario() -> None:
        pulse, arrived = Pulse(), []

        def arrive() -> None:
            arrived.append("x")
            pulse.beat()

        asyncio.get_running_loop().call_soon(arrive)
        async with asyncio.timeout(LONG / 2):
            assert await pulse.until(lambda: arrived, LONG) == ["x"]

    asyncio.run(scenario())


def test_beats_that_change_nothing_do_not_prolong() -> None:
    async def scenario() -> None:
        pulse = Pulse()

        async def beat() -> None:
            while True:
                pulse.beat()
                await asyncio.sleep(0.01)

        beating = asyncio.create_task(beat())
        started = time.monotonic()
        assert not await pulse.until(lambda: False, 0.1)
        assert 0.1 <= time.monotonic() - started < 5
        beating.cancel()

    asyncio.run(scenario())
