"""Le vrai nginx de Debian devant le chat, avec les fichiers de deploy/ tels quels."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.protocol.messages import Said, Say

from tests.bonus.deployment.proxies import NAME, Proxy, free_ports, nginx
from tests.bonus.deployment.visits import (
    Door,
    SecuredClient,
    SecuredWebClient,
    asked,
    negotiated,
)
from tests.bonus.processes import Server
from tests.support.waiting import DEADLINE

pytestmark = pytest.mark.proof


@pytest.fixture
def proxy(tmp_path: Path, server: Server) -> Iterator[Proxy]:
    with nginx(tmp_path / "nginx", server.web_port, server.port) as running:
        yield running


def test_a_page_and_a_terminal_talk(proxy: Proxy, server: Server) -> None:
    """Chacun arrive par son port, en TLS, et le serveur sait d'où."""
    door = Door(proxy)
    with SecuredWebClient(door, "127.0.0.3") as web, SecuredClient(door, "127.0.0.4") as terminal:
        web.hello("alice")
        terminal.hello("bob")
        room = web.join().room
        terminal.join()
        web.tell(Say(room, 1, "de la page"))
        assert terminal.expect(Said).text == "de la page"
        terminal.tell(Say(room, 1, "du terminal"))
        while web.expect(Said).text != "du terminal":
            pass
    server.expect("alice (127.0.0.3")
    server.expect("bob (127.0.0.4")


def test_nobody_chooses_their_own_address(proxy: Proxy, server: Server) -> None:
    with SecuredWebClient(Door(proxy), "127.0.0.3", forged="203.0.113.9") as web:
        web.hello("mallory")
        server.expect("mallory (127.0.0.3")
    assert "203.0.113.9" not in server.out


def test_a_page_from_elsewhere_is_refused(proxy: Proxy) -> None:
    with pytest.raises(Exception, match="403"):
        SecuredWebClient(Door(proxy), origin="https://ailleurs.example")


def test_the_page_keeps_its_headers_and_gains_hsts(proxy: Proxy) -> None:
    with asked(Door(proxy), "/") as page:
        assert page.status == 200
        assert b"<html" in page.read()
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert page.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    with asked(Door(proxy), "/absent") as page:
        assert page.status == 404
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_in_clear_one_is_sent_to_https(proxy: Proxy) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    there = urllib.request.Request(
        f"http://127.0.0.1:{proxy.http}/a?b", headers={"Host": f"{NAME}:80"}
    )
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.build_opener(Stay).open(there, timeout=DEADLINE)
    with raised.value as answer:
        assert (answer.code, answer.headers["Location"]) == (301, f"https://{NAME}/a?b")


def test_tls_is_recent_and_pages_come_by_http_2(proxy: Proxy) -> None:
    assert negotiated(Door(proxy), ["h2", "http/1.1"]) == ("TLSv1.3", "h2")
    assert negotiated(Door(proxy), ["http/1.1"]) == ("TLSv1.3", "http/1.1")


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    absent, other = free_ports(2)
    with nginx(tmp_path / "nginx", absent, other) as proxy, asked(Door(proxy), "/") as page:
        assert page.status == 502
