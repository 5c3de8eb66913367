"""Étapes II.2 à II.6, côté serveur : une boucle d'événements pour tous, et non un fil pour chacun.

Le code ne se lit pas : le noyau dit sur quoi dort chaque fil. Un serveur asynchrone a un sélecteur
(epoll, poll, select) où sont ensemble les sockets de tous ceux qui se taisent. D'autres fils,
pour le clavier, les noms ou les fichiers, n'y changent rien.
"""

from grader.checks.expect import witnessed
from grader.checks.reached import require_coroutines
from grader.checks.registry import check
from grader.checks.serving import Server
from grader.checks.starting import start_server
from grader.driving.arena import Arena
from grader.driving.failures import Unjudged, Wrong
from grader.driving.peer import Peer
from grader.driving.waiting import waits
from wording.numbers import plural

CLIENTS = 3


@check(
    "II.2.server.asynchronous",
    "II.3.server.asynchronous",
    "II.4.server.asynchronous",
    "II.5.server.asynchronous",
    "II.6.server.asynchronous",
)
async def asynchronous(arena: Arena) -> None:
    """Trois clients se taisent, et le serveur dort : d'un seul sommeil, sur leurs trois sockets."""
    server = await start_server(arena)
    peers = [await server.connect() for _ in range(CLIENTS)]

    def together() -> bool:
        sockets = arena.sockets(peers)
        selectors = arena.watched(server.program)
        return len(sockets) == CLIENTS and any(sockets <= one.sockets for one in selectors)

    if not await arena.wait(together, server.program):
        raise _apart(server, peers)
    await require_coroutines(arena, server.program)


def _apart(server: Server, peers: list[Peer]) -> Wrong:
    """Pourquoi ces clients ne sont pas attendus ensemble."""
    arena, program = server.arena, server.program
    state = arena.state(program)
    if state.asleep and not state.proven:
        raise Unjudged("le système ne dit pas dans quoi dort un programme")
    sockets = arena.sockets(peers)
    found = waits(program.processes()) if program.running else []
    threads = sum(bool(wait.sockets & sockets) for wait in found or ())
    message = "Aucun fil du serveur n'attend ce que diront les clients."
    if any(peer.ended for peer in peers):
        message = "Le serveur ferme la connexion d'un client qui n'a encore rien dit."
    elif threads > 1:
        message = "Le serveur n'est pas asynchrone : chaque client y occupe un fil à lui seul."
    elif threads:
        message = "Le serveur n'est pas asynchrone : il attend un client, et pas les autres."
    wrong = Wrong(
        message,
        expected=f"un seul sommeil pour {CLIENTS} clients silencieux",
        received=f"{threads} fil{plural(threads)} en attente d'un seul client",
        timed_out=True,
    )
    return witnessed(wrong, program)
