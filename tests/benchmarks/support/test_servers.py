"""Un serveur mis à l'épreuve : lancé, mesuré, et arrêté quoi qu'il arrive."""

import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from benchmarks.support import servers
from benchmarks.support.servers import (
    HOST,
    BenchError,
    Server,
    free_port,
    raise_open_files,
    running,
)
from tests.support.processes import limited

READY = "import time; print('port 4321', flush=True); time.sleep(1000)"
PORT = r"port (\d+)"


def command(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_processor_of_another_process() -> None:
    before = time.process_time()
    found = Server(os.getpid(), 0).cpu()
    assert before <= found <= time.process_time()


def test_a_free_port() -> None:
    port = free_port()
    assert 10_000 <= port < 32_768  # au-delà, Linux le donnerait à une connexion
    with socket.socket() as listening:
        listening.bind((HOST, port))


def test_open_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with limited(resource.RLIMIT_NOFILE, 256):
        raise_open_files(hard)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
        with pytest.raises(BenchError, match=f"Il faut {hard + 1} fichiers ouverts"):
            raise_open_files(hard + 1)


def test_runs_until_the_end_of_the_block(tmp_path: Path) -> None:
    with running("Pair", command(READY), PORT, tmp_path) as server:
        assert server.port == 4321
        assert not gone(server.pid)
    assert gone(server.pid)


def test_stops_it_when_the_measure_fails(tmp_path: Path) -> None:
    started = []

    def measure() -> None:
        with running("Pair", command(READY), PORT, tmp_path) as server:
            started.append(server.pid)
            raise BenchError("mesure")

    with pytest.raises(BenchError, match="mesure"):
        measure()
    assert [gone(pid) for pid in started] == [True]


@pytest.mark.parametrize(
    ("script", "said"), [("print('premier\\ndernier')", "dernier"), ("", "sans un mot")]
)
def test_says_its_last_words(tmp_path: Path, script: str, said: str) -> None:
    with (
        pytest.raises(BenchError, match=f"^Pair s'est arrêté aussitôt : {said}$"),
        running("Pair", command(script), PORT, tmp_path),
    ):
        raise AssertionError("il n'écoute pas")


def test_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "START", 0.05)
    with (
        pytest.raises(BenchError, match=r"^Pair n'écoute toujours pas après"),
        running("Pair", command("import time; time.sleep(1000)"), PORT, tmp_path),
    ):
        raise AssertionError("il n'écoute pas")


def test_signals_are_as_before(tmp_path: Path) -> None:
    """Ni le banc d'essai, ni ce qu'il a lancé, ne reste sourd à Ctrl-C."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    shown = "import signal; print('port', len(signal.pthread_sigmask(signal.SIG_BLOCK, ())))"
    with running("Pair", command(f"{shown}; {READY}"), PORT, tmp_path) as server:
        assert server.port == len(before)
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    with pytest.raises(OSError, match="absent"), running("Pair", ["/absent"], PORT, tmp_path):
        raise AssertionError("il n'existe pas")
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
