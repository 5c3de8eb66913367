"""De quoi essayer le faux Internet : un site sur des ports libres, des clients polis ou non."""

import asyncio
import functools
import logging
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from grader.world.authority import Authority
from grader.world.site import Site

DEADLINE = 30.0  # secondes ; un test qui passe n'attend pas


@functools.cache
def authority() -> Authority:
    return Authority()


class Local:
    """Un site sur 127.0.0.1, et une session qui croit à son autorité."""

    def __init__(self, site: Site, session: aiohttp.ClientSession) -> None:
        self.site, self.session = site, session

    def url(self, path: str = "/", *, secure: bool = True) -> str:
        scheme, port = ("https", self.site.https_port) if secure else ("http", self.site.http_port)
        return f"{scheme}://127.0.0.1:{port}{path}"

    async def get(self, path: str = "/", *, secure: bool = True) -> bytes:
        async with self.session.get(self.url(path, secure=secure)) as response:
            return await response.read()

    async def raw(self, data: bytes, *, secure: bool = False) -> bytes:
        """Ce que répond le port à ces octets, écrits sans TLS, jusqu'à ce qu'il raccroche."""
        port = self.site.https_port if secure else self.site.http_port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(data)
            return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()


@asynccontextmanager
async def local_site(words: random.Random | None = None) -> AsyncIterator[Local]:
    site = Site(authority(), words or random.Random(1))
    await site.start(https_port=0, http_port=0, host="127.0.0.1")
    context = ssl.create_default_context(cadata=authority().pem.decode())
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        yield Local(site, session)
    await site.close()


class Journal(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.getMessage())


def on_local_site(scenario: Callable[[Local], Awaitable[None]]) -> Callable[[], None]:
    """Le test reçoit un site ; rien ne doit se perdre, ni tâche ni exception."""

    async def live() -> None:
        lost: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))
        journal = Journal()
        logging.getLogger().addHandler(journal)
        try:
            async with asyncio.timeout(DEADLINE), local_site() as local:
                await scenario(local)
        finally:
            logging.getLogger().removeHandler(journal)
        assert lost == []
        assert journal.records == []
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert local.site.in_flight == 0

    def test() -> None:
        asyncio.run(live())

    # Pas functools.wraps : pytest prendrait le paramètre de la coroutine pour une fixture.
    test.__name__, test.__doc__ = scenario.__name__, scenario.__doc__
    return test


async def until(happened: Callable[[], object]) -> None:
    while not happened():  # noqa: ASYNC110 (le fait n'a pas d'événement)
        await asyncio.sleep(0.002)
