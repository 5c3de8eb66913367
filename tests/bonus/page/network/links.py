"""La connexion de la page, devant un serveur dont le test écrit chaque trame."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from chatroom.protocol.frames import Decoder
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    KINDS,
    PRIVATE,
    VERSION,
    Hello,
    Identify,
    Join,
    Joined,
    Message,
    Said,
    Welcome,
    decode,
)
from playwright.sync_api import Page, WebSocketRoute

from tests.bonus.client.core.conversation import GREETING
from tests.support.waiting import wait_until

ROOM, ME = 7, 1
EVERYTHING = dict.fromkeys(KINDS, 2_000_000)
SOCKET = "ws://chat.test/socket"
# `broken` : des jetons qui ne peuvent être gardés.
START = """async ([url, broken, limits, patience]) => {
  const { Link } = await import("/network/link.js");
  const { TokensError } = await import("/tokens.js");
  const kept = new Map();
  const tokens = {
    get: (pseudo) => kept.get(pseudo) ?? null,
    keep: (pseudo, token) => {
      if (broken) throw new TokensError("disque plein");
      kept.set(pseudo, token);
    },
  };
  const onEvents = (events) => window.events.push(...events);
  Object.assign(window, { events: [], kept, taken: 0 });
  window.link = new Link({ url, pseudo: "alice", tokens, limits, onEvents, patience });
}"""
TAKE = """() => {
  const hidden = (name, value) => (value instanceof Uint8Array ? value.length : value);
  return JSON.stringify(window.events[window.taken++], hidden);
}"""


class Visitor:
    """Une connexion de la page, vue du serveur."""

    def __init__(self, page: Page, route: WebSocketRoute) -> None:
        self._page, self._route = page, route
        self._decoder = Decoder(EVERYTHING)
        self._read: deque[Message] = deque()
        self.sizes: list[int] = []  # de ce qu'elle a envoyé, message WebSocket par message
        self.closed = False
        route.on_message(self._hear)
        route.on_close(self._close)

    def _hear(self, data: str | bytes) -> None:
        assert isinstance(data, bytes)
        self.sizes.append(len(data))
        self._decoder.feed(data)
        while frame := self._decoder.next():
            self._read.append(decode(*frame))

    def _close(self, _code: int | None, _reason: str | None) -> None:
        self.closed = True

    def receive(self) -> Message:
        pump(self._page, lambda: self._read)
        return self._read.popleft()

    def expect(self, *messages: Message) -> None:
        for message in messages:
            assert self.receive() == message

    def send(self, *messages: Message) -> None:
        self.write(b"".join(message.encode() for message in messages))

    def write(self, data: bytes) -> None:
        self._route.send(data)

    def cut(self) -> None:
        self._route.close()

    def hello(self) -> bytes:
        """Le jeton qu'elle montre en se présentant."""
        self.expect(Hello(VERSION))
        self.send(GREETING)
        who = self.receive()
        assert isinstance(who, Identify)
        assert who.pseudo == "alice"
        return who.token

    def greet(self, back: bool = False, nonce: int = 0) -> None:
        self.hello()
        self.send(Welcome(VERSION, ME, 0, nonce, back, "alice", b""))
        self.expect(Join(PRIVATE, 0))
        self.send(Joined(100, 0, 1, PRIVATE))

    def let_in(self, after: int = 0) -> None:
        self.expect(Join("salon", after))
        self.send(Joined(ROOM, after, 1, "salon"))


class Stage:
    """Une page et sa connexion ; `refuse` : personne ne décroche plus."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.refuse = False
        self._visitors: deque[Visitor] = deque()
        page.route_web_socket(SOCKET, self._arrive)

    def _arrive(self, route: WebSocketRoute) -> None:
        if self.refuse:
            route.close()
        else:
            self._visitors.append(Visitor(self.page, route))

    def start(
        self, patience: dict[str, float] | None = None, url: str = SOCKET, broken: bool = False
    ) -> None:
        patience = {"first": 0.001, "longest": 0.004} | (patience or {})
        self.page.evaluate(START, [url, broken, asdict(Limits()), patience])
        self.page.evaluate("window.link.start()")

    def do(self, script: str) -> Any:
        """Demande au participant, puis envoie."""
        return self.page.evaluate(f"{{ window.link.participant.{script}; window.link.flush(); }}")

    def visitor(self) -> Visitor:
        pump(self.page, lambda: self._visitors)
        return self._visitors.popleft()

    def event(self, kind: str = "") -> dict[str, Any]:
        """Le prochain événement, ou le prochain de cette sorte."""
        while True:
            self.page.wait_for_function("() => window.events.length > window.taken")
            event: dict[str, Any] = json.loads(self.page.evaluate(TAKE))
            if kind in {"", event["type"]}:
                return event

    @property
    def waiting(self) -> int:
        """Combien d'événements n'ont pas été regardés."""
        left: int = self.page.evaluate("window.events.length - window.taken")
        return left

    def settled_in(self, **patience: float) -> Visitor:
        """La page est dans le salon."""
        self.start(patience)
        visitor = self.visitor()
        visitor.greet()
        self.event("welcomed")
        self.do("join('salon')")
        visitor.let_in()
        self.event("entered")
        return visitor


def said(seq: int, text: str, person: int = ME, nonce: int = 0) -> Said:
    return Said(ROOM, seq, 0, person, nonce, 0, "alice", text)


def pump(page: Page, happened: Callable[[], object]) -> None:
    """Attend ce que la page fait savoir : Playwright n'écoute que pendant qu'on l'appelle."""
    wait_until(lambda: page.evaluate("true") and happened(), "la page n'a rien fait savoir")
