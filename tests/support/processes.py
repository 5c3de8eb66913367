"""Les scripts de la collection, lancés comme le ferait une personne, mais sur des tubes."""

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from tests.support.waiting import DEADLINE, wait_until

ROOT = Path(__file__).parents[2]
# Aucun réglage hérité, ni de Python (PYTHONUNBUFFERED cacherait un flush oublié) ni du chat ; et
# tout avertissement, toute coroutine oubliée doit se voir sur la sortie d'erreur.
INHERITED = {
    name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CHAT_"))
}
ENVIRONMENT = INHERITED | {"PYTHONWARNINGS": "default", "PYTHONUTF8": "1", "NO_COLOR": "1"}
ENVIRONMENT["CHAT_WEB_PORT"] = "0"  # la page web du chat : chaque serveur à son port

# Lancés en arrière-plan (« make test & »), les tests et leurs enfants ignoreraient Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)


def run(
    *command: str, stdin: str = "", timeout: float = 60, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Lance `python COMMANDE…` à la racine du dépôt, jusqu'à sa fin, et lui tape `stdin`."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@contextmanager
def limited(kind: int, soft: int) -> Iterator[None]:
    """Abaisse une limite du système (resource.RLIMIT_…) pour les processus lancés ici."""
    before, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (before, hard))


class Process:
    """Un script en marche : ce qu'il a écrit, au fur et à mesure, et comment il finit."""

    def __init__(self, *command: str, **environment: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=ENVIRONMENT | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.popen.stdout is not None
        assert self.popen.stderr is not None
        self._out, self._err = bytearray(), bytearray()
        self._readers = [
            threading.Thread(target=self._keep, args=(self.popen.stdout, self._out)),
            threading.Thread(target=self._keep, args=(self.popen.stderr, self._err)),
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _keep(stream: IO[bytes], kept: bytearray) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), 65_536):
                kept += chunk

    @property
    def out(self) -> str:
        return bytes(self._out).decode()

    @property
    def err(self) -> str:
        return bytes(self._err).decode()

    def expect(self, text: str, deadline: float = DEADLINE) -> None:
        """Attend `text` sur la sortie standard."""
        wait_until(
            lambda: text in self.out,
            lambda: f"« {text} » absent de :\n{self.out}\nerreurs :\n{self.err}",
            deadline,
        )

    def interrupt(self) -> None:
        self.popen.send_signal(signal.SIGINT)

    def wait(self, deadline: float = DEADLINE) -> int:
        """Attend la fin du processus et renvoie son code de sortie."""
        code = self.popen.wait(deadline)
        for reader in self._readers:
            reader.join()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.wait()
