"""Une connexion de la page, du début à la fin : des messages, un guet, et pourquoi elle finit."""

from typing import Any

import pytest
from chatroom.protocol.messages import Notice, Ping, Said, Say, Welcome
from playwright.sync_api import Page, WebSocketRoute

from tests.bonus.page.network.links import ME, ROOM, SOCKET, pump

# `heard` : ce qu'elle lit ; `refusal` : ce que la lecture a levé ; `ending` : pourquoi elle a fini.
START = """async ([url, patience]) => {
  const { Connection } = await import("/network/connection.js");
  const { encode } = await import("/protocol/messages.js");
  Object.assign(window, { encode, opened: 0, heard: [], refusal: "", ending: null });
  window.connection = new Connection(url, patience, {
    opened: () => window.opened++,
    received: (messages) => {
      try {
        for (const { kind } of messages) window.heard.push(kind);
      } catch (error) {
        window.refusal = error.message;
      }
    },
  });
  window.connection.finished.then((text) => { window.ending = text; });
}"""
PATIENCE = {"answer": 10, "ping": 30, "idle": 75}


class Server:
    """L'autre bout, dont le test écrit chaque octet."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.read: list[bytes] = []
        self._routes: list[WebSocketRoute] = []
        page.route_web_socket(SOCKET, self._arrive)

    def _arrive(self, route: WebSocketRoute) -> None:
        route.on_message(lambda data: self.read.append(bytes(data)))  # type: ignore[arg-type]
        self._routes.append(route)

    @property
    def route(self) -> WebSocketRoute:
        return self._routes[0]

    def sees(self, expression: str, value: Any) -> None:
        pump(self.page, lambda: self.page.evaluate(f"window.{expression}") == value)


@pytest.fixture
def server(modules: Page) -> Server:
    server = Server(modules)
    modules.clock.install(time=0)
    modules.clock.pause_at(1_000)
    modules.evaluate(START, [SOCKET, PATIENCE])
    server.sees("opened", 1)
    return server


def test_it_reads_what_a_server_says(server: Server) -> None:
    """D'abord ce par quoi il commence ; le reste, une fois la bienvenue dite."""
    said = Said(ROOM, 1, 0, ME, 0, 0, "bob", "salut").encode()
    server.route.send(
        Notice("Bonjour").encode() + Welcome(2, ME, 0, 0, 0, "a", b"").encode() + said
    )
    server.sees("heard", ["Notice", "Welcome", "Said"])


def test_what_comes_too_early_is_refused(server: Server) -> None:
    server.route.send(Said(ROOM, 1, 0, ME, 0, 0, "bob", "salut").encode())
    server.sees("refusal", f"Trame de type 0x{Said.KIND:02x} inconnue, ou hors de propos.")


def test_a_long_message_leaves_in_pieces(server: Server) -> None:
    """Le serveur refuse un message WebSocket de plus de 64 Kio."""
    text = "x" * 65_000
    frame = f'window.encode({{ kind: "Say", room: {ROOM}, nonce: 1, text: "{text}" }})'
    server.page.evaluate(f"window.connection.send({frame})")
    expected = Say(ROOM, 1, text).encode()
    pump(server.page, lambda: sum(map(len, server.read)) == len(expected))
    assert b"".join(server.read) == expected
    assert max(map(len, server.read)) == 32_768


def test_a_silent_server_is_asked_then_given_up(server: Server) -> None:
    server.page.clock.run_for(PATIENCE["ping"] * 1000)
    pump(server.page, lambda: server.read == [Ping().encode()])
    server.page.clock.run_for((PATIENCE["idle"] - PATIENCE["ping"]) * 1000)
    server.sees("ending", "Connexion perdue")


@pytest.mark.parametrize("answers", [True, False])
def test_a_probe_is_answered_soon_or_never(server: Server, answers: bool) -> None:
    server.page.evaluate("window.connection.probe()")
    pump(server.page, lambda: server.read == [Ping().encode()])
    if answers:
        server.route.send(Ping().encode())
        server.sees("heard", ["Ping"])
    server.page.clock.run_for(PATIENCE["answer"] * 1000)
    server.sees("ending", None if answers else "Connexion perdue")


def test_it_ends_once(server: Server) -> None:
    """La première raison est la bonne ; et rien de ce qui suit n'est lu."""
    server.page.evaluate("window.connection.end('assez'); window.connection.end('encore')")
    server.sees("ending", "assez")
    assert not server.page.evaluate("window.connection.open")


def test_a_server_that_hangs_up(server: Server) -> None:
    assert server.page.evaluate("window.connection.open")
    server.route.close()
    server.sees("ending", "Connexion perdue")
