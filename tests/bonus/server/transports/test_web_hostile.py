"""Ceux qui veulent du mal au serveur de la page : ni erreur, ni mémoire, ni attente."""

import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.protocol.messages import (
    Announced,
    Join,
    Ping,
    Pong,
    Said,
    Say,
    SendImage,
)
from websockets.frames import Frame, Opcode

from tests.bonus.handshakes import certificate
from tests.bonus.introducing import introduced
from tests.bonus.processes import Client, Server, present
from tests.bonus.webclients import WebClient, answer, ask, raw, upgrade
from tests.support.processes import ENVIRONMENT
from tests.support.waiting import DEADLINE

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
UPGRADE = b"GET /socket HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n" % "\r\n".join(
    f"{name.replace('_', '-')}: {value}" for name, value in upgrade().items()
).encode("ascii")
IMAGE = 1_000_000
CUT = 32_768  # octets d'un message de la page


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Chacun s'y présente sous un nom à lui : le même sert à tous."""
    with Server(tmp_path_factory.mktemp("chat")) as server:
        yield server
        assert server.err == ""


@pytest.fixture(autouse=True)
def _no_error(server: Server) -> Iterator[None]:
    yield
    assert server.err == ""


@pytest.fixture
def without_uvloop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ce qui se lance ne pourra importer uvloop."""
    (tmp_path / "uvloop.py").write_text("raise ImportError\n", encoding="ascii")
    monkeypatch.setitem(ENVIRONMENT, "PYTHONPATH", str(tmp_path))


def masked(opcode: Opcode, data: bytes) -> bytes:
    return Frame(opcode, data).serialize(mask=True)


# Des demandes étranges


@pytest.mark.parametrize(
    ("target", "status"),
    [(b"//[", 404), (b"http://[", 404), (b"*", 404), (b"http://localhost/limits.json", 200)],
)
def test_odd_targets(server: Server, target: bytes, status: int) -> None:
    with raw(server) as odd:
        odd.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % target)
        assert answer(odd).startswith(f"HTTP/1.1 {status} ")


@pytest.mark.parametrize(("path", "status"), [(b"/rien", 404), (b"/", 200)])
def test_the_answer_to_head_has_no_body(server: Server, path: bytes, status: int) -> None:
    """Sinon, ce corps serait pris pour le début de la réponse suivante."""
    with raw(server) as browser:
        browser.sendall(b"HEAD %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path)
        said = answer(browser)
    assert said.startswith(f"HTTP/1.1 {status} ")
    assert said.endswith("\r\n\r\n")


@pytest.mark.parametrize(
    ("start", "status"),
    [
        (GET + b"\r\n", 200),
        (GET + b"Connection: close\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
    ],
    ids=["ouverte", "à fermer", "refusée"],
)
def test_only_the_first_of_requests_sent_together_is_answered(
    server: Server, start: bytes, status: int
) -> None:
    """La réponse dit que l'on ferme : un navigateur refait les autres ailleurs."""
    with raw(server) as hasty:
        hasty.sendall(start + (GET + b"\r\n") * 1_000)
        said = answer(hasty)
    assert said.startswith(f"HTTP/1.1 {status} ")
    assert said.count("HTTP/1.1") == said.count("\r\nConnection: close\r\n") == 1


def test_a_long_origin_does_not_fill_the_log(server: Server) -> None:
    with ask(server, "GET", "/socket", **upgrade(Origin="x" * 8_000)) as got:
        assert got.status == 403
    server.expect("sa page vient de xxx")
    assert "x" * 200 not in server.out


# Une WebSocket, et ce qui l'entoure


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (masked(Opcode.PING, b"x") + masked(Opcode.CLOSE, b""), b"\x8a\x01x\x88\0"),
        (masked(Opcode.CLOSE, b""), b"\x88\0"),
        (masked(Opcode.BINARY, b"\x7f\0\0") + masked(Opcode.CLOSE, b""), b"hors de propos.\x88\0"),
        (b"GET", b"\x88\x10\x03\xeainvalid opcode"),
    ],
    ids=["question", "adieu", "erreur, adieu", "n'importe quoi"],
)
def test_frames_that_follow_the_request_at_once(
    server: Server, after: bytes, expected: bytes
) -> None:
    with raw(server) as hasty:
        hasty.sendall(UPGRADE + after)
        said = answer(hasty)
    assert said.startswith("HTTP/1.1 101 ")
    assert said.endswith(expected.decode(errors="replace"))


def test_who_says_goodbye_and_stays_does_not_deafen_the_others(server: Server) -> None:
    with present(server, "alice") as (alice, room), raw(server) as leaving:
        here = introduced("zoé") + Join("salon", 0).encode()
        leaving.sendall(UPGRADE + masked(Opcode.BINARY, here))
        while alice.expect(Announced).pseudo != "zoé":
            pass
        with WebClient(server) as bob:
            bob.hello("bob")
            bob.join()
            leaving.sendall(masked(Opcode.CLOSE, b""))
            assert answer(leaving)  # jusqu'à la fin ; mais lui ne raccroche pas
            alice.tell(Say(room, 1, "bonjour"))
            assert bob.expect(Said).text == alice.expect(Said).text == "bonjour"


def test_what_is_said_just_before_goodbye_is_heard(server: Server) -> None:
    with present(server, "carole") as (carole, room), WebClient(server) as hasty:
        hasty.hello("pressé")
        hasty.join()
        said = masked(Opcode.BINARY, Say(room, 1, "adieu").encode())
        hasty.socket.sendall(said + masked(Opcode.CLOSE, b""))
        assert carole.expect(Said).text == "adieu"


def test_a_picture_costs_no_more_than_by_tcp(tmp_path: Path) -> None:
    """Se présenter, entrer, envoyer une image : sept messages, et l'on peut encore parler."""
    limits = ("--limit", "burst=7.3", "--limit", "rate=0.01")
    with Server(tmp_path, *limits) as server, WebClient(server) as client:
        client.hello("alice")
        frame = SendImage(client.join().room, 1, "bruit.png", bytes(IMAGE - 100)).encode()
        for start in range(0, len(frame), CUT):
            client.send(frame[start : start + CUT])
        client.tell(Ping())
        assert client.expect(Pong)


# Fermer


def test_stopping_does_not_wait_for_who_is_not_in_the_chat(tmp_path: Path) -> None:
    with (
        Server(tmp_path, "--limit", "shutdown=60") as server,
        raw(server) as silent,
        raw(server) as browser,
        raw(server) as lingering,
    ):
        browser.sendall(GET + b"\r\n")
        lingering.sendall(GET + b"Connection: close\r\n\r\n")
        assert browser.recv(1)
        assert answer(lingering)
        assert server.stop() == 0
        assert silent.recv(1) == b""
        assert server.err == ""


@pytest.mark.usefixtures("without_uvloop")
def test_who_is_refused_may_be_gone_already(tmp_path: Path) -> None:
    """Lui écrire le fait couper, et il n'y a plus rien à fermer (ENOTCONN)."""
    limits = ("--limit", "requests=2", "--limit", "connections_per_address=1")
    with Server(tmp_path, *limits) as server, present(server, "alice"):
        server.popen.send_signal(signal.SIGSTOP)
        for _ in range(20):
            raw(server).close()
            Client(server).close()
        server.popen.send_signal(signal.SIGCONT)
        with Client(server) as last:
            assert last.receive()
        assert server.stop() == 0
        assert server.err == ""


def test_who_never_hangs_up_is_cut_with_tls_too(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    options = ("--tls-cert", str(made.cert), "--tls-key", str(made.key))
    limits = ("--limit", "shutdown=0.2", "--limit", "handshake=60")
    context = ssl.create_default_context(cafile=made.ca)
    with Server(tmp_path, *options, *limits) as server:
        secure = context.wrap_socket(raw(server), server_hostname="localhost")
        secure.sendall(GET + b"Connection: close\r\n\r\n")
        assert secure.recv(1)
        with socket.socket(fileno=secure.detach()) as mute:  # il ne dira pas adieu
            mute.settimeout(DEADLINE)
            answer(mute)
        assert server.err == ""
