"""Le serveur, assemblé : les réglages, le disque, le noyau, le réseau ; et son arrêt."""

import asyncio
import os
import resource
import select
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TextIO, TypeVar, cast

from chatroom.common.logs import Log, open_log
from chatroom.common.metadata import accepted
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.server.core.hub import Hub
from chatroom.server.operation.door import admission
from chatroom.server.operation.entrance import Entrance
from chatroom.server.operation.settings import ServerSettings
from chatroom.server.operation.signals import Orders, listen_to_signals
from chatroom.server.operation.supervision import open_to_watchers, supervision
from chatroom.server.storage.history import History
from chatroom.server.storage.opening import Durability
from chatroom.server.transports.tcp import Listener

T = TypeVar("T")
PROXY = "Si c'est un mandataire (proxy), nommez-le : --trusted-proxy ADRESSE."
SPARE = 40  # descripteurs pour tout ce qui n'est pas un client


class LoopWorld:
    """Le temps de la boucle d'événements."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.now = time.monotonic  # la même que `loop.time`, sans s'arrêter le temps d'un tour
        self._loop = loop
        self._alone = asyncio.Lock()
        self._working: set[asyncio.Task[None]] = set()

    def date(self) -> int:
        return time.time_ns() // 1_000_000

    def soon(self, callback: Callable[[], None]) -> None:
        self._loop.call_soon(callback)

    def later(self, delay: float, callback: Callable[[], None]) -> None:
        self._loop.call_later(delay, callback)

    def aside(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        task = self._loop.create_task(self._aside(work, then))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _aside(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        async with self._alone:  # un seul à la fois : un mot de passe à vérifier prend 16 Mo
            answer = await asyncio.to_thread(work)
        then(answer)


def new_loop() -> asyncio.AbstractEventLoop:
    """Celle de uvloop, si elle est là."""
    try:
        import uvloop  # noqa: PLC0415 (elle peut manquer)
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def serve(settings: ServerSettings, out: TextIO, again: Callable[[], ServerSettings]) -> None:
    """Sert jusqu'à SIGTERM ou Ctrl-C ; ChatError s'il ne le peut.

    `again` : les réglages relus, d'où ils viennent.
    """
    loop = asyncio.get_running_loop()
    orders = Orders()
    listen_to_signals(loop, orders)

    def say(text: str) -> None:
        _say(text, out.fileno(), out.encoding)

    limits = fit_descriptors(settings.limits, say)
    durability = cast(Durability, settings.durability)  # vérifiée avec les autres réglages
    history = History(settings.data, limits, durability, loop.call_soon_threadsafe, say)
    try:
        log = open_log("server", settings.log, None if settings.quiet else out, say)
        try:
            await _run(settings, limits, history, log, say, orders, again)
        finally:
            log.close()
    finally:
        history.close()


def _say(text: str, number: int, encoding: str) -> None:
    """Au terminal, s'il écoute : arrêté (Ctrl-S) ou fermé, il ne doit pas retenir le serveur."""
    console = select.poll()
    console.register(number, select.POLLOUT)
    with suppress(OSError):
        if console.poll(0):
            os.write(number, f"{text}\n".encode(encoding, "replace"))


async def _run(
    settings: ServerSettings,
    limits: Limits,
    history: History,
    log: Log,
    say: Callable[[str], None],
    orders: Orders,
    again: Callable[[], ServerSettings],
) -> None:
    loop = asyncio.get_running_loop()
    people, rooms = history.load()

    def examine(data: bytes) -> tuple[bytes, int, int]:
        kept, picture = accepted(data, hub.limits)
        return kept, picture.width, picture.height

    def write(lines: Sequence[str]) -> None:
        log.write(*lines)

    hub = Hub(limits, LoopWorld(loop), history, people, rooms, examine, write)
    hub.door, hub.bans = admission(settings.code, settings.guests), history.bans()
    history.note = hub.note
    listener = Listener(hub, loop, "" if settings.trusted_proxy else PROXY)
    entrance = Entrance(settings, limits, listener)
    monitor = supervision(hub, listener, history, log, settings.data)
    orders.reread = hub.reread
    orders.reload = partial(_reload, hub, entrance, again, say)
    try:
        await entrance.open(say)
        if settings.metrics:
            await open_to_watchers(monitor, settings.metrics, say)
        ticking = asyncio.create_task(_tick(hub))
        try:
            await orders.stop.wait()
        finally:
            ticking.cancel()
            say("Le serveur s'arrête.")
    finally:
        monitor.close()
        entrance.close()
        await _shut_down(hub, listener, limits)


def _reload(
    hub: Hub,
    entrance: Entrance,
    again: Callable[[], ServerSettings],
    say: Callable[[str], None],
) -> None:
    """Ce qui se relit sans s'arrêter ; ce qui est mauvais n'y change rien, et on le dit."""
    try:
        settings = again()
        limits = fit_descriptors(settings.limits, say)
        door = admission(settings.code, settings.guests)
        entrance.renew(settings, limits)
    except ChatError as why:
        hub.note(f"Réglages inchangés : {why}")
    else:
        hub.adopt(limits)
        hub.reread()
        door.guesses, hub.door = hub.door.guesses, door
        hub.note("Réglages relus : certificat, bornes, qui peut venir.")


async def _tick(hub: Hub) -> None:
    while True:
        due = hub.world.now() + 1
        await asyncio.sleep(1)
        hub.tally.lag.observe(max(0.0, hub.world.now() - due))
        hub.tick()


async def _shut_down(hub: Hub, listener: Listener, limits: Limits) -> None:
    """Enregistre et envoie ce qui a été accepté, congédie chacun ; bornée dans le temps."""
    listener.close()
    hub.shut_down()
    await _until(lambda: hub.settled, limits.shutdown)
    hub.farewell()
    listener.hang_up()
    await _until(lambda: hub.settled and not listener.open, limits.shutdown)
    listener.abort()
    await asyncio.sleep(0)


async def _until(fact: Callable[[], bool], deadline: float) -> None:
    loop = asyncio.get_running_loop()
    limit = loop.time() + deadline
    while not fact() and loop.time() < limit:  # noqa: ASYNC110 (plusieurs causes, et c'est la fin)
        await asyncio.sleep(0.005)


def fit_descriptors(limits: Limits, say: Callable[[str], None]) -> Limits:
    """Autant de connexions que le système en permet à ce processus."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Deux fois : autant de demandes que de congédiés dont on attend qu'ils raccrochent.
    wanted = SPARE + 2 * limits.requests + limits.connections
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    room = max(3, max(soft, wanted) - SPARE)
    requests = min(limits.requests, room // 3)  # sans lesquelles la page ne s'ouvrirait plus
    connections = min(limits.connections, room - 2 * requests)
    if connections < limits.connections:
        say(f"Le système ne permet que {connections} connexions (ulimit -n).")
    return replace(limits, connections=connections, requests=requests)


def run(settings: ServerSettings, again: Callable[[], ServerSettings]) -> None:
    """Sert jusqu'à ce qu'on l'arrête ; lève ce que lève `serve`."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve(settings, sys.stdout, again))
