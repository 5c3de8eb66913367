"""Un programme de la copie, devant un terminal : ce qu'il y écrit, ce qu'on y tape."""

import asyncio
import codecs
import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
from collections.abc import Sequence
from contextlib import suppress

import pyte

from grader.driving.idle import alive
from grader.driving.pulse import Pulse
from grader.driving.timeline import MAX_TEXT, Timeline
from grader.driving.traces import exceptions, own
from grader.driving.waiting import CONTROLLING_TERMINAL
from grader.model.text import plain
from grader.sandbox.appetite import computed, processes_of
from grader.sandbox.cell import Cell

COLUMNS, LINES = 160, 60
KEPT = 200_000  # caractères gardés ; les tout derniers, s'il y en a plus
LAST_LINES = 12
VANISHING = 2.0  # secondes laissées aux processus tués pour disparaître
# Quelques octets font redessiner tout l'écran, ou empiler des accents sans fin : on le dessine par
# petits bouts, et on cesse quand cela a pris trop de calcul. Le texte, lui, se garde toujours.
DRAWN, DRAWING = 256, 0.5  # caractères, secondes
TIOCGPTPEER = 0x5441  # <asm-generic/ioctls.h>
ENDLESS = 50_000  # octets : ce que n'écrit aucun programme du TP
FLOODED = "arrêté : il écrit sans fin"
CTRL_C, ENTER = "\x03", "\n"
KEYS = {CTRL_C: "Ctrl-C", ENTER: "Entrée"}  # celles qu'on ne lirait pas
# Ce qu'une lecture a pu couper : une séquence de commande, ou un retour à la ligne.
UNFINISHED = re.compile(
    r"(?:\x1b(?:\[[0-?]{0,60}[ -/]{0,4}|\][^\x07\x1b]{0,200}\x1b?|[ -/]{0,4})|\r)\Z"
)


class Program:
    """Lancé dans sa cellule ; finit avec le `async with` qui l'a ouvert."""

    def __init__(self, name: str, cell: Cell, pulse: Pulse, timeline: Timeline) -> None:
        self.name, self.cell = name, cell
        self._pulse, self._timeline = pulse, timeline
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._terminal = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._dropped = 0  # caractères oubliés au début de `_text`
        self._text = ""
        self._line = ""  # commencée, et pas encore finie
        self._process: asyncio.subprocess.Process | None = None
        self._exit: asyncio.Task[None] | None = None
        self._open = True
        self.keyboards = frozenset({CONTROLLING_TERMINAL})  # ce qu'il lit pour lire le clavier
        self._drawing = 0.0  # secondes de calcul passées à tenir l'écran
        self.written = 0  # octets écrits en tout
        self.times: list[tuple[float, str]] = []  # quand chaque morceau a été écrit
        self.code: int | None = None
        self.flooded = False

    async def start(self, command: Sequence[str], shown: str) -> None:
        self._master, slave = pty.openpty()
        size = struct.pack("HHHH", LINES, COLUMNS, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        os.set_blocking(self._master, False)
        self.keyboards |= {os.fstat(slave).st_rdev}
        self._timeline.add(self.name, "start", shown)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                **self.cell.options,
            )
        finally:
            os.close(slave)
        asyncio.get_running_loop().add_reader(self._master, self.drain)
        self._exit = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        assert self._process is not None
        code = await self._process.wait()
        # Ce qu'il a écrit avant de finir peut attendre encore dans le terminal.
        while self._open and self.drain():
            pass
        self.code = code
        self._timeline.add(self.name, "exit", str(code))
        self._pulse.beat()

    def drain(self) -> bool:
        """Lit ce qui est écrit ; faux quand il n'y a plus rien."""
        if not self._open:
            return False
        try:
            data = os.read(self._master, 65_536)
        except BlockingIOError:
            return False
        except OSError:  # EIO : plus personne à l'autre bout
            data = b""
        if not data:
            self._stop_reading()
            return False
        self.written += len(data)
        if self.written > self.cell.limits.output:
            self.flooded = True
            self._timeline.add(self.name, "note", FLOODED)
            self.kill()
            self._stop_reading()
        else:
            self._receive(self._decoder.decode(data))
        self._pulse.beat()
        return True

    def _receive(self, text: str) -> None:
        self._draw(text)
        text = self._pending + text
        cut = UNFINISHED.search(text)
        text, self._pending = (text[: cut.start()], cut.group()) if cut else (text, "")
        text = plain(text).replace("\r\n", "\n").replace("\r", "\n")
        if not text:
            return
        self._text += text
        if len(self._text) > KEPT:
            self._dropped += len(self._text) - KEPT
            self._text = self._text[-KEPT:]
        if len(self.times) < KEPT // 20:
            self.times.append((self._timeline.now, text))
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if line.strip():
                self._timeline.add(self.name, "screen", line)
        self._line = self._line[:MAX_TEXT]

    def _draw(self, text: str) -> None:
        for place in range(0, len(text), DRAWN):
            if self._drawing > DRAWING:
                break
            started = time.thread_time()
            with suppress(Exception):  # pyte n'a pas prévu toutes les séquences hostiles
                self._terminal.feed(text[place : place + DRAWN])
            self._drawing += time.thread_time() - started

    def _stop_reading(self) -> None:
        if self._open:
            self._open = False
            asyncio.get_running_loop().remove_reader(self._master)

    @property
    def endless(self) -> bool:
        """Il écrit sans fin, qu'on l'ait déjà arrêté ou que, trop lent, il coure encore."""
        return self.flooded or self.written > ENDLESS

    @property
    def here(self) -> int:
        """L'endroit où en est sa sortie, pour `since`."""
        return self._dropped + len(self._text)

    def since(self, place: int = 0) -> str:
        """Ce qu'il a écrit depuis, sans les séquences de commande."""
        return self._text[max(0, place - self._dropped) :]

    @property
    def prompt(self) -> str:
        """Ce qui précède le curseur sur sa ligne : l'invite, s'il y en a une."""
        cursor = self._screen.cursor
        line = self._screen.buffer[cursor.y]  # `display` mettrait tout l'écran en texte
        return "".join(line[column].data for column in range(cursor.x)).strip()

    @property
    def screen(self) -> str:
        """L'écran, tel qu'une personne le lirait."""
        return "\n".join(line.rstrip() for line in self._screen.display).strip("\n")

    @property
    def last_lines(self) -> str:
        """Ses dernières lignes, sous « … » s'il en a écrit d'autres avant."""
        *before, _ = lines = self._text.rstrip("\n").rsplit("\n", LAST_LINES)
        return "\n".join(["…", *lines[1:]] if len(before) == LAST_LINES else lines)

    def output(self, place: int = 0) -> str:
        """Ce qu'il a écrit depuis, sans les exceptions ni les avertissements de Python."""
        return own(self.since(place))

    @property
    def exception(self) -> str:
        """La dernière ligne d'une exception que personne n'a rattrapée ; vide s'il n'y en a pas."""
        return self.exception_since()

    def exception_since(self, place: int = 0) -> str:
        """De même, parmi ce qu'il a écrit depuis."""
        found = exceptions(self.since(place))
        return found[-1].text if found else ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self.code is None

    def processes(self) -> list[int]:
        """Lui et ses enfants, tels que le noyau les voit en cet instant."""
        return processes_of(self.pid)

    @property
    def computed(self) -> float:
        """Secondes de calcul de ses processus encore vivants : elles ne dépendent pas de la charge
        de la machine."""
        return computed(self.processes())

    def press(self, keys: str) -> None:
        """Appuie sur ces touches ; « \\x03 » est Ctrl-C."""
        if self._line.strip():
            self._timeline.add(self.name, "screen", self._line)
            self._line = ""
        self._timeline.add(self.name, "typed", KEYS.get(keys, keys.rstrip(ENTER)))
        with suppress(OSError):
            os.write(self._master, keys.encode())
            self._deliver()

    def _deliver(self) -> None:
        """Le noyau ne remet ce qu'on tape au terminal qu'un peu plus tard, mais il l'y met avant de
        dire s'il y a quelque chose à lire : on le demande donc de l'autre bout."""
        slave = fcntl.ioctl(self._master, TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            poll = select.poll()
            poll.register(slave, select.POLLIN)
            poll.poll(0)
        finally:
            os.close(slave)

    def type(self, line: str) -> None:
        self.press(line + ENTER)

    async def finish(self, deadline: float) -> int | None:
        """Attend sa fin ; son code de sortie, ou None s'il court encore."""
        await self._pulse.until(lambda: not self.running, deadline)
        return self.code

    def kill(self) -> None:
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        processes = self.processes() if self._process else []
        self.kill()
        if self._exit:
            await self._exit
        await self._vanish(processes)
        self._stop_reading()
        with suppress(OSError, AttributeError):
            os.close(self._master)

    async def _vanish(self, processes: Sequence[int]) -> None:
        """Attend que le noyau ait fini avec eux : jusque-là, leur port est encore pris."""
        loop = asyncio.get_running_loop()
        limit = loop.time() + VANISHING
        while any(map(alive, processes)) and loop.time() < limit:  # noqa: ASYNC110 (le noyau ne prévient pas)
            await asyncio.sleep(0.002)
