"""Ce que donne le serveur à qui le surveille : sa santé, et ses mesures."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from chatroom.common.logs import Log
from chatroom.server.core.hub import Hub
from chatroom.server.core.space import full
from chatroom.server.operation.health import Health, Probed
from chatroom.server.operation.listening import IMPOSSIBLE, cannot_listen
from chatroom.server.operation.metrics import TYPE, exposition
from chatroom.server.operation.monitor import PLAIN, Monitor, text_answer
from chatroom.server.transports.origins import place
from chatroom.server.transports.site import Answer
from chatroom.server.transports.tcp import Listener


def supervision(hub: Hub, listener: Listener, disk: Probed, log: Log, data: Path) -> Monitor:
    """Il reste à l'ouvrir ; `data` : le dossier de la base."""
    health = Health(hub.tally, disk, hub.world.now, lambda: full(hub.limits, hub.space))

    async def healthz() -> Answer:
        if trouble := await health.trouble():
            text = f"rien ne s'enregistre : {trouble}\n"
            return text_answer(HTTPStatus.SERVICE_UNAVAILABLE, text, PLAIN)
        return text_answer(HTTPStatus.OK, "ok\n", PLAIN)

    async def metrics() -> Answer:
        return text_answer(HTTPStatus.OK, exposition(hub, listener, log, data), TYPE)

    return Monitor({"/healthz": healthz, "/metrics": metrics})


async def open_to_watchers(
    monitor: Monitor, where: tuple[str, int], say: Callable[[str], None]
) -> None:
    """Écoute là, et le dit. ChatError si c'est impossible."""
    try:
        found = await monitor.listen(*where)
    except IMPOSSIBLE as error:
        raise cannot_listen(*where, error, "--metrics") from None
    say(f"Mesures : http://{place(*found)}/metrics")
