"""La connexion d'un participant : elle se refait d'elle-même, et ne perd rien de ce qui est dit."""

import asyncio
import math
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from chatroom.client.core.events import (
    Ended,
    Event,
    Happened,
    Lost,
    NoticeShown,
    RefusedRequest,
    Spoke,
    Welcomed,
)
from chatroom.client.core.participant import Participant, RetryError
from chatroom.client.network.connecting import ALERT, TlsError, connect, speaks_tls
from chatroom.client.network.presenting import Keyring, Presenting
from chatroom.protocol.bounds import FROM_SERVER, GREETING
from chatroom.protocol.frames import Decoder, ProtocolError, Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Greeting, Message, Parted, Ping, Welcome, decode

READ = 65_536  # octets lus à la fois
GONE = "Connexion perdue"
IN_CLEAR = "Ce serveur parle TLS : ajoutez --tls"
UNVERIFIED = "La connexion est chiffrée, mais rien ne prouve qui est ce serveur (--tls-insecure)."
USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Patience:
    """En secondes : combien de temps attendre, et quoi."""

    connect: float = 10.0  # que le serveur décroche
    ping: float = USUAL.ping  # de silence avant de lui demander s'il est là
    idle: float = USUAL.idle  # de silence avant de conclure que non
    first: float = 0.5  # avant un premier nouvel essai, au plus ; le double à chaque échec
    longest: float = 30.0  # entre deux essais, au plus
    goodbye: float = 10.0  # sans un seul accusé, avant de partir quand même
    # Deux clients ne doivent pas tirer pareil.
    draw: random.Random = field(default_factory=random.SystemRandom)

    def delay(self, failures: int) -> float:
        """Au hasard, jusqu'à une borne qui double : mille clients ne reviennent pas ensemble."""
        bound = min(self.longest, math.ldexp(self.first, min(failures, 30)))
        return self.draw.uniform(0, bound)


class Link:
    """Tout se demande au participant, `participant` ; puis `flush` l'envoie.

    Ce qui lui arrive est à lire dans `events`, de `start` à `close`. Après Ended(final=True), il
    n'arrive plus rien.
    """

    def __init__(
        self,
        host: str,
        port: int,
        pseudo: str,
        tokens: Keyring,
        limits: Limits | None = None,
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.host, self.port = host, port
        self.participant = Participant(pseudo, b"", limits or Limits())
        self.code = ""  # celui de la classe ; ou, sans pseudo, celui d'un autre de nos appareils
        self._presenting = Presenting(tokens, f"{host}:{port}", self._note)
        self._patience = patience or Patience()
        self._sleep = sleep
        self._tls = tls  # None : en clair
        self.code = ""  # le mot de passe du chat, s'il est demandé
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._progress = asyncio.Event()  # un message de moins à faire accuser, ou plus d'espoir
        self._attempts = 0  # manqués d'affilée
        self._ever = False  # le serveur nous a déjà répondu
        self._over = False
        self._writer: asyncio.StreamWriter | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._task: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None  # un jeton, sous un nouveau pseudo

    # Pour le visage

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def events(self) -> AsyncIterator[Event]:
        while (event := await self._events.get()) is not None:
            yield event

    def flush(self) -> None:
        """Envoie ce que le participant a à dire, et donne au visage ce qui lui est arrivé."""
        participant, loop = self.participant, asyncio.get_running_loop()
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._writer and not self._writer.is_closing():
            now = loop.time()
            # Rien n'attend ici que ce soit parti : le débit du participant est borné.
            self._writer.write(b"".join([m.encode() for m in participant.to_send(now)]))
            if participant.outbox.wake is not None:
                self._timer = loop.call_at(participant.outbox.wake, self.flush)
        for event in participant.take_events():
            self._emit(event)

    async def drain(self, most: int, patience: float | None = None) -> bool:
        """Attend qu'il ne reste que `most` messages à accuser.

        Faux si plus rien n'avance : la connexion est finie, ou rien de neuf en `patience` secondes.
        """
        outbox = self.participant.outbox
        while len(outbox) > most and not self._over:
            self._progress.clear()
            try:
                await asyncio.wait_for(self._progress.wait(), patience)
            except TimeoutError:
                break
        return len(outbox) <= most

    async def close(self, wait: bool = True) -> bool:
        """S'en va, une fois accusé tout ce qui a été dit ; faux s'il a fallu y renoncer."""
        if wait:
            await self.drain(0, self._patience.goodbye)
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._keeping:
            await self._keeping
        self._events.put_nowait(None)
        return not len(self.participant.outbox)

    # La connexion, et les suivantes

    async def _run(self) -> None:
        while not self._over:
            try:
                text = await self._connection()
            except TlsError as why:
                text = str(why)
                self._emit(Ended(None, text, final=True))
            except (ConnectionAbortedError, ConnectionResetError):  # avant la fin de l'accord TLS
                text = GONE
            except (OSError, UnicodeError):  # UnicodeError : le nom n'en est pas un
                text = f"Pas de serveur sur {self._server}"
            self.flush()
            if self._over:
                break
            if not self._ever:  # un premier échec est sans doute une erreur d'adresse
                self._emit(Ended(None, text, final=True))
                break
            delay = self._patience.delay(self._attempts)
            self._attempts += 1
            self._emit(Lost(text, delay))
            await self._sleep(delay)

    async def _connection(self) -> str:
        """Une connexion, du début à la fin ; pourquoi elle a fini."""
        async with asyncio.timeout(self._patience.connect):
            reader, writer = await connect(self.host, self.port, self._tls)
        self._writer = writer
        self._heard = connected = asyncio.get_running_loop().time()
        if self._tls and self._tls.verify_mode == ssl.CERT_NONE:
            self._emit(NoticeShown(UNVERIFIED))
        self.participant.connected()
        watch = asyncio.create_task(self._watch(writer))
        try:
            self.flush()
            await self._read(reader)
        except ProtocolError as error:
            self._emit(Ended(Reason.PROTOCOL, f"Le serveur ne se comprend pas : {error}", True))
        except RetryError as why:
            return str(why)
        except OSError:
            pass
        finally:
            self.participant.disconnected()
            self._writer = None
            watch.cancel()
            writer.transport.abort()  # close() attendrait un serveur qui ne lit plus
        # OpenSSL ferme sans un mot au nez de qui ne lui parle pas TLS.
        if not self._tls and self._heard == connected and await speaks_tls(self.host, self.port):
            raise TlsError(IN_CLEAR)
        return GONE

    async def _read(self, reader: asyncio.StreamReader) -> None:
        decoder, loop = Decoder(GREETING), asyncio.get_running_loop()
        while data := await reader.read(READ):
            self._heard = loop.time()
            if not self._tls and not self.participant.welcomed and data.startswith(ALERT):
                raise TlsError(IN_CLEAR)
            decoder.feed(data)
            try:
                while (frame := decoder.next()) and not self._over:
                    message = decode(*frame)
                    self.participant.receive(message)
                    await self._introduce(message)
                    if isinstance(message, Parted):  # une image avance : c'est espérer encore
                        self._progress.set()
                    if self.participant.welcomed:
                        decoder.bounds = FROM_SERVER
            finally:
                self.flush()

    async def _introduce(self, message: Message) -> None:
        """Dit qui l'on est à qui salue ; retient qui l'on est pour qui souhaite la bienvenue."""
        participant = self.participant
        if isinstance(message, Greeting):
            shown, person = await self._presenting.shown(message, participant.pseudo)
            participant.identify(shown, self.code, person)
        elif isinstance(message, Welcome):
            await self._presenting.welcomed(message)

    async def _watch(self, writer: asyncio.StreamWriter) -> None:
        """Un serveur qui se tait : lui demander s'il est là, puis ne plus l'attendre."""
        loop, patience = asyncio.get_running_loop(), self._patience
        asked = 0.0  # à propos du silence qui a commencé à cette heure
        while True:
            silence = loop.time() - self._heard
            if silence >= patience.idle:
                return writer.transport.abort()
            if silence >= patience.ping and asked != self._heard:
                asked = self._heard
                writer.write(Ping().encode())
            limit = patience.idle if asked == self._heard else patience.ping
            await asyncio.sleep(limit - silence)

    @property
    def _server(self) -> str:
        return f"{self.host}:{self.port}"

    def _note(self, text: str) -> None:
        self._emit(NoticeShown(text))

    def _emit(self, event: Event) -> None:
        if isinstance(event, Ended) and not self._ever:
            event = Ended(event.reason, event.text, final=True)
        match event:
            case Welcomed():
                self._ever, self._attempts = True, 0
            case Spoke(post=post) | RefusedRequest(post=post) if post:
                self._progress.set()
            case Ended(final=True):
                self._over = True
                self._progress.set()
            case Happened(mine=True, old=False, message=message) if message.act == "nick":
                self._keeping = asyncio.create_task(self._presenting.renamed(message.text))
        self._events.put_nowait(event)
