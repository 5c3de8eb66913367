"""La mesure du premier affichage dit ce qu'elle a mesuré, et ne laisse rien derrière elle."""

import json
import shutil
import tempfile
from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import MagicMock
from urllib.request import urlopen

import pytest

from benchmarks import page
from benchmarks.page import OURS, PEER, Figures, measure, open_page, race, report, servers
from benchmarks.support.servers import BenchError
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


def test_both_serve_the_same_page() -> None:
    with servers() as addresses:
        assert list(addresses) == [OURS, PEER]
        pages = []
        for address in addresses.values():
            with urlopen(address, timeout=10) as answer:
                pages.append(answer.read())
    assert pages == [(page.WEB / "index.html").read_bytes()] * 2


def test_keeps_what_the_browser_counted() -> None:
    browser, figures = MagicMock(), Figures()
    opened = browser.new_context.return_value.__enter__.return_value.new_page.return_value
    opened.evaluate.side_effect = [120.0, [30, 9_000], 80.0, [31, 9_100]]
    for _ in range(2):
        open_page(browser, "http://localhost/", figures)
    assert figures == Figures([120.0, 80.0], 31, 9_100)
    assert browser.new_context.call_count == 2  # chaque fois sans cache
    opened.goto.assert_called_with("http://localhost/")


def test_each_in_turn_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def open_page(_: object, url: str, figures: Figures) -> None:
        opened.append(url)
        figures.times.append(len(opened))

    monkeypatch.setattr(page, "sync_playwright", MagicMock())
    monkeypatch.setattr(page, "servers", lambda: nullcontext({OURS: "nous", PEER: "lui"}))
    monkeypatch.setattr(page, "open_page", open_page)
    results = race(2)
    assert opened == ["nous", "lui", "lui", "nous", "nous", "lui"]  # les deux premières : à blanc
    assert [results[name].times for name in (OURS, PEER)] == [[4, 5], [3, 6]]


@pytest.mark.parametrize(("fastest", "verdict"), [(299.0, "tenu"), (300.0, "manqué")])
def test_says_whether_the_aim_is_held(
    capsys: pytest.CaptureFixture[str], fastest: float, verdict: str
) -> None:
    report({OURS: Figures([fastest], 30, 99_999), PEER: Figures([400.0], 30, 300_000)})
    shown = capsys.readouterr().out
    assert f"Premier affichage : {fastest:.0f} ms. Objectif : moins de 300, {verdict}." in shown
    assert "Poids : 99999 octets. Objectif : moins de 100000, tenu." in shown


def test_measures_with_a_browser_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "CHROMIUM", "chromium")
    monkeypatch.setattr(page, "report", lambda _: None)
    monkeypatch.setattr(page, "race", lambda runs: {OURS: Figures([1.0] * runs, 2, 3)})
    figures = {OURS: {"times": [1.0, 1.0], "requests": 2, "bytes": 3}}
    assert measure(Namespace(runs=2)) == (figures, True)
    monkeypatch.setattr(page, "CHROMIUM", None)
    with pytest.raises(BenchError, match=r"^Il manque chromium"):
        measure(Namespace(runs=2))


def test_explains_itself() -> None:
    assert run(SCRIPT, "--help").returncode == 0
    assert run(SCRIPT, "--runs", "0").returncode == 2
