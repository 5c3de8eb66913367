"""Ce que le serveur donne à qui le surveille : les deux pages, l'état et les mesures."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from chatroom.common.logs import open_log
from chatroom.protocol import ChatError
from chatroom.server.core.space import Space
from chatroom.server.operation.monitor import Monitor
from chatroom.server.operation.supervision import open_to_watchers, supervision
from chatroom.server.transports.tcp import Listener

from tests.bonus.server.core.ground import Ground
from tests.support.waiting import DEADLINE


class Disk:
    why = ""

    def probe(self, done: Callable[[str], None]) -> None:
        done(self.why)


def play(folder: Path, scene: Callable[[Monitor, Disk, Ground], Awaitable[None]]) -> None:
    async def alone() -> None:
        ground, disk = Ground(), Disk()
        log = open_log("server", folder, None, print)
        listener = Listener(ground.hub, asyncio.get_running_loop())
        monitor = supervision(ground.hub, listener, disk, log, folder)
        try:
            async with asyncio.timeout(DEADLINE):
                await scene(monitor, disk, ground)
        finally:
            monitor.close()
            log.close()

    asyncio.run(alone())


async def fetched(place: str, path: str) -> str:
    host, _, port = place.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("why", "first", "last"),
    [
        ("", "HTTP/1.1 200 OK", "ok\n"),
        (
            "le disque est plein",
            "HTTP/1.1 503 Service Unavailable",
            "rien ne s'enregistre : le disque est plein\n",
        ),
    ],
)
def test_health_and_measures(tmp_path: Path, why: str, first: str, last: str) -> None:
    async def scene(monitor: Monitor, disk: Disk, _: Ground) -> None:
        said: list[str] = []
        disk.why = why
        await open_to_watchers(monitor, ("127.0.0.1", 0), said.append)
        ((before, place),) = [line.split("http://") for line in said]
        assert before == "Mesures : "
        place = place.removesuffix("/metrics")
        answer = await fetched(place, "/healthz")
        assert answer.startswith(f"{first}\r\n")
        assert answer.endswith(f"\r\n\r\n{last}")
        answer = await fetched(place, "/metrics")
        assert "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n" in answer
        assert "\nchat_people_present 0\n" in answer

    play(tmp_path, scene)


def test_a_server_that_refuses_everything_is_not_healthy(tmp_path: Path) -> None:
    """Le disque, lui, accepterait encore : la réserve (`spare`) sert à s'arrêter bien."""

    async def scene(monitor: Monitor, _: Disk, ground: Ground) -> None:
        said: list[str] = []
        await open_to_watchers(monitor, ("127.0.0.1", 0), said.append)
        place = said[0].removeprefix("Mesures : http://").removesuffix("/metrics")
        ground.hub.space = Space(ground.limits.spare, 0)
        assert (await fetched(place, "/healthz")).endswith("ok\n")
        ground.hub.space = Space(ground.limits.spare - 1, 0)
        assert (await fetched(place, "/healthz")).endswith(" : il n'y a plus de place\n")

    play(tmp_path, scene)


def test_a_port_already_taken(tmp_path: Path) -> None:
    async def scene(monitor: Monitor, *_: object) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as taken,
            pytest.raises(ChatError, match="L'option --metrics en choisit un autre"),
        ):
            await open_to_watchers(monitor, taken.getsockname(), print)

    play(tmp_path, scene)
