"""La mesure du premier affichage dit ce qu'elle a mesuré, et ne laisse rien derrière elle."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.support.processes import run

SCRIPT = "benchmarks/page.py"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-headless-shell")


@pytest.mark.skipif(
    not CHROMIUM, reason="il manque chromium : sudo apt install chromium-headless-shell"
)
@pytest.mark.browser
def test_shows_what_it_measured(tmp_path: Path) -> None:
    file = tmp_path / "mesures.json"
    # Chromium y met une socket, dont le chemin doit être court.
    with tempfile.TemporaryDirectory() as folder:
        result = run(SCRIPT, "--runs", "1", "--json", str(file), TMPDIR=folder)
        assert list(Path(folder).glob("page-*")) == []
    assert (result.stderr, result.returncode) == ("", 0)
    document = json.loads(file.read_text())
    ours, peer = document["Notre serveur"], document["http.server"]
    assert len(ours["times"]) == len(peer["times"]) == 1
    assert ours["requests"] > 10
    assert peer["requests"] > 10
    assert 10_000 < ours["bytes"] < peer["bytes"]  # nous compressons, et lui non
    assert f"Poids : {ours['bytes']} octets. Objectif : moins de 100000, tenu." in result.stdout


def test_explains_itself() -> None:
    assert run(SCRIPT, "--help").returncode == 0
    assert run(SCRIPT, "--runs", "0").returncode == 2
