"""Le banc d'essai compte juste, dit ce qu'il a mesuré, et ne laisse aucun serveur derrière lui."""

import json
import os
import resource
import shutil
import signal
import sys
from argparse import Namespace
from pathlib import Path
from statistics import median
from textwrap import dedent
from typing import Any

import pytest

from benchmarks import fanout
from benchmarks.fanout import Figures
from benchmarks.support.load import Shape, Slice
from benchmarks.support.servers import BenchError
from tests.benchmarks.support.parrot import Parrot
from tests.support.processes import Process, limited, run
from tests.support.waiting import wait_until

SCRIPT = "benchmarks/fanout.py"
RECEIVERS, PER_ROOM = 20, 20
QUICK = ["--runs", "2", "--seconds", "0.02", "--receivers", str(RECEIVERS)]
NOHUP = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
REDIS = ["redis"] if shutil.which("redis-server") else []
NATS = ["nats"] if shutil.which("nats-server", path=f"{os.environ['PATH']}:/usr/sbin") else []


@pytest.fixture
def fake_redis(tmp_path: Path) -> Path:
    """Un dossier pour PATH ; y écrire un faux redis-server."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder / "redis-server"


def write(program: Path, script: str) -> str:
    program.write_text(f"#!{sys.executable}\n{dedent(script)}")
    program.chmod(0o755)
    return str(program.parent)


@pytest.mark.busy
def test_counts_every_delivery(tmp_path: Path) -> None:
    file = tmp_path / "mesures.json"
    names = [*REDIS, *NATS, "chat", "chat-web", "chat-off"]
    result = run(SCRIPT, *QUICK, "--only", *names, "--json", str(file), TMPDIR=str(tmp_path))
    assert result.stderr == ""
    assert result.returncode == 0
    document = json.loads(file.read_text())
    for window in (1, 10, 100):
        systems = document["windows"][str(window)]
        assert list(systems) == names
        for system in systems.values():
            assert len(system["rounds"]) == 2
            for piece in system["rounds"]:
                assert piece["sent"] == window * piece["windows"] > 0
                assert piece["deliveries"] == piece["sent"] * (RECEIVERS + 1)  # et à son auteur
            assert 0 < system["p50"] <= system["p99"]
    for system in document["rooms"].values():
        for piece in system["rounds"]:
            assert piece["sent"] == PER_ROOM * piece["windows"] > 0
            assert piece["deliveries"] == piece["sent"] * PER_ROOM
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(not REDIS, reason="sans redis-server, il n'y a pas de rapport")
@pytest.mark.busy
def test_compares_within_each_round(tmp_path: Path) -> None:
    file = tmp_path / "mesures.json"
    result = run(SCRIPT, *QUICK, "--only", "redis", "chat", "--json", str(file))
    systems = json.loads(file.read_text())["windows"]["100"]
    costs = {
        name: [piece["cpu"] / piece["deliveries"] for piece in system["rounds"]]
        for name, system in systems.items()
    }
    ratios = sorted(ours / redis for ours, redis in zip(costs["chat"], costs["redis"], strict=True))
    assert systems["chat"]["ratios"] == ratios
    shown = f"{median(ratios):.2f} (de {ratios[0]:.2f} à {ratios[1]:.2f})"
    told = f"Chat, processeur par livraison à la fenêtre 100 : {shown} fois Redis.\n"
    assert told in result.stdout
    verdict = "tenu" if median(ratios) <= 0.5 else "manqué"
    assert f"  Objectif : au plus 0.5, {verdict}.\n" in result.stdout


def test_names_what_is_missing_and_goes_on() -> None:
    missing = "Il manque redis-server : sudo apt install redis-server\n"
    for others, code in ([], 1), (["chat-off"], 0):
        result = run(SCRIPT, *QUICK, "--only", "redis", *others, PATH="/absent")
        nothing = "" if others else "Aucun de ces systèmes n'est installé.\n"
        assert result.stderr == missing + nothing
        assert (result.returncode, "sans historique" in result.stdout) == (code, not code)


def test_says_why_a_server_does_not_start(fake_redis: Path) -> None:
    path = write(fake_redis, "print('Adresse déjà prise')")
    result = run(SCRIPT, *QUICK, "--only", "redis", PATH=path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Redis s'est arrêté aussitôt : Adresse déjà prise\n"


def piece(cost: float, *times: float) -> Slice:
    """Une mesure de dix livraisons, à `cost` secondes chacune."""
    return Slice(sent=5, deliveries=10, times=list(times), cpu=10 * cost, generator=0.0)


def test_figures_are_the_medians_of_the_rounds() -> None:
    ours = [piece(1.0, 1.0), piece(6.0, 4.0), piece(2.0, 2.0)]
    found = fanout.figures(ours, [piece(2.0), piece(2.0), piece(4.0)])
    assert found == Figures(rate=5.0, cost=2.0, p50=2.0, p99=4.0, ratios=[0.5, 0.5, 3.0])
    assert fanout.figures(ours, []).ratios == []


def test_crowds_have_all_come_in() -> None:
    with fanout.crowds([Parrot()], Shape(1, 2, 1)) as ready:
        assert ready["parrot"].measure(1, 0).deliveries == 2


def test_the_first_turn_only_warms_up() -> None:
    measures = fanout.race([Parrot()], Shape(1, 3, 1), windows=(1, 4), runs=2, seconds=0)
    sent = {window: [one.sent for one in found["parrot"]] for window, found in measures.items()}
    assert sent == {1: [1, 1], 4: [4, 4]}


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    fanout.show("fenêtre de 1", {Parrot(): Figures(12_345.6, 2e-6, 0.0015, 0.25, [0.5, 0.75, 1.0])})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("fenêtre de 1 ")
    assert lines[2].split("  ")[1] == "Perroquet"
    assert "12 346      2.00 µs     1.5 ms  250.0 ms   0.75 (de 0.50 à 1.00)" in lines[2]
    assert fanout.against([]) == ""


def test_the_figures_of_a_window(capsys: pytest.CaptureFixture[str]) -> None:
    peer, slices = Parrot(), [piece(1.0, 1.0), piece(2.0, 2.0)]
    reference = [piece(2.0, 1.0), piece(2.0, 1.0)]
    found = fanout.report("fenêtre de 1", [peer], {"parrot": slices, "redis": reference})
    assert found["parrot"]["ratios"] == [0.5, 1.0]
    assert found["parrot"]["rounds"] == [one.as_json() for one in slices]
    assert "Perroquet" in capsys.readouterr().out


def test_one_person_speaks_or_all_do(capsys: pytest.CaptureFixture[str]) -> None:
    windows = fanout.fanout([Parrot()], receivers=3, runs=1, seconds=0)
    for window in fanout.WINDOWS:
        (found,) = windows[str(window)]["parrot"]["rounds"]
        assert (found["sent"], found["deliveries"]) == (window, window * 4)
    (found,) = fanout.conversation([Parrot()], 40, runs=1, seconds=0)["parrot"]["rounds"]
    assert (found["sent"], found["deliveries"]) == (40, 40 * PER_ROOM)
    shown = capsys.readouterr().out
    assert "Une personne parle à 3 autres" in shown
    assert "40 personnes parlent toutes" in shown


def system(*costs: float) -> dict[str, Any]:
    return {"rounds": [piece(cost, 1.0).as_json() for cost in costs]}


def test_the_aims_are_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert fanout.costs(system(1.0, 3.0)) == [1.0, 3.0]
    alone = {"redis": system(1.0)}
    fanout.judge({"1": alone | {"chat": system(1.3)}, "100": alone | {"chat": system(0.5)}})
    shown = capsys.readouterr().out
    assert (
        "à la fenêtre 100 : 0.50 (de 0.50 à 0.50) fois Redis.\n  Objectif : au plus 0.5, tenu."
        in shown
    )
    assert "Objectif : au plus 1.2, manqué." in shown
    assert "WebSocket" not in shown  # pas mesuré, pas jugé


def test_measures_what_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = Parrot()
    absent.name, absent.program = "absent", "carrier-pigeon"
    here = Parrot()
    monkeypatch.setattr(fanout, "PEERS", (absent, here))
    assert fanout.installed(["absent", "parrot"]) == [here]
    assert capsys.readouterr().err == "Il manque carrier-pigeon : sudo apt install carrier-pigeon\n"
    assert fanout.installed(["absent"]) == []
    options = Namespace(only=["parrot"], receivers=20, runs=1, seconds=0.0)
    with limited(resource.RLIMIT_NOFILE, 1024):
        figures, held = fanout.measure(options)
        with pytest.raises(BenchError, match="Aucun de ces systèmes"):
            fanout.measure(Namespace(only=["absent"]))
    assert held
    assert (figures["text"], figures["receivers"]) == (64, 20)
    assert list(figures["windows"]) == ["1", "10", "100"]
    assert list(figures["rooms"]) == ["parrot"]


def test_a_duration() -> None:
    assert fanout.duration("0.25") == 0.25
    for wrong in ("-1", "nan", "x"):
        with pytest.raises(ValueError, match=wrong):
            fanout.duration(wrong)


LOPSIDED = """
    import asyncio, socket, struct, sys

    PORT = sys.argv[sys.argv.index("--port") + 1]
    JOINED = b">3\\r\\n$9\\r\\nsubscribe\\r\\n$7\\r\\nroom000\\r\\n:1\\r\\n"
    SAID = b">3\\r\\n$7\\r\\nmessage\\r\\n$7\\r\\nroom000\\r\\n$64\\r\\n" + b"x" * 64 + b"\\r\\n"

    async def serve(reader, writer):
        while data := await reader.read(1 << 20):
            writer.write(JOINED * (b"SUBSCRIBE" in data) + b"+PONG\\r\\n" * (b"PING" in data))
            writer.write((SAID * 2 + b":2\\r\\n") * data.count(b"PUBLISH"))
        writer.close()

    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", PORT)
        print(f"port={PORT}, Ready to accept connections", flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
"""


def test_does_not_believe_the_total(fake_redis: Path) -> None:
    """Ce serveur-là donne deux fois chaque message à son auteur, et rien à l'autre personne."""
    path = write(fake_redis, LOPSIDED)
    arguments = ["--only", "redis", "--receivers", "1"]
    result = run(SCRIPT, *QUICK, *arguments, PATH=path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Redis n'a pas donné à chacun ce qui lui revient.\n"


LINGER = "writer.get_extra_info('socket').setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, {})"


@pytest.mark.parametrize("abruptly", [False, True])
def test_says_that_a_server_hung_up(abruptly: bool, fake_redis: Path) -> None:
    """La fin d'une connexion se dit pareil, que le serveur la ferme ou la coupe (RST)."""
    end = LINGER.format(f"struct.pack('ii', {abruptly:d}, 0)")
    script = LOPSIDED.replace("while data", "if data").replace(
        "writer.close()", f"{end}; writer.close()"
    )
    path = write(fake_redis, script)
    result = run(SCRIPT, *QUICK, "--only", "redis", "--receivers", "1", PATH=path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Redis a fermé une connexion.\n"


@pytest.mark.parametrize(
    "ending",
    [
        *(signal.SIGINT, signal.SIGTERM),
        pytest.param(signal.SIGHUP, marks=pytest.mark.skipif(NOHUP, reason="sous nohup")),
    ],
)
def test_leaves_nothing_behind(ending: signal.Signals, fake_redis: Path, tmp_path: Path) -> None:
    started, folder = tmp_path / "started", tmp_path / "tmp"
    folder.mkdir()
    path = write(
        fake_redis,
        f"""
        import os, time
        with open({str(started)!r}, "w") as file:
            print(os.getpid(), file=file)
        time.sleep(1000)
        """,
    )
    with Process(SCRIPT, *QUICK, "--only", "redis", PATH=path, TMPDIR=str(folder)) as bench:
        wait_until(
            lambda: started.exists() and started.read_text().endswith("\n"), lambda: bench.err
        )
        bench.popen.send_signal(ending)
        assert bench.wait() == 130
    assert (bench.out, bench.err) == ("", "")
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
    assert list(folder.iterdir()) == []


def test_explains_itself() -> None:
    assert run(SCRIPT, "--help").returncode == 0
    for arguments in (["--runs", "0"], ["--receivers", "0"], ["--only", "carrier-pigeon"]):
        assert run(SCRIPT, *arguments).returncode == 2
