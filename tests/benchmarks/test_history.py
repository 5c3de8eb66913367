"""La mesure de l'historique : les pages demandées sont vérifiées, et les chiffres écrits."""

import json
from pathlib import Path

import pytest

from tests.support.processes import run


@pytest.mark.busy
def test_pages_of_two_rooms(tmp_path: Path) -> None:
    file = tmp_path / "pages.json"
    sizes = ("--pages", "100", "--large", "5000")
    done = run("benchmarks/history.py", *sizes, "--json", str(file), timeout=60)
    figures = json.loads(file.read_text("utf-8"))
    assert figures["rooms"]["petit"]["messages"] == 1_000
    assert figures["rooms"]["grand"]["messages"] == 5_000
    medians = [figures["rooms"][name]["median"] for name in ("petit", "grand")]
    assert figures["ratio"] == medians[1] / medians[0]
    assert done.returncode == (0 if figures["ratio"] <= figures["target"] else 1)
    assert f"rapport {figures['ratio']:.2f}" in done.stdout


@pytest.mark.parametrize("arguments", [["--pages", "0"], ["--large", "5"], ["autre"]])
def test_wrong_arguments(arguments: list[str]) -> None:
    done = run("benchmarks/history.py", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Demande incorrecte : ")
