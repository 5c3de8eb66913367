"""Une mesure, de la ligne de commande à son code de sortie."""

import json
import signal
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.support.command import Document, run
from benchmarks.support.servers import BenchError
from wording.arguments import Parser


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """`run` s'arrête à SIGTERM comme à Ctrl-C : c'est l'affaire d'un programme, non des tests."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(("held", "code"), [(True, 0), (False, 1)])
def test_figures_are_written_even_when_the_aim_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool, code: int
) -> None:
    file = tmp_path / "mesures.json"
    monkeypatch.setattr(sys, "argv", ["mesure", "--json", str(file)])
    assert run(Parser("Mesure."), lambda _: ({"ratio": 2}, held)) == code
    assert json.loads(file.read_text("utf-8")) == {"version": 1, "ratio": 2}


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        (BenchError("Il manque curl."), 1, "Il manque curl.\n"),
        (OSError("plus de place"), 1, "plus de place\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_prevents_a_measure_is_said(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: BaseException,
    code: int,
    said: str,
) -> None:
    def measure(_: Namespace) -> tuple[Document, bool]:
        raise wrong

    monkeypatch.setattr(sys, "argv", ["mesure"])
    assert run(Parser("Mesure."), measure) == code
    assert capsys.readouterr().err == said
