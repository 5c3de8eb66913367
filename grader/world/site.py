"""Le web d'une arène : tous les sites, en http et en https, chacun avec ses pages."""

import asyncio
import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import yarl
from aiohttp import web

from grader.world.authority import Authority
from grader.world.connections import Connection, Connections

MAX_REQUESTS = 5000  # retenues ; les suivantes sont servies et comptées
PATIENCE = 5.0  # secondes


@dataclass
class Page:
    url: str
    body: bytes
    status: int = 200
    latency: float = 0.0  # secondes avant de répondre


@dataclass
class Request:
    url: str
    method: str
    client: str  # « IP:port »
    ends: tuple[tuple[str, int], tuple[str, int]]  # la connexion : le client, puis le site
    connection: int  # rang de la connexion : le même quand elle ressert
    started: float
    ended: float | None = None
    status: int = 0  # 0 : pas encore répondu, ou client parti avant


class Gate:
    """Retient les réponses jusqu'à ce que `number` requêtes soient en cours à la fois.

    S'ouvre aussi `patience` secondes après la première requête : `reached` dit ce qu'il en est.
    """

    def __init__(self, number: int, patience: float) -> None:
        self.number = number
        self.reached = False
        self._patience = patience
        self._timer: asyncio.TimerHandle | None = None
        self._opened = asyncio.Event()

    def open(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._opened.set()

    async def cross(self, in_flight: int) -> None:
        if not self._opened.is_set():
            if in_flight >= self.number:
                self.reached = True
                self.open()
            elif self._timer is None:
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(self._patience, self.open)
        await self._opened.wait()


class Site:
    """Une URL déclarée a sa page ; toute autre en a une aussi, la sienne.

    Le contenu d'une page vient de son URL et d'un secret tiré de `words` : qui l'a l'a
    téléchargée. Les instants sont ceux de `time.monotonic()`.
    """

    def __init__(self, authority: Authority, words: random.Random) -> None:
        self.requests: list[Request] = []
        self.total = 0
        self.in_flight = self.most_in_flight = 0
        self.http_port = self.https_port = 0
        self.on_event: Callable[[Literal["request", "response"], str], None] | None = None
        self._authority = authority
        self._secret = words.randbytes(32)
        self._pages: dict[str, Page] = {}
        self._gate: Gate | None = None
        self._connections: Connections | None = None

    async def start(
        self, *, https_port: int = 443, http_port: int = 80, host: str = "0.0.0.0"
    ) -> None:
        """Écoute ; un port 0 en choisit un libre, que disent ensuite `https_port`, `http_port`."""
        self._connections = Connections(self._answer, self._authority)
        try:
            self.https_port = self._connections.listen(host, https_port, secure=True)
            self.http_port = self._connections.listen(host, http_port, secure=False)
        except OSError:
            await self.close()
            raise

    async def close(self) -> None:
        if self._gate:
            self._gate.open()
        if self._connections:
            await self._connections.close()
            self._connections = None

    @property
    def busy(self) -> bool:
        """Vrai si une réponse est en chemin, ou la connexion qui va la demander."""
        return bool(self._connections and self._connections.busy)

    @property
    def waiting(self) -> list[Request]:
        """Les requêtes auxquelles le site n'a pas encore répondu."""
        return [request for request in self.requests if request.ended is None]

    @property
    def connections(self) -> int:
        """Combien de connexions ont été ouvertes depuis le début."""
        return self._connections.total if self._connections else 0

    def page(
        self,
        url: str,
        *,
        latency: float = 0.0,
        body: bytes | None = None,
        status: int = 200,
    ) -> Page:
        """Déclare une page, ou la remplace ; on peut encore la changer ensuite."""
        page = self.find(url)
        content = page.body if body is None else body
        self._pages[page.url] = page = Page(page.url, content, status, latency)
        return page

    def find(self, url: str) -> Page:
        """La page que donne cette URL, déclarée ou non."""
        url = normalize(url)
        return self._pages.get(url) or Page(url, self._write(url))

    def hold_until(self, number: int, patience: float = PATIENCE) -> Gate:
        """Retient les réponses à venir : une concurrence se prouve ainsi sans chronomètre."""
        if self._gate:
            self._gate.open()
        self._gate = Gate(number, patience)
        return self._gate

    def _write(self, url: str) -> bytes:
        """Une page en UTF-8, accents compris, signée à ses deux bouts, de 4 à 40 ko."""
        draw = hashlib.blake2b(url.encode("utf-8", "replace"), key=self._secret, digest_size=12)
        nonce = draw.hexdigest()
        lines = 66 + int(nonce[:3], 16) % 534
        text = "".join(f"<p>{nonce} : où l'été a passé, {line}</p>\n" for line in range(lines))
        return (
            f'<!DOCTYPE html>\n<html lang="fr">\n<meta charset="utf-8">\n<title>{nonce}</title>\n'
            f"{text}<!-- {nonce} -->\n</html>\n"
        ).encode()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, Connection)
        record = self._record(request, connection)
        connection.busy = True
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self._gate:
                await self._gate.cross(self.in_flight)
            page = self.find(record.url)
            await asyncio.sleep(page.latency)
            response = _response(page)
            await response.prepare(request)
            await response.write_eof()
            record.status = page.status
            self._tell("response", f"{page.status}, {len(page.body)} octets : {page.url}")
        finally:
            self.in_flight -= 1
            connection.busy = False
            record.ended = time.monotonic()
        return response

    def _record(self, request: web.BaseRequest, connection: Connection) -> Request:
        target = request.raw_path
        if target.startswith("/"):
            target = f"{request.scheme}://{request.host}{target}"
        record = Request(
            url=normalize(_readable(target)),
            method=_readable(request.method),
            client=connection.client,
            ends=connection.ends,
            connection=connection.number,
            started=time.monotonic(),
        )
        self.total += 1
        if len(self.requests) < MAX_REQUESTS:
            self.requests.append(record)
        self._tell("request", f"{record.method} {record.url}")
        return record

    def _tell(self, kind: Literal["request", "response"], text: str) -> None:
        if self.on_event:
            self.on_event(kind, text)


def normalize(url: str) -> str:
    """« HTTPS://Hôte:443 » et « https://xn--hte-tna/ » sont la même URL."""
    try:
        parsed = yarl.URL(url)
        host = parsed.host_port_subcomponent
    except ValueError:
        return url
    return f"{parsed.scheme}://{host}{parsed.raw_path_qs}" if parsed.scheme and host else url


def _response(page: Page) -> web.Response:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return web.Response(body=page.body, status=page.status, headers=headers)


def _readable(text: str) -> str:
    """aiohttp garde les octets qui ne sont pas de l'UTF-8 comme Python ne sait pas les écrire."""
    return text.encode("utf-8", "backslashreplace").decode()
