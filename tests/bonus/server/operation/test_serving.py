"""Le vrai serveur, dans son processus : son départ, ce qu'il garde, son arrêt."""

import asyncio
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    Closing,
    GetImage,
    GetPage,
    Image,
    Notice,
    Page,
    Pictured,
    Refused,
    Said,
    Say,
    SendImage,
)
from chatroom.server.operation.serving import LoopWorld, fit_descriptors, new_loop

from tests.bonus.pictures import AFTER_SOI, JPEG, after, segment
from tests.bonus.processes import Client, Server, present
from tests.support.processes import ENVIRONMENT, ROOT, limited
from tests.support.waiting import DEADLINE, wait_until


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", "--limit", "rate=0") as running:
        yield running
        assert running.stop() == 0
        assert running.err == ""


def refused(*arguments: str) -> str:
    """Ce que dit un serveur qui ne démarre pas, en une ligne."""
    done = subprocess.run(
        [sys.executable, "bonus/server.py", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    return done.stderr


def test_the_console_tells_what_happens(server: Server) -> None:
    with present(server, "alice") as (alice, room), present(server, "bob") as (bob, _):
        alice.tell(Say(room, 1, "bonjour"))
        bob.expect(Said)
    server.expect("Déconnexion de bob")
    for line in (
        "Connexion de 127.0.0.1:",
        "dans salon : bonjour",
        "Envoyé à alice, bob : un message (salon)",
        "Déconnexion de alice",
    ):
        server.expect(line)


def test_what_a_picture_tells_is_not_kept(server: Server, tmp_path: Path) -> None:
    """D'un client qui l'a laissé : les autres ne reçoivent, et la base ne garde, que ses pixels."""
    secret = b"48.85 N, 2.29 E"
    told = after(JPEG, AFTER_SOI, segment(0xFE, secret)) + secret
    with present(server, "alice") as (alice, room), present(server, "bob") as (bob, there):
        alice.tell(SendImage(room, 1, "photo.jpg", told))
        pictured = bob.expect(Pictured)
        assert (pictured.size, pictured.width, pictured.height) == (len(JPEG), 64, 64)
        bob.tell(GetImage(there, pictured.seq))
        assert bob.expect(Image).data == JPEG
        alice.tell(SendImage(room, 2, "bombe.png", b"\x89PNG\r\n\x1a\n" + bytes(60)))
        assert alice.expect(Refused).reason == Reason.PICTURE
    files = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    assert any(JPEG[-200:] in file.read_bytes() for file in files)
    assert not [file for file in files if secret in file.read_bytes()]


def test_killed_it_has_lost_nothing_that_was_seen(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        client = Client(server)
        welcome = client.hello("alice")
        room, first = client.join().room, welcome.nonce
        for count in range(1, 31):
            client.tell(Say(room, first + count, f"n° {count}"))
        while client.expect(Said).nonce < first + 30:
            pass
        server.popen.kill()
        assert client.receive() is None
        client.close()
    with Server(tmp_path) as server, Client(server) as client:
        assert client.hello("", welcome.token, welcome.device).nonce == first + 30
        assert client.join(after=20).last == 30
        documents = json.loads(client.expect(Page).documents)
        assert [one["text"] for one in documents] == [f"n° {seq}" for seq in range(21, 31)]
        assert server.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_says_so_and_is_prompt(tmp_path: Path, number: signal.Signals) -> None:
    with (
        Server(tmp_path, "--limit", "shutdown=1") as server,
        present(server, "alice") as (alice, room),
        Client(server),
    ):
        alice.tell(Say(room, 1, "juste avant"))
        alice.expect(Said)
        server.popen.send_signal(number)
        assert alice.expect(Notice).text == "Le serveur s'arrête."
        assert alice.expect(Closing).reason == Reason.SHUTDOWN
        assert alice.receive() is None
        assert server.wait() == 0
        assert server.err == ""


def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    """Les fichiers du serveur ne peuvent plus grandir : il le dit, et vit."""
    with limited(resource.RLIMIT_FSIZE, 300_000):
        server = Server(tmp_path, "--quiet", "--limit", "rate=0")
    with server, present(server, "alice") as (alice, room):
        kept, nonce = 0, 0
        while True:
            nonce += 1
            assert nonce < 500
            alice.tell(Say(room, nonce, "x" * 4_000))
            message = alice.receive()
            while not isinstance(message, Said | Refused):
                message = alice.receive()
            if isinstance(message, Refused):
                break
            kept = message.seq
        assert message.reason == Reason.STORAGE
        assert message.nonce == nonce
        alice.tell(GetPage(room, 2, 0))
        assert "x" * 4_000 in alice.expect(Page).documents
    base = sqlite3.connect(tmp_path / "chat.db")
    assert base.execute("SELECT max(seq) FROM messages").fetchone() == (kept,)
    base.close()


def test_export(tmp_path: Path) -> None:
    with Server(tmp_path, "--quiet") as server, present(server, "alice", "Été") as (alice, room):
        alice.tell(Say(room, 1, "« bonjour »"))
        alice.expect(Said)
        command = [sys.executable, "bonus/server.py", "--data", str(tmp_path)]
        done = subprocess.run(
            [*command, "--export-history", "été"],
            cwd=ROOT,
            env=ENVIRONMENT,
            capture_output=True,
            check=True,
            timeout=30,
        )
        (document,) = json.loads(done.stdout)
        assert (document["text"], document["pseudo"], document["kind"]) == (
            *("« bonjour »", "alice"),
            "text",
        )
        assert server.stop() == 0
    assert "Il n'y a pas de salon nulle part" in refused(
        "--data", str(tmp_path), "--export-history", "nulle part"
    )


def test_what_keeps_it_from_starting_is_said_in_a_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("-p", str(port), "--data", str(tmp_path), "--log", str(tmp_path))
    assert f"Impossible d'écouter sur 127.0.0.1:{port} : ce port est déjà pris." in said
    assert len(said.splitlines()) == 1
    with Server(tmp_path):
        said = refused("-p", "0", "--data", str(tmp_path), "--log", str(tmp_path))
        assert "Un autre serveur se sert déjà du dossier" in said
    (tmp_path / "chat.db").write_bytes(b"?" * 5_000)
    said = refused("-p", "0", "--data", str(tmp_path), "--log", str(tmp_path))
    assert "ce n'est pas une base SQLite" in said
    said = refused("-a", "nulle.part.invalid", "-p", "0", "--data", str(tmp_path / "b"))
    assert "Impossible d'écouter sur nulle.part.invalid:0 : cette adresse est inconnue." in said


@pytest.mark.parametrize("closed", [False, True], ids=["arrêté", "fermé"])
def test_a_console_that_nobody_reads_does_not_keep_it_from_stopping(
    tmp_path: Path, closed: bool
) -> None:
    reading, writing = os.pipe()
    command = [sys.executable, "bonus/server.py", "-p", "0", "--quiet"]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path), "--log", str(tmp_path)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=writing,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            while b"Pour y venir" not in os.read(reading, 1_000):
                pass
            if closed:
                os.close(reading)
            else:
                os.set_blocking(writing, False)  # le serveur aussi : c'est le même tube
                with suppress(BlockingIOError):
                    while os.write(writing, bytes(65_536)):
                        pass
                os.set_blocking(writing, True)
            process.send_signal(signal.SIGTERM)
            assert process.communicate(timeout=20)[1] == b""
            assert process.returncode == 0
        finally:
            process.kill()
            os.close(writing)
            if not closed:
                os.close(reading)


def test_weaker_durability_still_talks(tmp_path: Path) -> None:
    for durability in ("normal", "off"):
        folder = tmp_path / durability
        with (
            Server(folder, "--durability", durability) as server,
            present(server, "alice") as (alice, room),
        ):
            alice.tell(Say(room, 1, "vite"))
            assert alice.expect(Said).text == "vite"
            with present(server, "bob") as (bob, _):
                assert "vite" in bob.expect(Page).documents
            assert server.stop() == 0


def test_few_descriptors(tmp_path: Path) -> None:
    command = f"ulimit -n 60; exec {sys.executable} bonus/server.py -p 0 --quiet"
    with subprocess.Popen(
        ["bash", "-c", f"{command} --data {tmp_path} --log {tmp_path}"],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            said = process.stdout.readline()
            assert said == "Le système ne permet que 8 connexions (ulimit -n).\n"
            port = int(process.stdout.readline().split(":")[1].split()[0])
            clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(15)]
            wait_until(lambda: clients[-1].recv(1), "le quinzième n'a pas été congédié")
            for client in clients:
                client.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()


def test_the_time_of_the_loop() -> None:
    async def scene() -> None:
        world, order = LoopWorld(asyncio.get_running_loop()), []
        done, start = asyncio.Event(), world.now()
        world.later(0.01, done.set)
        world.soon(lambda: order.append("bientôt"))
        order.append("d'abord")
        async with asyncio.timeout(DEADLINE):
            await done.wait()
        assert order == ["d'abord", "bientôt"]
        assert world.now() - start >= 0.009
        assert abs(world.date() - time.time() * 1000) < 60_000

    asyncio.run(scene())


def test_the_loop_is_the_fast_one_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(new_loop()) as loop:
        assert type(loop).__module__.startswith("uvloop")
    monkeypatch.setitem(sys.modules, "uvloop", None)  # comme si elle n'était pas installée
    with closing(new_loop()) as loop:
        assert type(loop).__module__.startswith("asyncio")


@pytest.mark.parametrize(
    ("hard", "connections", "requests"),
    [(100_000, 12_000, 512), (2_000, 936, 512), (100, 20, 20), (10, 1, 1)],
)
def test_as_many_connections_as_the_system_allows(
    hard: int, connections: int, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    asked: list[object] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (10, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    fitted = fit_descriptors(Limits(), said.append)
    assert (fitted.connections, fitted.requests) == (connections, requests)
    short = f"Le système ne permet que {connections} connexions (ulimit -n)."
    assert said == [short] * (connections < 12_000)
    assert asked == [(min(hard, 40 + 2 * 512 + 12_000), hard)] * (hard > 10)
