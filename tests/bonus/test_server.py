"""Le vrai serveur, dans son processus, devant de vrais sockets."""

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
from contextlib import suppress
from pathlib import Path

import pytest
from chatroom.protocol.frames import LONG, Reason
from chatroom.protocol.messages import (
    PRIVATE,
    VERSION,
    Announced,
    Closing,
    GetImage,
    Hello,
    Image,
    Join,
    Joined,
    Notice,
    Page,
    Pictured,
    Refused,
    Said,
    Say,
    SendImage,
    Welcome,
)
from PIL import Image as Picture

from tests.bonus.processes import Client, Server, present
from tests.support.processes import ENVIRONMENT, ROOT, limited
from tests.support.waiting import wait_until


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", "--limit", "rate=0") as running:
        yield running
        assert running.stop() == 0
        assert running.err == ""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Celui où personne ne parvient à entrer."""
    with Server(tmp_path_factory.mktemp("chat")) as running:
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


def test_two_people_talk(server: Server) -> None:
    with present(server, "alice") as (alice, room), present(server, "bob") as (bob, _):
        alice.tell(Say(room, 1, "bonjour à tous"))
        assert bob.expect(Said) == alice.expect(Said)
        bob.close()
        while alice.expect(Announced).event != 1:
            pass


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


def test_killed_it_has_lost_nothing_that_was_seen(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        client = Client(server)
        token = client.hello("alice").token
        room = client.join().room
        for nonce in range(1, 31):
            client.tell(Say(room, nonce, f"n° {nonce}"))
        while client.expect(Said).nonce < 30:
            pass
        server.popen.kill()
        assert client.receive() is None
        client.close()
    with Server(tmp_path) as server, Client(server) as client:
        assert client.hello("", token).nonce == 30
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


def test_stopping_does_not_wait_for_who_does_not_read(tmp_path: Path) -> None:
    options = ("--limit", "shutdown=0.3", "--limit", "rate=0", "--quiet")
    with Server(tmp_path, *options) as server, present(server, "alice") as (alice, room):
        deaf = Client(server, buffer=4_096)
        deaf.hello("sourd")
        deaf.join()
        for nonce in range(1, 501):
            alice.tell(Say(room, nonce, "x" * 4_000))
        while alice.expect(Said).nonce < 500:
            pass
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 5
        deaf.close()


def test_a_slow_reader_is_told_why_and_resumes(tmp_path: Path) -> None:
    options = ("--limit", "write_buffer=100000", "--limit", "rate=0", "--quiet")
    with Server(tmp_path, *options) as server, present(server, "alice") as (alice, room):
        slow = Client(server, buffer=4_096)
        token = slow.hello("lent").token
        slow.join()
        nonce, left = 0, False
        while not left:
            nonce += 1
            assert nonce < 5_000
            alice.tell(Say(room, nonce, "x" * 4_000))
            while not isinstance(message := alice.receive(), Said):
                left = left or (isinstance(message, Announced) and message.event == 1)
        seen, last = 0, None
        while message := slow.receive():
            seen = message.seq if isinstance(message, Said) else seen
            last = message
        assert isinstance(last, Closing)
        assert last.reason == Reason.SLOW
        slow.close()
        with Client(server) as back:
            back.hello("", token)
            assert back.join(after=seen).last == nonce
            assert json.loads(back.expect(Page).documents)[0]["seq"] == seen + 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", Reason.PROTOCOL),
        (Join("salon", 0).encode(), Reason.PROTOCOL),
        (b"\x01\xff\xff", Reason.TOO_LONG),
        (bytes((1 | LONG, 3, 255, 255, 255)), Reason.TOO_LONG),
        (bytes((1 | LONG, 9)), Reason.PROTOCOL),
        (Hello(VERSION + 1, "alice", b"").encode(), Reason.VERSION),
        (bytes((1, 0, 5, VERSION, 2, 0xFF, 0xFF, 0)), Reason.PROTOCOL),
    ],
    ids=["http", "avant Hello", "trop longue", "dix-sept Mo", "taille", "version", "utf-8"],
)
def test_nonsense_is_answered_clearly_then_closed(
    empty: Server, data: bytes, reason: Reason
) -> None:
    with Client(empty) as client:
        client.socket.sendall(data)
        closing = client.expect(Closing)
        assert closing.reason == reason
        assert closing.text
        assert client.receive() is None


def test_frames_cut_anywhere(server: Server) -> None:
    with Client(server) as client:
        frames = Hello(VERSION, "alice", b"").encode() + Join("salon", 0).encode()
        for byte in frames:
            client.socket.sendall(bytes((byte,)))
        client.expect(Welcome)
        client.expect(Joined)


def test_who_never_finishes_or_never_speaks(tmp_path: Path) -> None:
    options = ("--limit", "handshake=0.5", "--limit", "frame=0.5")
    with Server(tmp_path, *options) as server, Client(server) as mute, Client(server) as slow:
        slow.hello("lent")
        slow.socket.sendall(Join("salon", 0).encode()[:-1])
        assert mute.expect(Closing).reason == Reason.SILENT
        assert "finie à temps" in slow.expect(Closing).text


def test_a_picture_goes_round(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "rouge.png"
    Picture.effect_noise((320, 240), 90).save(file)
    data = file.read_bytes()
    assert len(data) > 65_536
    with present(server, "alice") as (alice, room), present(server, "bob") as (bob, _):
        alice.tell(SendImage(room, 1, "rouge.png", data))
        picture = bob.expect(Pictured)
        assert (picture.width, picture.height, picture.size) == (320, 240, len(data))
        bob.tell(GetImage(room, picture.seq))
        assert bob.expect(Image).data == data
        alice.tell(SendImage(room, 2, "rouge.png", b"GIF89a" + data))
        refusal = alice.expect(Refused)
        assert (refusal.reason, refusal.nonce) == (Reason.PICTURE, 2)


def test_pictures_on_their_way_are_bounded_in_all(tmp_path: Path) -> None:
    with Server(tmp_path, "--limit", "uploads=500000") as server:
        clients = [Client(server) for _ in range(3)]
        frame = SendImage(0, 1, "a.png", bytes(900_000)).encode()
        for number, client in enumerate(clients):
            client.hello(f"client {number}")
            client.socket.sendall(frame[:300_000])
        closing = [client for client in clients if _closed(client)]
        assert 0 < len(closing) < 3
        for client in clients:
            client.close()


def _closed(client: Client) -> bool:
    client.socket.settimeout(0.5)
    try:
        return client.expect(Closing).reason == Reason.FULL
    except TimeoutError:
        return False


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
        with present(server, "bob", "salon") as (bob, _):
            assert bob
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


def test_an_ipv6_address_is_written_between_brackets(tmp_path: Path) -> None:
    if not (addresses := Path("/proc/net/if_inet6")).exists() or not addresses.read_text():
        pytest.skip("cette machine n'a pas IPv6")
    with Server(tmp_path, "-a", "::1") as server:
        assert server.host == "[::1]"
        with socket.create_connection(("::1", server.port)):
            server.expect("Connexion de [::1]:")
        assert "bonus/client.py -a ::1 -p" in server.out
        assert server.stop() == 0


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


def test_private_messages_are_resumed(server: Server) -> None:
    with Client(server) as client:
        client.hello("alice")
        assert client.join(PRIVATE).name == PRIVATE


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
