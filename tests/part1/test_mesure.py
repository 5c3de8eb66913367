"""mesure.py : ce qu'il mesure est vrai, et ce qu'il montre est lisible."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from local_site import Site
from mesure_support.compare import compare
from mesure_support.plot import draw
from mesure_support.report import bar
from mesure_support.runs import Download, Run, read_downloads

from tests.support.inside import play
from tests.support.processes import Process, run
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until
from tests.support.web import Server

pytestmark = pytest.mark.proof

MESURE = "part1/mesure.py"
SLOW_SEED = 25  # une de ses pages tarde bien plus qu'avec la graine par défaut


def measure(tmp_path: Path, *arguments: str) -> tuple[str, dict[str, Any]]:
    """Ce que mesure.py affiche, et ce qu'il exporte."""
    file = tmp_path / "mesures.json"
    result = play(MESURE, *arguments, "--json", str(file))
    assert result.stderr == ""
    assert result.returncode == 0
    return result.stdout, json.loads(file.read_text())


@pytest.mark.busy  # pas pendant un test qui prend tous les cœurs
def test_async_gains_eight_times_and_touches_the_floor(tmp_path: Path) -> None:
    output, figures = measure(tmp_path, "--local", "10", "--latency", "0.5", "--runs", "3")
    assert figures["gain"] >= 8
    assert 1 <= figures["closeness"] <= 1.15
    assert 0.5 <= figures["floor"] < 0.6
    assert [run["script"] for run in figures["runs"]] == ["sync", "async"] * 3
    assert f"{figures['gain']:.1f} fois plus vite" in output
    assert f"{figures['closeness']:.2f} fois ce temps" in output


def test_shows_each_url_and_the_total(tmp_path: Path) -> None:
    output, figures = measure(tmp_path, "--local", "3", "--latency", "0.1-0.3", "--runs", "1")
    rows = re.findall(r"^  127\.0\.0\.1:\d+/(\d) +([\d.]+) s +([\d.]+) s +x [\d.]+$", output, re.M)
    assert [row[0] for row in rows] == ["1", "2", "3"]
    expected = [page["duration"] for page in figures["runs"][0]["downloads"]]
    assert [float(row[1]) for row in rows] == expected
    together = {page["url"]: page["duration"] for page in figures["runs"][1]["downloads"]}
    alone = {page["url"]: page["duration"] for page in figures["runs"][0]["downloads"]}
    assert figures["floor"] == max(min(alone[url], together[url]) for url in alone)
    assert re.search(
        rf"^  total +{figures['sync']:.3f} s +{figures['async']:.3f} s +x [\d.]+$", output, re.M
    )


def test_the_timeline_shows_the_overlap(tmp_path: Path) -> None:
    output, figures = measure(tmp_path, "--local", "4", "--latency", "0.2", "--runs", "1")
    bars = re.findall(r"^  127\.0\.0\.1:\d+/\d +?( *)(█+) *[\d.]+ s$", output, re.M)
    assert len(bars) == 8
    # Synchrone : l'une après l'autre. Asynchrone : toutes commencent avant qu'aucune finisse.
    starts = [len(blanks) for blanks, _ in bars]
    assert starts[0] < starts[1] < starts[2] < starts[3]
    assert max(starts[4:]) < min(len(blanks + full) for blanks, full in bars[4:])
    concurrent = figures["runs"][1]["downloads"]
    assert max(p["start"] for p in concurrent) < min(p["start"] + p["duration"] for p in concurrent)


def test_counts_failures_apart(server: Server, tmp_path: Path) -> None:
    listing, file = tmp_path / "urls.txt", tmp_path / "mesures.json"
    listing.write_text(f"{server.url}/a\nhttp://127.0.0.1:1\n{server.url}/missing")
    result = play(MESURE, str(listing), "--runs", "1", "--json", str(file))
    assert result.returncode == 1
    assert "Échec, à part : 127.0.0.1:1 : connexion refusée" in result.stdout
    assert "/missing : le serveur répond 404" in result.stdout
    assert set(json.loads(file.read_text())["failures"]) == {
        "http://127.0.0.1:1",
        f"{server.url}/missing",
    }
    listing.write_text("http://127.0.0.1:1")
    hopeless = play(MESURE, str(listing), "--runs", "1")
    assert hopeless.returncode == 1
    assert "Aucune URL n'a répondu" in hopeless.stdout


def test_sweep_shows_how_both_grow(tmp_path: Path) -> None:
    output, figures = measure(
        tmp_path, "--local", "2", "--latency", "0.2", "--runs", "1", "--sweep", "4,1,8"
    )
    assert list(figures["sweep"]) == ["1", "4", "8"]
    for count in (1, 4, 8):
        assert figures["sweep"][str(count)]["sync"] >= count * 0.2
    assert 0.2 <= figures["sweep"]["8"]["async"] < 8 * 0.2
    rows = re.findall(r"^ +(\d) +[\d.]+ s +[\d.]+ s +x [\d.]+ +[\d.]+ s +[\d.]+$", output, re.M)
    assert rows == ["1", "4", "8"]


def test_sweep_says_when_the_list_is_too_short(server: Server, tmp_path: Path) -> None:
    listing = tmp_path / "urls.txt"
    listing.write_text(f"{server.url}/a\n{server.url}/b")
    output, figures = measure(tmp_path, str(listing), "--runs", "1", "--sweep", "1,3")
    assert list(figures["sweep"]) == ["1"]
    assert "Pas assez d'URL pour en mesurer 3." in output


@pytest.mark.parametrize(
    ("name", "start", "counts"),
    [("frise.png", b"\x89PNG", []), ("frise.svg", b"<?xml", [1, 2, 5])],
)
def test_draws_the_timeline(name: str, start: bytes, counts: list[int], tmp_path: Path) -> None:
    runs = [
        Run("sync", 4.0, [page("a", 1.0), page("b", 3.0, start=1.0)]),
        Run("async", 3.0, [page("a", 1.0), page("b", 3.0, error="non")]),
    ]
    images = [tmp_path / f"{turn}-{name}" for turn in range(2)]
    for image in images:
        draw(image, compare(runs), dict.fromkeys(counts, compare(runs)))
        assert image.read_bytes().startswith(start)
    assert images[0].read_bytes() == images[1].read_bytes()


def test_the_seed_draws_the_pages(tmp_path: Path) -> None:
    usual, other = (Site(3, (0.05, 0.4), 20_000, seed) for seed in (1, SLOW_SEED))
    waits = [(usual.draw(number)[0], other.draw(number)[0]) for number in (1, 2, 3)]
    assert any(short + 0.1 < long for short, long in waits)
    arguments = ["--local", "3", "--latency", "0.05-0.4", "--runs", "1"]
    _, figures = measure(tmp_path, *arguments, "--seed", str(SLOW_SEED))
    for (_, wait), download in zip(waits, figures["runs"][0]["downloads"], strict=True):
        assert download["duration"] >= wait


def test_names_the_missing_library(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError")
    result = run(MESURE, "--local", "1", "--plot", "/tmp/frise.png", PYTHONPATH=str(tmp_path))
    assert result.stderr == "--plot demande matplotlib : pip install matplotlib\n"
    assert (result.returncode, result.stdout) == (1, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.txt"], "absent.txt : fichier introuvable, illisible ou protégé"),
        (["/dev/null"], "/dev/null : aucune URL"),
        (["--local", "--plot", "/tmp/frise.bmp"], "/tmp/frise.bmp : le nom d'une image finit"),
        (["--local", "--plot", "/absent/frise.png"], "/absent/frise.png : ce dossier n'existe pas"),
        (["--local", "--json", "/absent/m.json"], "/absent/m.json : ce dossier n'existe pas"),
    ],
)
def test_refuses_before_measuring(arguments: list[str], message: str) -> None:
    result = play(MESURE, *arguments)
    assert result.stderr.startswith(message)
    assert len(result.stderr.splitlines()) == 1
    assert (result.returncode, result.stdout) == (1, "")


@pytest.mark.parametrize(
    "arguments",
    [[], ["a", "b"], ["a", "--local"], ["--local", "0"], ["a", "--runs", "0"],
     ["a", "--sweep", "x"],
     ["--local", "--latency", "2-1"], ["--quoi"]],
)  # fmt: skip
def test_shows_its_usage(arguments: list[str]) -> None:
    result = play(MESURE, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("usage: mesure.py (FICHIER | --local [N]) [options]\n")


def test_explains_itself_in_french() -> None:
    result = play(MESURE, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    for option in ("--local", "--latency", "--seed", "--runs", "--sweep", "--plot", "--json"):
        assert option in result.stdout
    assert "positional" not in result.stdout


def test_ends_quietly_on_interrupt(server: Server, tmp_path: Path) -> None:
    listing = tmp_path / "urls.txt"
    listing.write_text(f"{server.url}/silent")
    with Process(MESURE, str(listing)) as process:
        wait_until(lambda: server.in_flight, "aucune requête reçue")
        process.interrupt()
        assert process.wait() == 130
        assert (process.out, process.err) == ("", "")


def test_leaves_nothing_behind(tmp_path: Path) -> None:
    _, figures = measure(tmp_path, "--local", "2", "--latency", "0", "--runs", "1")
    files = [Path(page["file"]) for run in figures["runs"] for page in run["downloads"]]
    assert len(files) == 4
    assert [file for file in files if file.exists()] == []


def test_shows_its_progress_on_a_terminal() -> None:
    with Terminal(MESURE, "--local", "2", "--latency", "0.2", "--runs", "1") as terminal:
        assert terminal.wait(30) == 0
        assert b"sync, tour 1 sur 1 : 1 URL sur 2" in terminal.raw
        assert "tour 1" not in terminal.text
        assert "fois plus vite" in terminal.text


def page(url: str, duration: float, start: float = 0, error: str = "") -> Download:
    return Download(url, Path(url), start, duration, 0 if error else 1, error)


def test_compares_medians_and_leaves_failures_out() -> None:
    comparison = compare(
        [
            Run("sync", 4.0, [page("a", 1.0), page("b", 3.0)]),
            Run("async", 3.0, [page("b", 3.0), page("a", 1.0)]),
            Run("sync", 6.0, [page("a", 3.0), page("b", 9.0, error="non")]),
            Run("async", 1.0, [page("a", 1.0), page("b", 9.0, error="non")]),
        ]
    )
    assert (comparison.sync, comparison.concurrent) == (5.0, 2.0)
    assert (comparison.gain, comparison.floor) == (2.5, 3.0)
    assert [(times.sync, times.concurrent) for times in comparison.urls] == [(2, 1), (3, 3)]
    assert comparison.failures == {"b": "non"}
    assert [download.url for download in comparison.last("async").downloads] == ["a", "b"]


def test_reads_when_each_page_started() -> None:
    lines = [(10.5, "✓ http://a → /tmp/web_a (0.500 s) : 7 octets"), (11.0, "bruit"),
             (12.0, "✗ http://b → /tmp/web_b (1.500 s) : hôte inconnu")]  # fmt: skip
    first, second = read_downloads(lines, total=2.0)
    assert (first.start, first.duration, first.size, first.error) == (0.0, 0.5, 7, "")
    assert (second.start, second.end, second.size, second.error) == (0.5, 2.0, 0, "hôte inconnu")


@pytest.mark.parametrize(
    ("start", "duration", "drawn"),
    [(0, 1, "█████     "), (1, 1, "     █████"), (0, 0, "█         "), (1.99, 0.5, "         █")],
)
def test_draws_bars_to_scale(start: float, duration: float, drawn: str) -> None:
    assert bar(page("a", duration, start), columns_per_second=5, room=10) == drawn


def test_a_failed_page_has_its_own_bar() -> None:
    assert bar(page("a", 2, error="non"), columns_per_second=5, room=10) == "░" * 10


def test_the_interpreter_start_is_not_measured(tmp_path: Path) -> None:
    _, figures = measure(tmp_path, "--local", "1", "--latency", "0", "--runs", "4")
    # Importer aiohttp en prend davantage.
    assert min(run["total"] for run in figures["runs"] if run["script"] == "async") < 0.15
