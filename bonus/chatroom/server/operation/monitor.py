"""De quoi surveiller le serveur, à une adresse à part : une demande HTTP, et sa réponse.

Qui surveille n'est pas un client : ni les places, ni les bornes du chat ne sont les siennes.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from http import HTTPStatus

from chatroom.server.transports.site import ALWAYS, Answer, error

HEAD = 8_192  # octets d'une demande : celles de Prometheus en ont trois cents
PLAIN = "text/plain; charset=utf-8"
AT_ONCE = 8  # demandes : il n'y a d'ordinaire qu'un surveillant, et chacune prend un descripteur
READING = 5.0  # secondes pour demander
PATIENCE = 15.0  # secondes, du premier octet lu au dernier écrit : un disque lent répond en cinq
FIRST_LINE = re.compile(rb"(?P<method>[A-Z]+) (?P<path>/[!->@-~]*)(?:\?[!-~]*)? HTTP/1\.[01]\r\n")

Page = Callable[[], Awaitable[Answer]]


class Monitor:
    def __init__(self, pages: Mapping[str, Page]) -> None:
        """`pages` : par chemin, ce qui la fait, à chaque demande."""
        self._pages = pages
        self._visits: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> tuple[str, int]:
        """Écoute ; l'adresse où venir. OSError si c'est impossible."""
        self._server = await asyncio.start_server(self._visit, host, port, limit=HEAD)
        name, found = self._server.sockets[0].getsockname()[:2]
        return name, found

    @property
    def busy(self) -> int:
        """Demandes auxquelles il n'a pas fini de répondre."""
        return len(self._visits)

    def close(self) -> None:
        """N'attend personne."""
        if self._server:
            self._server.close()
        for visit in self._visits:
            visit.cancel()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit
        self._visits.add(visit)
        try:
            async with asyncio.timeout(PATIENCE):
                method, answer = await self._answer(reader)
                writer.write(_serialized(answer, with_body=method != "HEAD"))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError):
            pass  # il est parti, ou ne lit pas
        finally:
            self._visits.discard(visit)
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[str, Answer]:
        if self.busy > AT_ONCE:
            return "", error(HTTPStatus.SERVICE_UNAVAILABLE, "Trop de demandes à la fois.")
        head = b""
        with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            async with asyncio.timeout(READING):
                head = await reader.readuntil(b"\r\n\r\n")
        found = FIRST_LINE.match(head)
        if not found:
            return "", error(HTTPStatus.BAD_REQUEST, "Cette demande n'est pas du HTTP.")
        method, page = found["method"].decode(), self._pages.get(found["path"].decode())
        if page is None:
            known = ", ".join(self._pages)
            return method, error(HTTPStatus.NOT_FOUND, f"Il n'y a rien ici : {known}.")
        if method not in {"GET", "HEAD"}:
            text = "Cela ne se demande que par GET."
            return method, error(HTTPStatus.METHOD_NOT_ALLOWED, text, ("Allow", "GET, HEAD"))
        return method, await page()


def text_answer(status: HTTPStatus, body: str, kind: str) -> Answer:
    """Une page faite de ce texte, de cette sorte (Content-Type)."""
    data = body.encode()
    headers = (("Content-Type", kind), ("Content-Length", str(len(data))))
    return Answer(status, (*headers, *ALWAYS), data)


def _serialized(answer: Answer, *, with_body: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head + answer.body if with_body else head
