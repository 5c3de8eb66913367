"""Le générateur de charge compte juste, et ne croit pas un serveur sur parole."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.support import load
from benchmarks.support.load import Crowd, Shape, Slice
from benchmarks.support.servers import BenchError, running
from tests.benchmarks.support.parrot import Parrot

TEXT = b"bonjour"
Gather = Callable[[Parrot, Shape], Crowd]


@pytest.fixture
def gather(tmp_path: Path) -> Iterator[Gather]:
    """De quoi réunir des clients, que la fin du test disperse."""
    with ExitStack() as stack:

        def crowd(peer: Parrot, shape: Shape) -> Crowd:
            started = running(peer.label, peer.command(tmp_path), peer.listening, tmp_path)
            crowd = stack.enter_context(Crowd(peer, stack.enter_context(started), shape, TEXT))
            crowd.settle()
            return crowd

        yield crowd


def test_a_slice() -> None:
    piece = Slice(sent=4, deliveries=20, times=[0.5, 1.5], cpu=0.1, generator=0.3)
    assert (piece.wall, piece.rate, piece.cost) == (2.0, 10.0, 0.005)
    counts = {"sent": 4, "deliveries": 20, "windows": 2}
    assert piece.as_json() == counts | {"wall": 2.0, "cpu": 0.1, "generator": 0.3}


def test_a_shape() -> None:
    assert Shape(rooms=3, members=4, talkers=2).people == 12


@pytest.mark.parametrize("opaque", [True, False])
def test_counts_what_is_said_and_delivered(gather: Gather, opaque: bool) -> None:
    crowd = gather(Parrot(opaque=opaque), Shape(rooms=2, members=3, talkers=2))
    piece = crowd.measure(window=5, seconds=0)
    assert len(piece.times) == 1  # une fenêtre, même sans le temps d'une seule
    assert (piece.sent, piece.deliveries) == (5 * 4, 5 * 4 * 3)
    assert piece.wall > 0
    assert piece.cpu > 0
    assert piece.generator > 0


def test_more_people_than_a_batch(gather: Gather, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "BATCH", 2)
    crowd = gather(Parrot(), Shape(rooms=1, members=5, talkers=1))
    assert crowd.measure(window=1, seconds=0).deliveries == 5


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("lopsided", "n'a pas donné à chacun ce qui lui revient."),
        ("deaf", "a fermé une connexion."),
        ("mute", "n'envoie plus rien."),
    ],
)
def test_a_server_that_fails(
    gather: Gather, monkeypatch: pytest.MonkeyPatch, fault: str, said: str
) -> None:
    crowd = gather(Parrot(fault), Shape(rooms=1, members=2, talkers=1))
    if fault == "mute":
        monkeypatch.setattr(load, "PATIENCE", 0.05)
    with pytest.raises(BenchError, match=f"^Perroquet {said}$"):
        crowd.measure(window=1, seconds=0)
