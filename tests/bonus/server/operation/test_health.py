"""Le serveur peut-il enregistrer ? Ce qu'en disent un essai, et la dernière transaction."""

import asyncio
from collections.abc import Callable

import pytest
from chatroom.server.core.tally import Tally
from chatroom.server.operation import health
from chatroom.server.operation.health import RECENT, REUSED, Health


class Disk:
    """Répond aussitôt `why` ; ou, si `why` est None, jamais."""

    def __init__(self) -> None:
        self.why: str | None = ""
        self.probes = 0

    def probe(self, done: Callable[[str], None]) -> None:
        self.probes += 1
        if self.why is not None:
            done(self.why)


class Scene:
    def __init__(self) -> None:
        self.tally, self.disk, self.time = Tally(), Disk(), 1_000.0
        self.health = Health(self.tally, self.disk, lambda: self.time)


def test_a_probe_is_worth_a_while() -> None:
    async def scene() -> None:
        here = Scene()
        assert await here.health.trouble() == ""
        here.disk.why = "le disque est plein"
        here.time += REUSED
        assert await here.health.trouble() == ""
        assert here.disk.probes == 1
        here.time += 0.1
        assert await here.health.trouble() == "le disque est plein"
        assert here.disk.probes == 2

    asyncio.run(scene())


def test_a_recent_failure_counts_more_than_a_probe() -> None:
    """Un message n'a pas tenu ; qu'un octet de plus tienne encore n'y change rien."""

    async def scene() -> None:
        here = Scene()
        here.tally.lost("le disque est plein", here.time)
        here.time += RECENT - 1
        assert await here.health.trouble() == "le disque est plein"
        here.time += 2
        assert await here.health.trouble() == ""

    asyncio.run(scene())


def test_a_disk_that_does_not_answer_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.001)

    async def scene() -> None:
        here = Scene()
        here.disk.why = None
        assert await here.health.trouble() == "le disque ne répond plus depuis 0 s"
        here.time += 90
        one, other = await asyncio.gather(here.health.trouble(), here.health.trouble())
        assert one == other == "le disque ne répond plus depuis 90 s"
        assert here.disk.probes == 1

    asyncio.run(scene())
