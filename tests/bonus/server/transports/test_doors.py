"""Le seuil du serveur : ce qui y est compté, refusé, attendu, avec de vraies sockets."""

import asyncio
import errno
import json
import resource
import socket
import ssl
import struct
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from unittest.mock import Mock

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing
from chatroom.server.operation.certificates import Made
from chatroom.server.transports import doors
from chatroom.server.transports.doors import Door, Doors
from chatroom.server.transports.origins import Trusted
from chatroom.server.transports.tcp import Connection, Listener

from tests.bonus.handshakes import certificate
from tests.bonus.processes import Client, Server
from tests.bonus.server.core.ground import Ground
from tests.bonus.webclients import answer, raw
from tests.support.processes import ENVIRONMENT, ROOT
from tests.support.waiting import DEADLINE, wait_until

FEW = ("--limit", "connections_per_address=2", "--limit", "requests=4")  # quatre par adresse


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return certificate(tmp_path / "tls")


def secured(folder: Path, made: Made, *options: str) -> Server:
    return Server(folder, "--tls-cert", str(made.cert), "--tls-key", str(made.key), *options)


def arrive(server: Server, source: str, port: int = 0) -> socket.socket:
    sock = socket.socket()
    sock.settimeout(DEADLINE)
    sock.bind((source, 0))
    sock.connect((server.host, port or server.port))
    return sock


def dismissed(sock: socket.socket) -> bool:
    """Le serveur lui a raccroché, sans un mot."""
    sock.setblocking(False)
    with suppress(BlockingIOError):
        return sock.recv(1) == b""
    return False


class Secure(Client):
    """Par TLS, et d'une adresse que l'on choisit."""

    def __init__(self, server: Server, made: Made, source: str = "127.0.0.1") -> None:
        self._context = ssl.create_default_context(cafile=made.ca)
        super().__init__(server, source)

    def _connect(self, host: str, port: int) -> None:
        super()._connect(host, port)
        self.socket = self._context.wrap_socket(self.socket, server_hostname=host)


# Refuser dès l'entrée


def test_silent_agreements_of_one_address_do_not_keep_the_others_out(
    tmp_path: Path, made: Made
) -> None:
    with (
        secured(tmp_path / "data", made, "--limit", "handshakes=20") as server,
        ExitStack() as stack,
    ):
        before = server.memory
        mutes = [stack.enter_context(arrive(server, "127.0.0.3")) for _ in range(300)]
        wait_until(lambda: sum(map(dismissed, mutes)) == 290, "dix, et non plus, sont attendus")
        for number in range(3):
            with Secure(server, made) as honest:
                honest.hello(f"n° {number}")
        assert server.memory - before < 4_000_000
        server.expect("290 connexions refusées à l'entrée : 290 de 127.0.0.3 (accord jamais fini)")
        server.expect("--trusted-proxy")
        assert server.stop() == 0
        assert server.err == ""


def test_the_oldest_makes_room_when_the_attack_comes_from_everywhere(
    tmp_path: Path, made: Made
) -> None:
    with (
        secured(tmp_path / "data", made, "--limit", "handshakes=8") as server,
        ExitStack() as stack,
    ):
        mutes = [
            stack.enter_context(arrive(server, f"127.0.1.{number}")) for number in range(1, 21)
        ]
        wait_until(lambda: sum(map(dismissed, mutes)) == 12, "douze ont laissé leur place")
        assert [dismissed(mute) for mute in mutes] == 12 * [True] + 8 * [False]
        with Secure(server, made) as honest:
            honest.hello("alice")
        assert server.stop() == 0
        assert server.err == ""


def test_an_agreement_has_a_time(tmp_path: Path, made: Made) -> None:
    with (
        secured(tmp_path / "data", made, "--limit", "handshake=0.3") as server,
        arrive(server, "127.0.0.3") as mute,
        arrive(server, "127.0.0.3") as slow,
    ):
        slow.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert (mute.recv(1), slow.recv(1)) == (b"", b"")
        server.expect("1 de 127.0.0.3 (accord jamais fini)")
        assert server.stop() == 0
        assert server.err == ""


@pytest.mark.parametrize("tls", [True, False])
def test_those_that_leave_make_room(tmp_path: Path, made: Made, tls: bool) -> None:
    """À chaque moment où l'on peut partir : rien n'en reste compté."""
    with secured(tmp_path, made, *FEW) if tls else Server(tmp_path, *FEW) as server:
        for data in (b"", b"\x16", b"\x16\x03\x01\x02\x00", b"\x01\x00", b"GET / HTTP/1.1\r\n"):
            for port in (server.port, server.web_port):
                for abrupt in (False, True):
                    sock = arrive(server, "127.0.0.3", port)
                    sock.sendall(data)
                    if abrupt:
                        linger = struct.pack("ii", 1, 0)
                        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    sock.close()
        wait_until(lambda: _enters(server, made if tls else None), "il n'y a plus de place")
        assert server.stop() == 0
        assert server.err == ""


def _enters(server: Server, made: Made | None) -> bool:
    """Quatre à la fois, depuis la même adresse que ceux qui sont partis."""
    with ExitStack() as stack:
        try:
            for number in range(2):
                client = Secure(server, made, "127.0.0.3") if made else Client(server, "127.0.0.3")
                stack.enter_context(client).hello(f"n° {number}")
        except (OSError, AssertionError):
            return False
    return True


def test_beyond_the_bound_one_is_told_so(tmp_path: Path) -> None:
    with Server(tmp_path, *FEW) as server, ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(arrive(server, "127.0.0.3"))
        with Client(server, "127.0.0.3") as late:
            closing = late.expect(Closing)
            assert (closing.reason, closing.text[:22]) == (Reason.FULL, "Trop de connexions dep")
        with arrive(server, "127.0.0.3", server.web_port) as late_page:
            assert answer(late_page).startswith("HTTP/1.1 503 ")
        with Client(server) as other:
            assert other.hello("alice")
        server.expect("2 connexions refusées à l'entrée : 2 de 127.0.0.3.")
        assert server.stop() == 0


IN_A_HOUSE = """
import socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from tests.isolated import isolate
isolate()
for home in (1, 2):
    for number in range(1, 9):
        address = f"fd99:0:0:{home}::{number}/128"
        subprocess.run(["ip", "addr", "add", address, "dev", "lo"], check=True)
from pathlib import Path
from tests.bonus.server.transports.test_doors import enter_from_two_homes
print(enter_from_two_homes(Path(sys.argv[2])))
"""


def enter_from_two_homes(folder: Path) -> list[int]:
    """Combien entrent de chacun des deux réseaux de huit adresses."""
    options = ("-a", "::", "--limit", "connections_per_address=3")
    with Server(folder, *options) as server, ExitStack() as stack:
        for home in (1, 2):
            for number in range(1, 9):
                sock = stack.enter_context(socket.socket(socket.AF_INET6))
                sock.bind((f"fd99:0:0:{home}::{number}", 0))
                sock.connect(("::1", server.port))
        wait_until(lambda: server.out.count("Connexion de [fd99:") == 16, lambda: server.out)
        lines = server.out.splitlines()
        entered = [line for line in lines if "Connexion de [" in line and "refusée" not in line]
        return [sum(f"[fd99:0:0:{home}::" in line for line in entered) for home in (1, 2)]


def test_an_ipv6_network_counts_for_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_A_HOUSE, str(ROOT), str(tmp_path)],
        cwd=ROOT / "bonus",
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        assert "ip" in done.stderr or "unshare" in done.stderr or "Permission" in done.stderr
        pytest.skip("ce système ne donne pas d'adresses IPv6 dans un réseau à part")
    assert json.loads(done.stdout) == [3, 3]


# Ceux qui se trompent de porte


def test_who_comes_in_clear_where_tls_is_wanted_is_told_so(tmp_path: Path, made: Made) -> None:
    with secured(tmp_path / "data", made) as server:
        with raw(server) as page:
            page.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            said = answer(page)
            assert said.startswith("HTTP/1.1 400 ")
            assert "commence par https://" in said
        with Client(server) as client:
            client.send(b"\x01\x00\x00")
            assert client.expect(Closing).text == "Ce serveur parle TLS : ajoutez --tls"
        assert server.stop() == 0
        assert server.err == ""


# Sans réseau, ou presque


class Stage:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.listener = Listener(Ground().hub, loop)
        self.doors = Doors(self.listener, Trusted())
        self.door = Door(Connection, b"complet", b"", b"", bare=True)

    async def open(self) -> tuple[str, int]:
        (found,) = await self.doors.open(self.door, "127.0.0.1", 0)
        return found

    async def until(self, inside: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while self.listener.turnstile.inside != inside:  # noqa: ASYNC110 (même boucle)
                await asyncio.sleep(0)


async def _closing() -> None:
    stage = Stage(asyncio.get_running_loop())
    host, port = await stage.open()
    _, writer = await asyncio.open_connection(host, port)
    await stage.until(1)
    stage.doors.close()
    stage.doors.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, port)
    writer.transport.abort()
    await stage.until(0)


def test_closed_they_take_nobody_more() -> None:
    asyncio.run(_closing())


async def _without_descriptors() -> None:
    stage = Stage(asyncio.get_running_loop())
    host, port = await stage.open()
    late = socket.create_connection((host, port))
    late.setblocking(False)
    taken = [late.dup()]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken[0].fileno() + 1, hard))
    try:
        with suppress(OSError):
            while True:
                taken.append(late.dup())
        async with asyncio.timeout(DEADLINE):
            assert await asyncio.get_running_loop().sock_recv(late, 10) == b""
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in (*taken, late):
            one.close()
    assert stage.listener.turnstile.report("") == (
        "1 connexion refusée à l'entrée : 1 de 127.0.0.1 (plus de descripteurs)."
    )
    _, writer = await asyncio.open_connection(host, port)  # et l'on vit encore
    await stage.until(1)
    stage.doors.close()
    writer.transport.abort()
    await stage.until(0)


def test_out_of_descriptors_it_refuses_and_lives() -> None:
    asyncio.run(_without_descriptors())


async def _exhausted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Le système n'a plus rien : on ne le lui redemande pas sans cesse, mais on n'abandonne pas."""
    monkeypatch.setattr(doors, "REST", 0.01)
    stage = Stage(asyncio.get_running_loop())
    host, port = await stage.open()
    ((listening, _),) = stage.doors._sockets.items()
    broken = Mock(wraps=listening)
    broken.accept.side_effect = OSError(errno.ENOMEM, "plus de mémoire")
    broken.fileno.return_value = listening.fileno()
    stage.doors._sockets[broken] = stage.door
    stage.doors._accept(broken, stage.door)
    _, writer = await asyncio.open_connection(host, port)
    while broken.accept.call_count < 3:  # noqa: ASYNC110 (même boucle)
        await asyncio.sleep(0.001)
    assert stage.listener.turnstile.inside == 0
    broken.accept.side_effect = listening.accept
    await stage.until(1)
    stage.doors.close()
    writer.transport.abort()
    await stage.until(0)


def test_a_system_out_of_everything_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_exhausted(monkeypatch))
