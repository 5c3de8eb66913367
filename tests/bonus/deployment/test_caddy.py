"""Le vrai Caddy de Debian devant le chat, avec le fichier de deploy/ tel quel."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.protocol.messages import Said, Say

from tests.bonus.deployment.proxies import Proxy, caddy
from tests.bonus.deployment.visits import Door, SecuredWebClient, asked, negotiated
from tests.bonus.processes import Server

pytestmark = pytest.mark.proof


@pytest.fixture
def proxy(tmp_path: Path, server: Server) -> Iterator[Proxy]:
    with caddy(tmp_path / "caddy", server.web_port) as running:
        yield running


def test_people_talk_from_their_own_address(proxy: Proxy, server: Server) -> None:
    """Et nul ne choisit la sienne."""
    door = Door(proxy)
    with SecuredWebClient(door, "127.0.0.3", forged="203.0.113.9") as web:
        web.hello("alice")
        room = web.join().room
        web.tell(Say(room, 1, "bonjour"))
        assert web.expect(Said).text == "bonjour"
    server.expect("alice (127.0.0.3")
    assert "203.0.113.9" not in server.out


def test_the_page_keeps_its_headers_and_gains_hsts(proxy: Proxy) -> None:
    with asked(Door(proxy), "/") as page:
        assert page.status == 200
        assert b"<html" in page.read()
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    assert negotiated(Door(proxy), ["h2", "http/1.1"]) == ("TLSv1.3", "h2")
