"""La mesure de l'historique : les pages demandées sont vérifiées, et les chiffres écrits."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.protocol.text import fold
from chatroom.server.storage.exporting import export

from benchmarks import history
from benchmarks.history import Reader, ask, fill, measure
from benchmarks.support.peers import Chat
from benchmarks.support.servers import BenchError, running
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


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Un lecteur, chez un vrai serveur dont le salon « livre » a cent messages."""
    fill(tmp_path, {"livre": 100})
    peer = Chat("off", "chat", "le chat")
    with running(peer.label, peer.command(tmp_path), peer.listening, tmp_path) as server:
        reader = Reader(server)
        yield reader
        reader.close()


def test_fills_the_base(tmp_path: Path) -> None:
    sizes = {"petit": 3, "grand": 5}
    fill(tmp_path, sizes)
    for name, size in sizes.items():
        said = json.loads("".join(export(tmp_path, name, fold)))
        assert [message["seq"] for message in said] == list(range(1, size + 1))
        assert all(f"message {message['seq']} " in message["text"] for message in said)


def test_reads_again(reader: Reader) -> None:
    room = reader.enter("livre", 100)
    assert reader.page(room, 80) > 0
    with pytest.raises(BenchError, match=r"^La page d'avant le message 1 n'est pas la bonne\.$"):
        reader.page(room, 1)
    reader.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        reader.page(room, 80)


def test_a_room_that_is_not_what_was_written(reader: Reader) -> None:
    with pytest.raises(BenchError, match=r"^Le salon livre a 100 messages, et non 99\.$"):
        reader.enter("livre", 99)


def test_asks_in_turn() -> None:
    times = ask(2, {"petit": 70, "grand": 90})
    assert {name: len(some) for name, some in times.items()} == {"petit": 2, "grand": 2}
    assert min(times["petit"] + times["grand"]) > 0


@pytest.mark.parametrize(("slower", "held"), [(1.5, True), (2.0, False)])
def test_says_whether_the_aim_is_held(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], slower: float, held: bool
) -> None:
    def asked(pages: int, sizes: dict[str, int]) -> dict[str, list[float]]:
        assert sizes == {"petit": 1_000, "grand": 5_000}
        return {"petit": [0.001] * pages, "grand": [0.001 * slower] * pages}

    monkeypatch.setattr(history, "ask", asked)
    figures, kept = measure(Namespace(pages=4, large=5_000))
    assert (figures["ratio"], kept) == (slower, held)
    verdict = "tenu" if held else "manqué"
    assert f"rapport {slower:.2f} ; au plus 1.5 : {verdict}." in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--pages", "0"], ["--large", "5"], ["autre"]])
def test_wrong_arguments(arguments: list[str]) -> None:
    done = run("benchmarks/history.py", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Demande incorrecte : ")
