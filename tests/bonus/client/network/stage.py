"""Un serveur dont le test écrit chaque trame, devant le client et de vrais sockets."""

import asyncio
import random
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

from chatroom.client.core.events import Entered, Event, Welcomed
from chatroom.client.network.link import Link, Patience
from chatroom.client.tokens import Credential
from chatroom.protocol import ChatError
from chatroom.protocol.frames import Decoder
from chatroom.protocol.messages import (
    KINDS,
    PRIVATE,
    VERSION,
    Hello,
    Identify,
    Join,
    Joined,
    Message,
    Ping,
    Said,
    Welcome,
    decode,
)

from tests.bonus.client.core.conversation import GREETING
from tests.support.waiting import DEADLINE

ROOM, ME = 7, 1
P = ParamSpec("P")
EVERYTHING = dict.fromkeys(KINDS, 1_000_000)


class Keyring:
    """Les jetons, en mémoire."""

    def __init__(self, broken: bool = False) -> None:
        self.kept: dict[tuple[bytes, str], tuple[bytes, int]] = {}
        self.old: dict[tuple[str, str], bytes] = {}  # d'un client de la version 1
        self.addresses: dict[str, bytes] = {}
        self.broken = broken

    def find(self, server: bytes, address: str, pseudo: str) -> Credential:
        if self.broken:
            raise ChatError("illisible")
        there = self.addresses.get(address)
        where = (there not in {None, server}, there == server)
        token, person = self.kept.get((server, pseudo), (self.old.get((address, pseudo), b""), 0))
        return Credential(token, person, *where)

    def keep(self, server: bytes, address: str, pseudo: str, token: bytes, person: int = 0) -> None:
        if self.broken:
            raise ChatError("disque plein")
        self.kept[server, pseudo] = token, person
        self.addresses[address] = server


class Visitor:
    """Une connexion du client, vue du serveur."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer
        self._decoder = Decoder(EVERYTHING)
        self._read: deque[Message] = deque()

    async def receive(self) -> Message | None:
        while True:
            if frame := self._decoder.next():
                return decode(*frame)
            data = await self._reader.read(65_536)
            if not data:
                return None
            self._decoder.feed(data)

    async def expect(self, *messages: Message) -> None:
        for message in messages:
            received = await self.receive()
            while received == Ping() != message:  # une machine lente les a fait naître
                received = await self.receive()
            assert received == message, (received, message)

    def send(self, *messages: Message) -> None:
        self.writer.write(b"".join(message.encode() for message in messages))

    async def hello(self) -> bytes:
        """Le jeton qu'il montre en se présentant."""
        await self.expect(Hello(VERSION))
        self.send(GREETING)
        who = await self.receive()
        while who == Ping():  # une machine lente, ou un client pressé
            who = await self.receive()
        assert isinstance(who, Identify)
        assert who.pseudo == "alice"
        return who.token

    async def greet(self, back: bool = False, nonce: int = 0) -> None:
        await self.hello()
        self.send(Welcome(VERSION, ME, 0, nonce, back, "alice", b""))
        await self.expect(Join(PRIVATE, 0))
        self.send(Joined(100, 0, 1, PRIVATE))

    async def let_in(self, after: int = 0) -> None:
        await self.expect(Join("salon", after))
        self.send(Joined(ROOM, after, 1, "salon"))


class Stage:
    """Le serveur de test et le client ; `delays` : ce que celui-ci a attendu entre deux essais."""

    def __init__(
        self, keyring: Keyring, patience: Patience | None, tls: ssl.SSLContext | None
    ) -> None:
        self.keyring, self._patience, self._tls = keyring, patience or Patience(), tls
        self.delays: list[float] = []
        self._visitors: asyncio.Queue[Visitor] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def open(self, tls: ssl.SSLContext | None) -> None:
        await self.serve(tls)
        self.link = Link(
            "127.0.0.1",
            self.port,
            "alice",
            self.keyring,
            patience=replace(self._patience, draw=random.Random(4)),
            sleep=self._sleep,
            tls=self._tls,
        )
        self._events = self.link.events()

    async def serve(self, tls: ssl.SSLContext | None, port: int = 0) -> None:
        def arrive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if not self._server:  # trop tard : plus personne ne s'en occuperait
                return writer.transport.abort()
            self._writers.append(writer)
            return self._visitors.put_nowait(Visitor(reader, writer))

        self._server = await asyncio.start_server(arrive, "127.0.0.1", port, ssl=tls)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _sleep(self, delay: float) -> None:
        self.delays.append(delay)
        await asyncio.sleep(0)

    async def visitor(self) -> Visitor:
        return await self._visitors.get()

    async def event(self, kind: type[Event] | None = None) -> Event:
        """Le prochain événement, ou le prochain de cette sorte."""
        async for event in self._events:
            if kind is None or isinstance(event, kind):
                return event
        raise AssertionError("plus aucun événement")

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def close(self) -> None:
        await self.link.close(wait=False)
        await self.stop()
        for writer in self._writers:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def stage(
    keyring: Keyring | None = None,
    patience: Patience | None = None,
    server: ssl.SSLContext | None = None,
    client: ssl.SSLContext | None = None,
) -> AsyncIterator[Stage]:
    opened = Stage(keyring or Keyring(), patience, client)
    await opened.open(server)
    try:
        async with asyncio.timeout(DEADLINE):
            yield opened
    finally:
        await opened.close()


def scene(function: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Un test asynchrone ; ses paramètres sont, comme toujours, ceux que pytest fournit."""

    @wraps(function)
    def test(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(function(*args, **kwargs))  # type: ignore[arg-type]

    return test


def said(seq: int, text: str, person: int = ME, nonce: int = 0) -> Said:
    return Said(ROOM, seq, 0, person, nonce, 0, "alice", text)


async def settled_in(opened: Stage) -> Visitor:
    """Le client est dans le salon."""
    opened.link.start()
    visitor = await opened.visitor()
    await visitor.greet()
    await opened.event(Welcomed)
    opened.link.participant.join("salon")
    opened.link.flush()
    await visitor.let_in()
    await opened.event(Entered)
    return visitor
