"""La mesure de mémoire : ce qu'elle lance, ce qu'elle écrit."""

import json
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("arguments", [["--clients", "3"], ["--clients", "x"], ["autre"]])
def test_wrong_arguments(arguments: list[str]) -> None:
    done = run("benchmarks/idle.py", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Demande incorrecte : ")
