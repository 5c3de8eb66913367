"""Les fonctions de tous les contrôles : les importer les enregistre."""

from grader.checks import (
    client,
    client_end,
    counting,
    fetching,
    measuring,
    pair,
    server_asynchronous,
    server_chat,
    server_departures,
    server_first,
    shape,
)
from grader.checks.registry import CheckFunction, registered

MODULES = (
    client,
    client_end,
    counting,
    fetching,
    measuring,
    pair,
    server_asynchronous,
    server_chat,
    server_departures,
    server_first,
    shape,
)


def functions() -> dict[str, CheckFunction]:
    """À chaque identifiant de steps.toml, sa fonction."""
    return registered
