"""Derrière un mandataire : qui vient, selon lui, et jusqu'où on l'en croit."""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing
from chatroom.server.transports.proxying import SIGNATURE

from tests.bonus.handshakes import certificate
from tests.bonus.processes import Client, Server
from tests.bonus.server.transports.test_doors import Secure, arrive, secured

PROXY = "127.0.0.9"


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path, "--trusted-proxy", PROXY, "--limit", "handshake=1") as server:
        yield server
        assert server.stop() == 0
        assert server.err == ""


def header(host: str) -> bytes:
    addresses = socket.inet_aton(host) + bytes(4) + struct.pack(">HH", 51_234, 8_888)
    return SIGNATURE + b"\x21\x11\x00\x0c" + addresses


def test_more_people_than_an_address_may_come_by_a_proxy(behind: Server) -> None:
    with ExitStack() as stack:
        for number in range(70):
            client = stack.enter_context(Client(behind, PROXY))
            client.send(header(f"192.0.2.{number + 1}"))
            client.hello(f"élève {number}")
        behind.expect("Connexion de 192.0.2.70:51234")


def test_the_bound_is_that_of_the_real_address(behind: Server) -> None:
    with ExitStack() as stack:
        for number in range(65):
            client = stack.enter_context(Client(behind, PROXY))
            client.send(b"PROXY TCP4 192.0.2.7 10.0.0.1 51234 8888\r\n")
            if number < 64:
                client.hello(f"élève {number}")
        assert client.expect(Closing).reason == Reason.FULL


@pytest.mark.parametrize(
    "start", [b"\x01\x00\x06", header("192.0.2.7")[:-1], b"PROXY TCP4 a b 1 2\r\n", b""]
)
def test_a_proxy_that_does_not_say_whom_it_brings_is_refused(behind: Server, start: bytes) -> None:
    with Client(behind, PROXY) as client:
        client.send(start + bytes(10) if start[:1] == b"\x01" else start)
        closing = client.receive()
        if start.startswith((b"\x01", b"PROXY")):
            assert isinstance(closing, Closing)
            assert "en-tête PROXY" in closing.text
        else:  # coupé : on n'attend pas toujours
            assert closing is None


def test_a_stranger_is_not_believed(behind: Server) -> None:
    with Client(behind, "127.0.0.8") as client:
        client.send(header("192.0.2.7"))
        assert client.expect(Closing).reason == Reason.PROTOCOL
    behind.expect("Connexion de 127.0.0.8:")
    assert "192.0.2.7" not in behind.out


def test_before_tls(tmp_path: Path) -> None:
    made = certificate(tmp_path / "tls")

    class Proxied(Secure):
        def _connect(self, host: str, port: int) -> None:
            plain = self.socket
            plain.connect((host, port))
            plain.sendall(header("192.0.2.7"))
            self.socket = self._context.wrap_socket(plain, server_hostname=host)

    with secured(tmp_path / "data", made, "--trusted-proxy", PROXY) as server:
        with Proxied(server, made, PROXY) as client:
            client.hello("alice")
        server.expect("Connexion de 192.0.2.7:51234")
        with arrive(server, PROXY, server.web_port) as page:  # la page aussi, en ce cas
            page.sendall(header("192.0.2.8"))
            secure = ssl.create_default_context(cafile=made.ca)
            with secure.wrap_socket(page, server_hostname="localhost") as sure:
                sure.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert sure.recv(15) == b"HTTP/1.1 200 OK"
        assert server.stop() == 0
        assert server.err == ""
