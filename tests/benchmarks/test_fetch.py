"""Le banc d'essai marche, et dit ce qu'il a mesuré."""

import json
import shutil
import sys
from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path

import pytest

from benchmarks import fetch
from benchmarks.fetch import (
    Usage,
    against_curl,
    beside_the_floor,
    check,
    measure,
    prepare,
    race_curl,
    timed,
)
from benchmarks.support.servers import BenchError
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


def test_a_process_is_counted_whole() -> None:
    took = "import time; data = b'x' * 100_000_000; time.sleep(0.1)"
    usage = timed([sys.executable, "-c", took])
    assert usage.wall >= 0.1
    assert usage.cpu > 0
    assert usage.memory > 95


def test_a_process_that_fails_stops_everything() -> None:
    with pytest.raises(SystemExit, match="a échoué : code 3"):
        timed([sys.executable, "-c", "raise SystemExit(3)"])


def test_every_page_must_be_whole(tmp_path: Path) -> None:
    whole, short = tmp_path / "whole", tmp_path / "short"
    whole.write_bytes(bytes(fetch.SIZE))
    short.write_bytes(bytes(fetch.SIZE - 1))
    with pytest.raises(SystemExit, match=f"^2 fichiers absents ou incomplets, dont {short}"):
        check([whole, short, tmp_path / "absent"])
    check([whole])
    assert not whole.exists()  # la page du tour suivant ne sera pas celle-là


def test_both_are_given_the_same_list(tmp_path: Path) -> None:
    listing, config, outputs = prepare(["http://un/", "http://deux/"], tmp_path)
    assert listing.read_text() == "http://un/\nhttp://deux/"
    entries = [
        f'url="http://un/"\noutput="{outputs[0]}"',
        f'url="http://deux/"\noutput="{outputs[1]}"',
    ]
    assert config.read_text() == "\n".join(entries)


def test_they_run_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chacun écrit ses pages, ici sans les télécharger ; la première paire ne compte pas."""
    urls = ["un", "deux"]
    started: list[str] = []

    def timed(command: list[str]) -> Usage:
        curl = command[0] == "curl"
        started.append("curl" if curl else Path(command[1]).name)
        for number, url in enumerate(urls):
            (tmp_path / (f"page_{number}" if curl else url)).write_bytes(bytes(fetch.SIZE))
        return Usage(len(started), 0.0, 0.0)

    monkeypatch.setattr(fetch, "local_site", lambda *_: nullcontext(urls))
    monkeypatch.setattr(fetch, "file_for", lambda url: tmp_path / url)
    monkeypatch.setattr(fetch, "timed", timed)
    ours, curls = race_curl(2, tmp_path)
    assert started == ["web_async_multiple.py", "curl"] * 3
    assert ([one.wall for one in ours], [one.wall for one in curls]) == ([3, 5], [4, 6])


def test_the_ratio_is_taken_pair_by_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, curls = [Usage(3.0, 1.0, 40.0), Usage(1.0, 1.0, 40.0)], [Usage(1.0, 0.5, 10.0)] * 2
    monkeypatch.setattr(fetch, "race_curl", lambda *_: (ours, curls))
    figures = against_curl(2, tmp_path)
    assert (figures["ratio"], figures["ratios"]) == (2.0, [1.0, 3.0])
    assert figures["ours"][0] == {"wall": 3.0, "cpu": 1.0, "memory": 40.0}
    assert len(figures["curl"]) == 2
    assert "rapport 2.00 (de 1.00 à 3.00)" in capsys.readouterr().out


def test_beside_the_slowest_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch, "FEW_PAGES", 2)
    monkeypatch.setattr(fetch, "LONG_LATENCY", 0.05)
    figures = beside_the_floor(1, tmp_path)
    assert figures["sync"] >= 2 * 0.05
    assert figures["async"] >= figures["floor"] >= 0.05
    assert f"gain {figures['gain']:.1f}" in capsys.readouterr().out


def test_measures_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "against_curl", lambda runs, _: {"runs": runs})
    monkeypatch.setattr(fetch, "beside_the_floor", lambda _, folder: {"in": folder.is_dir()})
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/curl")
    assert measure(Namespace(runs=3)) == ({"curl": {"runs": 3}, "few": {"in": True}}, True)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BenchError, match=r"^Il manque curl"):
        measure(Namespace(runs=3))


def test_names_what_is_missing() -> None:
    result = run("benchmarks/fetch.py", PATH="/absent")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Il manque curl : sudo apt install curl\n"


def test_explains_itself() -> None:
    assert run("benchmarks/fetch.py", "--help").returncode == 0
    for arguments in (["--runs", "0"], ["--quoi"]):
        assert run("benchmarks/fetch.py", *arguments).returncode == 2
