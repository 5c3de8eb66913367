"""Le serveur peut-il enregistrer ? Un essai le dit, là où un disque plein ne se devine pas."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from chatroom.server.core.tally import Tally

PATIENCE = 5.0  # secondes laissées au disque
REUSED = 10.0  # secondes que vaut un essai : qui surveille de près n'use pas le disque
RECENT = 60.0  # secondes pendant lesquelles un échec compte plus qu'un essai réussi depuis


class Probed(Protocol):
    """Un disque où écrire pour voir."""

    def probe(self, done: Callable[[str], None]) -> None:
        """Puis, dans la boucle, `done("")`, ou `done(pourquoi)` si rien ne s'y écrit."""


class Health:
    def __init__(
        self,
        tally: Tally,
        disk: Probed,
        now: Callable[[], float],
        full: Callable[[], bool] = lambda: False,
    ) -> None:
        """`full` : le serveur refuse-t-il tout, avant que le disque soit vraiment plein ?"""
        self._tally, self._disk, self._now, self._full = tally, disk, now, full
        self._probe: asyncio.Future[str] | None = None
        self._asked = 0.0

    async def trouble(self) -> str:
        """Pourquoi rien ne s'enregistre ; vide si tout va bien. Répond en cinq secondes au plus."""
        trouble, now = self._tally.trouble, self._now()
        if self._full():
            return "il n'y a plus de place"
        if trouble and now - trouble.time < RECENT:
            return trouble.why
        if self._probe is None or (self._probe.done() and now - self._asked > REUSED):
            self._probe, self._asked = self._ask(), now
        # Un essai sans réponse n'est pas refait : derrière un disque arrêté, ils s'entasseraient.
        done, _ = await asyncio.wait({self._probe}, timeout=PATIENCE)
        if not done:
            return f"le disque ne répond plus depuis {self._now() - self._asked:.0f} s"
        return self._probe.result()

    def _ask(self) -> asyncio.Future[str]:
        answer = asyncio.get_running_loop().create_future()
        self._disk.probe(answer.set_result)
        return answer
