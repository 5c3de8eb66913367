"""Un serveur mis à l'épreuve : lancé sur un port libre, mesuré, et toujours arrêté."""

import random
import re
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START = 20.0  # secondes laissées à un serveur pour écouter


class BenchError(Exception):
    """La mesure n'a pas de sens ; le texte, en français, dit pourquoi."""


@dataclass(frozen=True)
class Server:
    pid: int
    port: int

    def cpu(self) -> float:
        """Les secondes de processeur du processus, tous ses threads ensemble.

        C'est la somme utime + stime de /proc/PID/stat, mais à la nanoseconde et non au centième de
        seconde : Linux numérote ainsi l'horloge d'un autre processus (clock_getcpuclockid).
        """
        return time.clock_gettime(~self.pid << 3 | 2)


def free_port() -> int:
    """Un port libre, hors de ceux que Linux distribue : personne ne le prend d'ici au lancement."""
    while True:
        port = random.randrange(10_000, 32_768)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def raise_open_files(needed: int) -> None:
    """Permet à ce processus et à ses enfants tous les descripteurs que le système accorde."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < needed:
        raise BenchError(f"Il faut {needed} fichiers ouverts, cette session en permet {hard}.")


@contextmanager
def running(name: str, command: Sequence[str], listening: str, folder: Path) -> Iterator[Server]:
    """Le serveur en marche, jusqu'à la fin du bloc.

    `listening` reconnaît ce qu'il écrit quand il est prêt ; son premier groupe est le port.
    """
    output = folder / "output.txt"
    # Un arrêt demandé pendant le lancement attend : il laisserait un serveur inconnu de tous.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        process = _launched(command, output, mask)
    except BaseException:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        raise
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        yield Server(process.pid, _port(name, process, listening, output))
    finally:
        process.kill()
        process.wait()


def _launched(command: Sequence[str], output: Path, mask: Iterable[int]) -> subprocess.Popen[bytes]:
    with output.open("wb") as file:
        # Sa propre session : Ctrl-C ne touche que le banc d'essai, qui arrête tout lui-même.
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Un seul fil ici, et rien que des appels au système.
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, mask),  # noqa: PLW1509
        )


def _port(name: str, process: subprocess.Popen[bytes], listening: str, output: Path) -> int:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        said = output.read_text(errors="replace")
        if found := re.search(listening, said):
            return int(found[1])
        if process.poll() is not None:
            lines = said.splitlines() or ["sans un mot"]
            raise BenchError(f"{name} s'est arrêté aussitôt : {lines[-1]}")
        time.sleep(0.005)
    raise BenchError(f"{name} n'écoute toujours pas après {START:.0f} s.")
