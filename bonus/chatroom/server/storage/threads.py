"""Un fil qui a sa connexion à la base, et y fait ses travaux l'un après l'autre."""

import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

Job = Callable[[sqlite3.Connection], object]


class Worker:
    def __init__(self, name: str, base: sqlite3.Connection) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._base = base
        self._thread = threading.Thread(target=self._run, name=f"historique, {name}", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        self._jobs.put(job)

    def _run(self) -> None:
        with closing(self._base):
            while job := self._jobs.get():
                try:
                    job(self._base)
                except sqlite3.Error:
                    continue  # qui attendait la réponse l'a eue, et elle le dit

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join()
