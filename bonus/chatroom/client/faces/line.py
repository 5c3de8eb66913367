"""Le client en lignes : ce qui se voit et se tape ; la connexion est celle de network/link.py."""

import asyncio
import re
import time
from collections import deque
from contextlib import suppress
from functools import partial
from typing import Any

from chatroom.client.core import events
from chatroom.client.faces.commands import help_lines, parse
from chatroom.client.faces.console import Console, size
from chatroom.client.faces.display import Display
from chatroom.client.faces.ignoring import Ignored
from chatroom.client.faces.names import Names
from chatroom.client.faces.speaking import DEFAULT_ROOM, Book, Outcome, Speaker, outcome_of
from chatroom.client.network.link import Link
from chatroom.client.pictures import drawn
from chatroom.protocol.flags import Role
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import PRIVATE, Pictured
from chatroom.protocol.text import fold

WAITING = 100  # messages à faire accuser au-delà desquels on ne lit plus la suite d'un fichier
LETTERS = 10  # messages privés d'avant à remontrer en arrivant
SOON = 1.0  # seconde : un accusé plus lent que cela s'attend en le disant
COLOURS = re.compile("\x1b\\[[0-9;]*m")


class LineClient:
    def __init__(
        self,
        console: Console,
        link: Link,
        names: Names,
        book: Book,
        limits: Limits,
        ignored: Ignored | None = None,
    ) -> None:
        self._console, self._link, self._book = console, link, book
        self._limits = limits
        self._display = Display(console.colours, time.localtime())
        self._speaker = Speaker(link, names, limits, self._write, ignored)
        self._role = Role(0)
        self._room = ""  # celui où l'on parle
        self._letters: deque[events.Spoke] = deque(maxlen=LETTERS)
        self._awaited: tuple[type[events.Event], ...] = ()
        self._reply: asyncio.Future[events.Event] | None = None
        self._ended: events.Ended | None = None

    async def run(self, room: str) -> Outcome:
        """Toute la conversation, dans `room` s'il n'est pas vide."""
        self._link.start()
        listening = asyncio.create_task(self._listen())
        talking = asyncio.create_task(self._talk(room))
        try:
            await asyncio.wait((listening, talking), return_when=asyncio.FIRST_COMPLETED)
            if not listening.done():
                return await self._leave(talking.result(), listening)
            listening.result()
            assert self._ended
            return outcome_of(self._ended)
        finally:
            await _stop(talking)
            await self._link.close(wait=False)
            await _stop(listening)

    async def _leave(self, outcome: Outcome, listening: asyncio.Task[None]) -> Outcome:
        """Les derniers accusés de réception s'affichent encore."""
        outbox = self._link.participant.outbox
        if not await self._link.drain(0, SOON) and not self._ended:
            self._write(f"Messages encore sans accusé de réception : {len(outbox)}…")
        settled = await self._link.close()
        await listening
        if settled:
            return outcome
        self._write(f"Messages peut-être perdus, sans accusé de réception : {len(outbox)}.")
        return Outcome.FAILED

    def _write(self, *lines: str) -> None:
        if lines:
            self._console.write("\n".join(lines))
            self._book.write(*(COLOURS.sub("", line) for line in lines))

    # Ce qu'on tape

    async def _talk(self, room: str) -> Outcome:
        try:
            await self._next(events.Welcomed)
            if not await self._begin(room):
                return Outcome.FAILED
            while True:
                text = await self._console.read(f"{self._room} > ")
                for line in text.splitlines():  # un texte collé en a plusieurs
                    await self._obey(line)
                if not self._console.interactive:
                    await self._link.drain(WAITING)
        except (EOFError, KeyboardInterrupt):
            return Outcome.LEFT

    async def _begin(self, room: str) -> bool:
        """Le premier salon, d'un trait : la liste, la question, l'entrée."""
        participant, interactive = self._link.participant, self._console.interactive
        if not room and interactive and self._speaker.ask(participant.list_rooms):
            await self._next(events.RoomsListed, events.Lost)
        while True:
            if not room and interactive:
                question = f"Salon à rejoindre ou à créer [{DEFAULT_ROOM}] : "
                room = (await self._console.read(question)).strip()
            if await self._enter(room or DEFAULT_ROOM):
                return True
            if not interactive:
                return False
            room = ""

    async def _enter(self, room: str) -> bool:
        """Entre dans ce salon ; son mot de passe, s'il en faut un, se demande."""
        participant, word = self._link.participant, ""
        while self._speaker.ask(partial(participant.join, room, word)):
            if not participant.welcomed:
                return False
            answer = await self._next(events.Entered, events.RefusedRequest, events.Lost)
            if not isinstance(answer, events.RefusedRequest):
                return isinstance(answer, events.Entered)
            if answer.reason is not Reason.CODE or not self._console.interactive:
                return False
            word = (await self._console.read(f"Mot de passe de {room} : ")).strip()
            if not word:
                return False
        return False

    async def _next(self, *kinds: type[events.Event]) -> events.Event:
        """Le prochain événement de cette sorte, une fois affiché."""
        self._awaited, self._reply = kinds, asyncio.get_running_loop().create_future()
        return await self._reply

    async def _obey(self, line: str) -> None:
        try:
            command, rest = parse(line)
        except ValueError as why:
            return self._write(str(why))
        match command:
            case "/join" if fold(rest) == fold(self._room):
                self._write(f"Vous êtes déjà dans {self._room}.")
            case "/join":
                # La suite sera dite dans ce salon, et non dans celui que l'on quitte.
                await self._enter(rest)
            case "/image":
                await self._speaker.send_image(self._room, rest)
            case "/help":
                self._write(*help_lines(bool(self._role)))
            case "/quit":
                raise EOFError
            case _ if command or rest:
                self._speaker.obey(self._room, command, rest)
        return None

    # Ce qui arrive

    async def _listen(self) -> None:
        async for event in self._link.events():
            heard = self._speaker.hear(event)
            if heard is None:
                continue
            event = heard  # noqa: PLW2901
            self._follow(event)
            match event:
                case events.ImageReceived():
                    await self._draw(event.data)
                    continue
                case events.Spoke(room=room, old=True) if room == PRIVATE and not self._room:
                    self._letters.append(event)
                    continue
                case events.Entered(room=room) if room != self._room:
                    self._show_letters()
                    previous, self._room = self._room, room
                    if previous:
                        self._speaker.ask(partial(self._link.participant.leave, previous))
                case events.Spoke(message=message, mine=False, old=False):
                    if isinstance(message, Pictured):
                        self._speaker.ask(partial(self._link.participant.fetch, message))
            self._write(*self._display.lines(event))
            if self._reply and not self._reply.done() and isinstance(event, self._awaited):
                self._reply.set_result(event)
            if isinstance(event, events.Ended) and event.final:
                self._ended = event
                return

    def _follow(self, event: events.Event) -> None:
        """Qui l'on est, et où l'on parle."""
        match event:
            case events.Welcomed(role=role):
                self._role = Role(role)
            case events.AnswerReceived(verb="operator"):
                self._role = Role.OPERATOR
            case events.Renamed(room=room, name=name) if room == self._room:
                self._room = name
            case events.PutOut(room=room) if room == self._room:
                self._room = ""

    def _show_letters(self) -> None:
        if self._letters:
            self._write(self._display.dim("— derniers messages privés —"))
        while self._letters:
            self._write(*self._display.lines(self._letters.popleft()))

    async def _draw(self, data: bytes) -> None:
        columns, rows = size()
        shape = (columns - 1, rows - 4)  # ce qui l'annonce reste à l'écran
        self._console.write(await drawn(data, *shape, self._limits, self._console.colours))


async def _stop(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
