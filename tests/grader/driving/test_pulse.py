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


def test_quiet_counts_from_the_last_beat() -> None:
    async def scenario() -> None:
        pulse = Pulse()
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, pulse.beat)
        started = loop.time()
        assert await pulse.quiet(0.2, LONG)
        assert loop.time() - started >= 0.3
        assert loop.time() - pulse.last >= 0.2

    asyncio.run(scenario())


def test_never_quiet() -> None:
    async def scenario() -> None:
        pulse = Pulse()

        async def beat() -> None:
            while True:
                pulse.beat()
                await asyncio.sleep(0)

        beating = asyncio.create_task(beat())
        assert not await pulse.quiet(10.0, 0.1)
        beating.cancel()

    asyncio.run(scenario())
