"""L'adresse d'où l'on surveille : des demandes bornées, et une réponse à chacune."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus

import pytest
from chatroom.server.operation import monitor
from chatroom.server.operation.monitor import AT_ONCE, HEAD, PLAIN, Monitor, text_answer
from chatroom.server.transports.site import Answer

from tests.support.waiting import DEADLINE

BIG = 50_000_000  # octets : plus que n'en gardent les deux noyaux


async def hello() -> Answer:
    return text_answer(HTTPStatus.OK, "voilà\n", PLAIN)


async def never() -> Answer:
    await asyncio.Event().wait()
    raise AssertionError


async def big() -> Answer:
    return text_answer(HTTPStatus.OK, "x" * BIG, PLAIN)


def with_monitor(scene: Callable[[Monitor, str, int], Awaitable[None]]) -> None:
    async def play() -> None:
        watched = Monitor({"/hello": hello, "/never": never, "/big": big})
        host, port = await watched.listen("127.0.0.1", 0)
        try:
            async with asyncio.timeout(DEADLINE):
                await scene(watched, host, port)
        finally:
            watched.close()

    asyncio.run(play())


async def until(fact: Callable[[], object]) -> None:
    while not fact():  # noqa: ASYNC110 (le fait n'est pas un événement)
        await asyncio.sleep(0.005)


async def ask(host: str, port: int, request: bytes) -> tuple[str, str, str]:
    """La première ligne de la réponse, ses en-têtes, son corps ; il ferme ensuite."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request)
    answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    first, _, headers = head.partition("\r\n")
    return first, headers, body


def test_a_page_is_asked_and_given() -> None:
    async def scene(_: Monitor, host: str, port: int) -> None:
        first, headers, body = await ask(host, port, b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (first, body) == ("HTTP/1.1 200 OK", "voilà\n")
        for header in ("Connection: close", "Content-Length: 7", f"Content-Type: {PLAIN}"):
            assert header in headers.split("\r\n")
        assert "X-Content-Type-Options: nosniff" in headers
        asked = await ask(host, port, b"GET /hello?debug=1 HTTP/1.0\r\n\r\n")
        assert asked[2] == "voilà\n"
        first, headers, body = await ask(host, port, b"HEAD /hello HTTP/1.1\r\n\r\n")
        assert (first, body) == ("HTTP/1.1 200 OK", "")
        assert "Content-Length: 7" in headers

    with_monitor(scene)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "404 Not Found"),
        (b"GET /hello/ HTTP/1.1\r\n\r\n", "404 Not Found"),
        (b"GET http://a/hello HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (b"POST /hello HTTP/1.1\r\n\r\n", "405 Method Not Allowed"),
        (b"\x01\x00\x04zut!\r\n\r\n", "400 Bad Request"),
        (b"GET /hello HTTP/2.0\r\n\r\n", "400 Bad Request"),
        (b"GET /\x1b[2J HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (b"\r\n\r\n", "400 Bad Request"),
        (b"GET /hello HTTP/1.1\r\nA: " + b"x" * HEAD, "400 Bad Request"),
    ],
    ids=range(9),
)
def test_what_is_asked_badly(request_: bytes, status: str) -> None:
    async def scene(_: Monitor, host: str, port: int) -> None:
        first, headers, body = await ask(host, port, request_)
        assert first == f"HTTP/1.1 {status}"
        assert body
        assert ("Allow: GET, HEAD" in headers) == ("405" in status)

    with_monitor(scene)


def test_who_does_not_finish_asking_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "READING", 0.01)

    async def scene(_: Monitor, host: str, port: int) -> None:
        assert (await ask(host, port, b"GET /hel"))[0] == "HTTP/1.1 400 Bad Request"

    with_monitor(scene)


def test_who_does_not_read_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "PATIENCE", 0.05)

    async def scene(watched: Monitor, host: str, port: int) -> None:
        reader, writer = await asyncio.open_connection(host, port, limit=1)
        writer.write(b"GET /big HTTP/1.1\r\n\r\n")
        await reader.read(1)  # puis plus rien : ce lecteur n'a que deux octets d'avance
        await until(lambda: not watched.busy)
        read = 0
        with suppress(ConnectionResetError):
            while data := await reader.read(1_000_000):
                read += len(data)
        assert read < BIG / 2
        writer.close()

    with_monitor(scene)


def test_not_too_many_at_once() -> None:
    async def scene(watched: Monitor, host: str, port: int) -> None:
        held = [await asyncio.open_connection(host, port) for _ in range(AT_ONCE)]
        first, *_ = await ask(host, port, b"")
        assert first == "HTTP/1.1 503 Service Unavailable"
        assert watched.busy == AT_ONCE
        for _, writer in held:
            writer.close()
        await until(lambda: not watched.busy)
        assert (await ask(host, port, b"GET /hello HTTP/1.1\r\n\r\n"))[2] == "voilà\n"

    with_monitor(scene)


def test_closing_waits_for_nobody() -> None:
    async def scene(watched: Monitor, host: str, port: int) -> None:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET /never HTTP/1.1\r\n\r\n")
        await until(lambda: watched.busy)
        watched.close()
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(host, port)

    with_monitor(scene)
