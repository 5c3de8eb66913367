"""La connexion du client, en vraies sockets, devant un serveur dont le test écrit chaque trame."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from chatroom.core.events import Ended, Entered, Event, Lost, NoticeShown, Spoke, Welcomed
from chatroom.protocol.frames import Decoder, Reason
from chatroom.protocol.messages import (
    KINDS,
    PRIVATE,
    TOKEN,
    Closing,
    Hello,
    Join,
    Joined,
    Message,
    Ping,
    Pong,
    Said,
    Say,
    Welcome,
    decode,
)
from chatroom.services.tokens import TokensError
from chatroom.transports.link import Link, Patience

from tests.support.waiting import DEADLINE

ROOM, ME = 7, 1
EVERYTHING = dict.fromkeys(KINDS, 1_000_000)


class Keyring:
    """Les jetons, en mémoire."""

    def __init__(self, broken: bool = False) -> None:
        self.tokens: dict[tuple[str, str], bytes] = {}
        self.broken = broken

    def get(self, server: str, pseudo: str) -> bytes | None:
        if self.broken:
            raise TokensError("illisible")
        return self.tokens.get((server, pseudo))

    def keep(self, server: str, pseudo: str, token: bytes) -> None:
        if self.broken:
            raise TokensError("disque plein")
        self.tokens[server, pseudo] = token


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
            assert await self.receive() == message

    def send(self, *messages: Message) -> None:
        self.writer.write(b"".join(message.encode() for message in messages))

    async def hello(self) -> bytes:
        """Le jeton qu'il montre en se présentant."""
        hello = await self.receive()
        assert isinstance(hello, Hello)
        assert hello == Hello(1, "alice", hello.token)
        return hello.token

    async def greet(self, back: bool = False, nonce: int = 0) -> None:
        await self.hello()
        self.send(Welcome(1, ME, 0, nonce, back, "alice", b""))
        await self.expect(Join(PRIVATE, 0))
        self.send(Joined(100, 0, 1, PRIVATE))

    async def let_in(self, after: int = 0) -> None:
        await self.expect(Join("salon", after))
        self.send(Joined(ROOM, after, 1, "salon"))


class Stage:
    """Le serveur de test et le client ; `delays` : ce que celui-ci a attendu entre deux essais."""

    def __init__(self, keyring: Keyring, patience: Patience | None) -> None:
        self.keyring, self._patience = keyring, patience
        self.delays: list[float] = []
        self._visitors: asyncio.Queue[Visitor] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        def arrive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writers.append(writer)
            self._visitors.put_nowait(Visitor(reader, writer))

        self._server = await asyncio.start_server(arrive, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.link = Link(
            "127.0.0.1",
            self.port,
            "alice",
            self.keyring,
            patience=self._patience,
            draw=random.Random(4),
            sleep=self._sleep,
        )
        self._events = self.link.events()

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
    keyring: Keyring | None = None, patience: Patience | None = None
) -> AsyncIterator[Stage]:
    opened = Stage(keyring or Keyring(), patience)
    await opened.open()
    try:
        async with asyncio.timeout(DEADLINE):
            yield opened
    finally:
        await opened.close()


def scene(function: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Un test asynchrone."""

    def test() -> None:
        asyncio.run(function())  # type: ignore[arg-type]

    test.__name__, test.__doc__ = function.__name__, function.__doc__
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


@scene
async def test_nobody_there() -> None:
    """Pas de serveur dès le premier essai : c'est dit, et c'est fini."""
    async with stage() as opened:
        await opened.stop()
        opened.link.start()
        text = f"Pas de serveur sur 127.0.0.1:{opened.port}"
        assert await opened.event() == Ended(None, text, final=True)
        assert opened.delays == []


@scene
async def test_the_token_is_kept_before_it_is_shown() -> None:
    """Coupé avant le Welcome, il est peut-être inscrit : le même jeton, ensuite, le prouvera."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        ((place, token),) = opened.keyring.tokens.items()
        assert (place, len(token)) == ((f"127.0.0.1:{opened.port}", "alice"), TOKEN)
        visitor.writer.close()
        assert await (await opened.visitor()).hello() == token


@scene
async def test_a_token_from_before() -> None:
    """Le jeton d'une autre fois sert dès le premier Hello."""
    keyring = Keyring()
    async with stage(keyring) as opened:
        keyring.tokens[f"127.0.0.1:{opened.port}", "alice"] = b"ancien"
        opened.link.start()
        assert await (await opened.visitor()).hello() == b"ancien"


@scene
async def test_tokens_out_of_reach() -> None:
    """Sans fichier de jetons on parle quand même, en sachant ce qu'on y perd."""
    async with stage(Keyring(broken=True)) as opened:
        opened.link.start()
        await (await opened.visitor()).greet()
        lost = "Votre pseudo ne pourra pas vous être rendu : illisible"
        assert await opened.event() == NoticeShown(lost)


@scene
async def test_comes_back_and_repeats() -> None:
    """Coupé avant l'accusé, il revient de lui-même et répète, avec le même numéro."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        post = opened.link.participant.say("salon", "bonjour")
        opened.link.flush()
        await visitor.expect(Say(ROOM, 1, "bonjour"))
        visitor.writer.transport.abort()
        assert await opened.event() == Lost("Connexion perdue", opened.delays[0])
        again = await opened.visitor()
        await again.greet(back=True)
        welcomed = await opened.event()
        assert isinstance(welcomed, Welcomed)
        assert welcomed.again
        await again.let_in()
        await again.expect(Say(ROOM, 1, "bonjour"))
        again.send(said(1, "bonjour", nonce=1))
        spoke = await opened.event(Spoke)
        assert isinstance(spoke, Spoke)
        assert spoke.post is post


@scene
async def test_backs_off() -> None:
    """L'attente est tirée au hasard sous une borne qui double, jusqu'à la plus longue."""
    patience = Patience(first=0.5, longest=3.0)
    async with stage(patience=patience) as opened:
        visitor = await settled_in(opened)
        await opened.stop()
        visitor.writer.transport.abort()
        for _ in range(6):
            await opened.event(Lost)
        draw = random.Random(4)
        bounds = (0.5, 1.0, 2.0, 3.0, 3.0, 3.0)
        assert opened.delays[:6] == [draw.uniform(0, bound) for bound in bounds]


@scene
async def test_a_return_forgets_the_failures() -> None:
    """Revenu, puis de nouveau coupé : l'attente repart de la plus courte."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        for _ in range(3):
            visitor.writer.transport.abort()
            visitor = await opened.visitor()
            await visitor.greet(back=True)
            await opened.event(Welcomed)
        draw = random.Random(4)
        assert opened.delays == [draw.uniform(0, Patience().first) for _ in range(3)]


@scene
async def test_dismissed_for_good() -> None:
    """Renvoyé : la raison du serveur, et pas de nouvel essai."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        visitor.send(Closing(Reason.TAKEN_OVER, "Connecté ailleurs."))
        visitor.writer.close()
        assert await opened.event() == Ended(Reason.TAKEN_OVER, "Connecté ailleurs.", final=True)
        assert not await opened.link.drain(-1)
        assert opened.delays == []


@scene
async def test_dismissed_for_now() -> None:
    """Le serveur s'arrête : on le dit, et on revient."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        visitor.send(Closing(Reason.SHUTDOWN, "Le serveur est arrêté."))
        visitor.writer.close()
        ended = Ended(Reason.SHUTDOWN, "Le serveur est arrêté.", final=False)
        assert await opened.event() == ended
        await (await opened.visitor()).greet(back=True)


@scene
async def test_refused_on_arrival() -> None:
    """Complet dès le premier essai : inutile d'attendre à la porte."""
    async with stage() as opened:
        opened.link.start()
        visitor = await opened.visitor()
        visitor.send(Closing(Reason.FULL, "Le chat est complet."))
        visitor.writer.close()
        assert await opened.event() == Ended(Reason.FULL, "Le chat est complet.", final=True)


@scene
async def test_not_a_chat_server() -> None:
    """Ce qui répond n'est pas un serveur de chat."""
    async with stage() as opened:
        opened.link.start()
        visitor = await opened.visitor()
        visitor.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        ended = await opened.event()
        assert isinstance(ended, Ended)
        assert (ended.reason, ended.final) == (Reason.PROTOCOL, True)


@scene
async def test_asks_a_silent_server_then_gives_up() -> None:
    """Un silence : es-tu là ? Un silence plus long : la connexion est perdue."""
    async with stage(patience=Patience(ping=0.02, idle=0.5)) as opened:
        visitor = await settled_in(opened)
        await visitor.expect(Ping())
        visitor.send(Pong())
        await visitor.expect(Ping())
        assert isinstance(await opened.event(), Lost)
        await opened.visitor()


@scene
async def test_leaves_once_acknowledged() -> None:
    """`close` attend les accusés de réception."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        opened.link.participant.say("salon", "un dernier mot")
        opened.link.flush()
        closing = asyncio.create_task(opened.link.close())
        await visitor.expect(Say(ROOM, 1, "un dernier mot"))
        assert not closing.done()
        visitor.send(said(1, "un dernier mot", nonce=1))
        assert await closing
        assert await visitor.receive() is None


@scene
async def test_leaves_without_acknowledgement() -> None:
    """Sans accusé, `close` y renonce, et le dit."""
    async with stage(patience=Patience(goodbye=0.05)) as opened:
        await settled_in(opened)
        opened.link.participant.say("salon", "un dernier mot")
        opened.link.flush()
        assert not await opened.link.close()


@scene
async def test_paces_itself() -> None:
    """Au-delà de la réserve, les messages partent l'un après l'autre, sans qu'on y revienne."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        for number in range(18):
            opened.link.participant.say("salon", f"{number}")
        opened.link.flush()
        await visitor.expect(*(Say(ROOM, number + 1, f"{number}") for number in range(18)))


def test_patience_grows_no_overflow() -> None:
    """Mille échecs d'affilée n'y changent rien."""
    link = Link("127.0.0.1", 1, "alice", Keyring(), draw=random.Random(1))
    link._attempts = 5_000
    assert 0 <= link._delay() <= Patience().longest


def test_scenes_really_run() -> None:
    """Un test asynchrone qui échoue échoue."""

    async def wrong() -> None:
        raise AssertionError

    with pytest.raises(AssertionError):
        scene(wrong)()
