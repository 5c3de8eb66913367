"""La mesure de mémoire : ce qu'elle lance, ce qu'elle écrit."""

import json
import mmap
import os
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import idle
from benchmarks.idle import Memory, anonymous, measure, weigh
from benchmarks.support.peers import Peer
from tests.benchmarks.support.parrot import Parrot
from tests.support.processes import run


@pytest.mark.busy
def test_memory_of_silent_clients(tmp_path: Path) -> None:
    file = tmp_path / "memoire.json"
    done = run("benchmarks/idle.py", "--clients", "300", "--json", str(file), timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "300 clients silencieux" in done.stdout
    figures = json.loads(file.read_text("utf-8"))
    chat = figures["peers"]["chat"]
    assert chat["clients"] == 300
    assert chat["each"] == (chat["full"] - chat["empty"]) / 300
    assert 0 < chat["each"] <= figures["target"]


def test_what_each_client_takes() -> None:
    assert Memory(empty=1_000, full=5_000, clients=8).each == 500


def test_the_memory_of_a_process_is_its_own() -> None:
    size = 50_000_000
    before = anonymous(os.getpid())
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as taken:
        taken.write(b"x" * size)
        assert anonymous(os.getpid()) - before > 0.9 * size


def test_weighs_a_server_before_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "ROOMS", 2)
    memory = weigh(Parrot(), 100)
    assert memory.clients == 100
    assert 0 < memory.empty < memory.full


@pytest.mark.parametrize(("each", "held"), [(6_000, True), (6_001, False)])
def test_says_whether_the_aim_is_held(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], each: int, held: bool
) -> None:
    def weighed(_: Peer, clients: int) -> Memory:
        return Memory(10**6, 10**6 + each * clients, clients)

    monkeypatch.setattr(idle, "weigh", weighed)
    monkeypatch.setattr(idle, "executable", lambda _: "")
    monkeypatch.setattr(idle, "raise_open_files", lambda _: None)
    figures, kept = measure(Namespace(clients=200))
    assert (figures["peers"]["chat"]["each"], kept) == (each, held)
    shown = capsys.readouterr().out
    assert f"Au plus 6000 octets : {'tenu' if held else 'manqué'}." in shown
    assert "Il manque Redis pour comparer" in shown


@pytest.mark.parametrize("arguments", [["--clients", "3"], ["--clients", "x"], ["autre"]])
def test_wrong_arguments(arguments: list[str]) -> None:
    done = run("benchmarks/idle.py", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Demande incorrecte : ")
