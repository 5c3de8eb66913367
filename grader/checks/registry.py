"""Le registre des contrôles : à chaque identifiant de steps.toml, sa fonction."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable

import grader.checks
from grader.driving.arena import Arena
from grader.model import Launch

# Renvoie la façon de lancer le script si le contrôle est celui qui l'apprend, rien sinon ;
# lève Wrong si la copie ne fait pas ce qui est demandé.
CheckFunction = Callable[[Arena], Awaitable[Launch | None]]

_functions: dict[str, CheckFunction] = {}


def check(*ids: str) -> Callable[[CheckFunction], CheckFunction]:
    """Enregistre la fonction d'un contrôle, ou de plusieurs qui ne diffèrent que par l'étape."""

    def register(function: CheckFunction) -> CheckFunction:
        for name in ids:
            if name in _functions:
                raise ValueError(f"{name} : deux fonctions pour un contrôle")
            _functions[name] = function
        return function

    return register


def functions() -> dict[str, CheckFunction]:
    """Toutes les fonctions de contrôle, par identifiant."""
    for module in pkgutil.iter_modules(grader.checks.__path__):
        importlib.import_module(f"grader.checks.{module.name}")
    return _functions
