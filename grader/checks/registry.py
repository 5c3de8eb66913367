"""Le registre des contrôles : à chaque identifiant de steps.toml, sa fonction."""

from collections.abc import Awaitable, Callable

from grader.driving.arena import Arena
from grader.model.records import Launch

# Renvoie la façon de lancer le script si le contrôle est celui qui l'apprend, rien sinon ;
# lève Wrong si la copie ne fait pas ce qui est demandé, Unjudged s'il ne peut en juger.
CheckFunction = Callable[[Arena], Awaitable[Launch | None]]

registered: dict[str, CheckFunction] = {}


def check(*ids: str) -> Callable[[CheckFunction], CheckFunction]:
    """Enregistre la fonction d'un contrôle, ou de plusieurs qui ne diffèrent que par l'étape."""

    def register(function: CheckFunction) -> CheckFunction:
        for name in ids:
            if name in registered:
                raise ValueError(f"{name} : deux fonctions pour un contrôle")
            registered[name] = function
        return function

    return register
