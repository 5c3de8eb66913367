"""La page web : ses fichiers, et qui peut demander une WebSocket."""

import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import VERSION, Closing, Hello
from chatroom.server.transports.origins import Trusted
from chatroom.server.transports.site import Site
from chatroom.server.transports.web import Lobby, envelope, refusal
from websockets.frames import CloseCode

from tests.bonus.processes import Client, Server
from tests.bonus.webclients import WebClient, answer, ask, raw, upgrade
from tests.support.processes import ROOT, Process
from tests.support.waiting import DEADLINE, wait_until

WEB = ROOT / "bonus/page"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Personne ne s'y présente : le même sert à tous."""
    with Server(tmp_path_factory.mktemp("chat")) as server:
        yield server
        assert server.err == ""


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("chat"), "--limit", "handshake=0.3") as server:
        yield server
        assert server.err == ""


def test_an_envelope_is_one_binary_message() -> None:
    """Deux octets en plus, ou quatre, et rien de masqué (RFC 6455, 5.2)."""
    assert envelope(b"abc") == b"\x82\x03abc"
    assert envelope(bytes(300)) == b"\x82\x7e\x01\x2c" + bytes(300)


def test_the_chat_goes_through_a_web_socket(server: Server) -> None:
    """Une réponse, puis le dernier mot, chacun dans son enveloppe ; et elle est fermée poliment."""
    with WebClient(server) as polite, WebClient(server) as stranger:
        assert polite.hello("zoé").pseudo == "zoé"
        stranger.tell(Hello(VERSION + 1))
        assert stranger.expect(Closing).reason == Reason.VERSION
        assert stranger.receive() is None
        assert stranger.web.close_code == CloseCode.NORMAL_CLOSURE


# Les fichiers


def test_every_file_of_the_page_is_served(server: Server) -> None:
    """Tel quel ; mais une ligne de commentaire, dans un script ou un style, y est vide."""
    files = [file for file in WEB.rglob("*") if file.is_file()]
    assert len(files) > 10
    for file in files:
        with ask(server, "GET", f"/{file.relative_to(WEB)}") as got:
            body, whole = got.read().split(b"\n"), file.read_bytes().split(b"\n")
            assert (got.status, len(body)) == (200, len(whole)), file
            assert all(sent in {b"", ours} for ours, sent in zip(whole, body, strict=True)), file
            assert body == whole or file.suffix in {".js", ".css"}
            assert got.headers["X-Content-Type-Options"] == "nosniff"
    with ask(server, "GET", "/") as got:
        assert got.read() == (WEB / "index.html").read_bytes()
        assert got.headers["Content-Type"] == "text/html; charset=utf-8"
        policy = got.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_a_browser_gets_them_compressed(server: Server) -> None:
    with ask(server, "GET", "/", Accept_Encoding="gzip, deflate, br") as got:
        assert got.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(got.read()) == (WEB / "index.html").read_bytes()


def test_a_connection_serves_several_requests(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.web_port, timeout=DEADLINE)
    connection.connect()
    socket_of = connection.sock
    for path in ("/", "/icon.svg", "/rien", "/"):
        connection.request("GET", path)
        assert connection.getresponse().read()
        assert connection.sock is socket_of, path
    connection.request("GET", "/", headers={"Connection": "close"})
    assert connection.getresponse().read()
    assert connection.sock is None
    connection.close()


def test_nothing_else_is(server: Server) -> None:
    secret = ("/../../limits.py", "/%2e%2e/%2e%2e/limits.py", "//etc/passwd", "/core", "/core/")
    for path in (*secret, "/limits.py", "/app.js/", "/\\..\\app.py", "/app.js%00"):
        with ask(server, "GET", path) as got:
            assert (got.status, got.read()) == (404, b"Il n'y a rien ici.\n"), path


def test_the_page_learns_the_limits(tmp_path: Path) -> None:
    with (
        Server(tmp_path, "--limit", "text=123") as server,
        ask(server, "GET", "/limits.json?x") as got,
    ):
        told = json.loads(got.read())
    assert told.pop("text") == 123
    assert told == {name: getattr(Limits(), name) for name in told}


def test_a_browser_that_has_the_file_does_not_get_it_again(server: Server) -> None:
    with ask(server, "GET", "/index.html") as got:
        tag = got.headers["ETag"]
    with ask(server, "GET", "/index.html", If_None_Match=tag) as got:
        assert (got.status, got.read()) == (304, b"")
    with ask(server, "GET", "/index.html", If_None_Match='"autre"') as got:
        assert got.status == 200
    with ask(server, "HEAD", "/index.html") as got:
        assert (got.status, got.read()) == (200, b"")
        assert int(got.headers["Content-Length"]) == (WEB / "index.html").stat().st_size
    with ask(server, "POST", "/index.html", Content_Length="0") as got:
        assert got.status == 405


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:80", "[::1]:8080", "page.localhost"])
def test_known_hosts(server: Server, host: str) -> None:
    with ask(server, "GET", "/", Host=host) as got:
        assert got.status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "[", "127.0.0.1.x"])
def test_a_name_that_is_not_ours_is_refused(server: Server, host: str) -> None:
    """Sinon, une page hostile ferait pointer son nom ici, et aurait la même origine (rebinding)."""
    for path, headers in (("/", {}), ("/socket", upgrade())):
        with ask(server, "GET", path, **headers, Host=host) as got:
            assert got.status == 421


def test_a_name_that_is_given_to_us_is_not(tmp_path: Path) -> None:
    with Server(tmp_path, "--web-name", "chat.example") as server:
        with ask(server, "GET", "/", Host="Chat.example:443") as got:
            assert got.status == 200
        # Derrière un mandataire qui change Host, l'origine reste le nom public.
        with ask(server, "GET", "/socket", **upgrade(Origin="https://chat.example")) as got:
            assert got.status == 101


# Qui peut parler


def test_a_page_from_elsewhere_is_refused(server: Server) -> None:
    here = f"http://127.0.0.1:{server.web_port}"
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"{here}.evil", "http://["):
        with ask(server, "GET", "/socket", **upgrade(Origin=origin)) as got:
            assert (got.status, got.read()) == (403, b"Cette page vient d'ailleurs.\n"), origin
    server.expect("refusé : sa page vient de http://evil.example")
    for origins in ({"Origin": here}, {"Origin": here.upper()}, {}):
        with ask(server, "GET", "/socket", **upgrade(**origins)) as got:
            assert got.status == 101, origins


def test_what_is_not_a_websocket(server: Server) -> None:
    with ask(server, "GET", "/socket") as got:
        assert got.status == 426
    with ask(server, "GET", "/socket", **upgrade(Sec_WebSocket_Version="8")) as got:
        assert got.status == 400


# Ceux qui se trompent, traînent, ou en demandent trop


def test_a_client_that_takes_the_page_for_the_chat_is_told(server: Server) -> None:
    with Client(server, port=server.web_port) as lost:
        lost.tell(Hello(VERSION))
        assert lost.expect(Closing).text.startswith("Ce port est celui de la page web")
        assert lost.receive() is None


def test_who_does_not_finish_asking_is_cut(impatient: Server) -> None:
    for start, said in ((b"", ""), (b"GET / HTTP/1.1\r\nHost: localhost\r\n", "HTTP/1.1 408 ")):
        with raw(impatient) as slow:
            slow.sendall(start)
            assert answer(slow)[:13] == said


def test_a_request_that_does_not_end_is_refused(server: Server) -> None:
    for line, status in (
        (b"GET /" + bytes(20_000).replace(b"\0", b"a") + b" HTTP/1.1\r\n", "414"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 9_000, "431"),
        (b"GET / HTTP/1.1\r\n" + b"X: aaaaaaaa\r\n" * 2_000, "431"),
    ):
        with raw(server) as wordy:
            wordy.sendall(line)
            assert answer(wordy).startswith(f"HTTP/1.1 {status} ")


@pytest.mark.parametrize(
    ("garbage", "why"),
    [
        (b"\0" * 100, "ne se comprend pas"),
        (b"GET\r\n\r\n", "ne se comprend pas"),
        (b"\x16\x03\x01\x02\0\x01", "commence par http://, et non https://"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1"),
        (b"GET / HTTP/9\r\n\r\n", "HTTP/1.1"),
        (b"\r\n" * 50, "ne se comprend pas"),
    ],
    ids=["zéros", "tronquée", "tls", "http/2", "version", "lignes vides"],
)
def test_garbage_gets_a_reason(impatient: Server, garbage: bytes, why: str) -> None:
    with raw(impatient) as noisy:
        noisy.sendall(garbage)
        said = answer(noisy)
        assert said.startswith("HTTP/1.1 400 ")
        assert why in said
    with ask(impatient, "GET", "/") as got:
        assert got.status == 200
    assert impatient.err == ""


def test_too_many_requests_at_once(tmp_path: Path) -> None:
    with Server(tmp_path, "--limit", "requests=4") as server:
        waiting = [raw(server) for _ in range(2)]
        with raw(server) as third:
            assert answer(third).startswith("HTTP/1.1 503 ")
        for connection in waiting:
            connection.close()
        wait_until(lambda: _served(server), "la place de ceux qui sont partis n'est pas rendue")


def _served(server: Server) -> bool:
    with ask(server, "GET", "/") as got:
        return got.status == 200


def test_without_a_page(tmp_path: Path) -> None:
    with Server(tmp_path, "--no-web") as server:
        assert server.web_port == 0
        assert "navigateur" not in server.out
        assert server.stop() == 0


def test_a_port_that_is_taken_is_said_in_a_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        places = ("--data", str(tmp_path), "--log", str(tmp_path))
        with Process("bonus/server.py", "-p", "0", "--web-port", str(port), *places) as server:
            assert server.wait() == 1
    text = f"Impossible d'écouter sur 127.0.0.1:{port} : ce port est déjà pris."
    assert server.err == f"{text} L'option --web-port en choisit un autre.\n"


# Par un mandataire


def test_a_proxy_tells_for_whom_it_asks(tmp_path: Path) -> None:
    with Server(tmp_path, "--trusted-proxy", "127.0.0.0/8", "--limit", "requests=4") as server:
        for hops, status in (("192.0.2.7", 200), ("6.6.6.6, 192.0.2.7", 200), ("moi", 400)):
            with ask(server, "GET", "/", X_Forwarded_For=hops) as got:
                assert got.status == status, hops
        with ask(server, "GET", "/socket", **upgrade(X_Forwarded_For="6.6.6.6, 192.0.2.7")) as got:
            assert got.status == 101
            server.expect("Connexion de 192.0.2.7 (par 127.0.0.1)")
        with ExitStack() as stack:  # ses demandes ne comptent pas pour une seule adresse
            for _ in range(3):
                stack.enter_context(raw(server))
            with ask(server, "GET", "/") as got:
                assert got.status == 200
        assert server.stop() == 0
        assert server.err == ""


def test_a_stranger_does_not_choose_his_address(server: Server) -> None:
    headers = upgrade(X_Forwarded_For="192.0.2.7")
    with ask(server, "GET", "/socket", **headers) as got:
        assert got.status == 101
        server.expect("Connexion de 127.0.0.1:")
    assert "192.0.2.7" not in server.out


def test_a_lobby_has_a_bound_for_all_and_one_for_each() -> None:
    site = Site(WEB, Limits())
    lobby = Lobby(site, 4, Trusted())
    assert [lobby.enter("192.0.2.7") for _ in range(3)] == [True, True, False]
    assert lobby.enter("10.0.0.1", alone=False)
    lobby.leave("192.0.2.7")
    assert lobby.enter("10.0.0.1", alone=False)
    assert lobby.enter("10.0.0.1", alone=False)
    assert not lobby.enter("10.0.0.1", alone=False)
    lobby.adopt(other := Site(WEB, Limits(text=7)), 6)
    assert lobby.site is other
    assert lobby.enter("192.0.2.7")


def test_a_refusal_is_a_whole_answer() -> None:
    head, _, body = refusal("Non.", HTTPStatus.BAD_REQUEST).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in head
    assert body == b"Non.\n"
