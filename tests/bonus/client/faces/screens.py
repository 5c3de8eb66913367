"""Le client plein écran dans un écran simulé, devant un vrai serveur."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from chatroom.client.faces.names import Names
from chatroom.client.faces.screen.app import ChatApp
from chatroom.client.faces.speaking import Outcome
from chatroom.client.network.link import Link, Patience
from chatroom.protocol.limits import Limits
from textual.pilot import Pilot

from tests.bonus.client.network.stage import Keyring
from tests.support.waiting import DEADLINE

QUICK = Patience(first=0.05, longest=0.2, goodbye=2.0)


class Book:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, *lines: str) -> None:
        self.lines += lines


class Seat:
    """Une personne devant l'écran."""

    def __init__(self, app: ChatApp, pilot: Pilot[Outcome], book: Book) -> None:
        self.app, self.pilot, self.book = app, pilot, book

    @property
    def lines(self) -> list[str]:
        """L'écran, tel qu'on le lit."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def until(self, happened: Callable[[], object]) -> None:
        """Attend ce fait, en laissant vivre l'application."""
        limit = time.monotonic() + DEADLINE
        while not happened():
            if time.monotonic() > limit:
                raise AssertionError(f"jamais arrivé :\n{self.text}")
            await asyncio.sleep(0.01)

    async def expect(self, text: str) -> None:
        await self.until(lambda: text in self.text)

    async def absent(self, text: str) -> None:
        await self.until(lambda: text not in self.text)

    async def type(self, text: str) -> None:
        """Dit cette ligne."""
        self.app.composer.value = text
        self.app.composer.cursor_position = len(text)
        await self.pilot.press("enter")


@asynccontextmanager
async def seated(
    port: int,
    pseudo: str,
    room: str,
    size: tuple[int, int],
    theme: str = "",
    limits: Limits | None = None,
) -> AsyncIterator[Seat]:
    book, limits, names = Book(), limits or Limits(), Names()
    link = Link("127.0.0.1", port, pseudo, Keyring(), limits, QUICK)
    app = ChatApp(link, names, book, limits, room)
    async with app.run_test(size=size) as pilot:
        seat = Seat(app, pilot, book)
        if theme:
            app.theme = theme
        await seat.until(lambda: app.rooms.find(room))
        yield seat
    await link.close(wait=False)
