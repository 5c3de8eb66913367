"""Le banc d'essai marche, et dit ce qu'il a mesuré."""

import json
from pathlib import Path

import pytest

from tests.support.processes import run


@pytest.mark.busy
def test_measures_beside_curl_and_the_floor(tmp_path: Path) -> None:
    file = tmp_path / "mesures.json"
    result = run("benchmarks/fetch.py", "--runs", "1", "--json", str(file), timeout=120)
    assert result.stderr == ""
    assert result.returncode == 0
    figures = json.loads(file.read_text())
    assert f"rapport {figures['curl']['ratio']:.2f}" in result.stdout
    (ours,), (curl,) = figures["curl"]["ours"], figures["curl"]["curl"]
    assert figures["curl"]["ratio"] == ours["wall"] / curl["wall"]
    assert min(ours["wall"], curl["wall"]) > 1  # 1 000 pages de 0.1 s sur 100 connexions
    assert f"gain {figures['few']['gain']:.1f}" in result.stdout


def test_names_what_is_missing() -> None:
    result = run("benchmarks/fetch.py", PATH="/absent")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Il manque curl : sudo apt install curl\n"


def test_explains_itself() -> None:
    assert run("benchmarks/fetch.py", "--help").returncode == 0
    for arguments in (["--runs", "0"], ["--quoi"]):
        assert run("benchmarks/fetch.py", *arguments).returncode == 2
