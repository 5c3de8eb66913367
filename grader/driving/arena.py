"""L'arène d'un contrôle : les programmes qu'on y lance, le monde qui les entoure, l'attente."""

import asyncio
import functools
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path, PurePosixPath
from typing import Literal, Self, TypeVar

from grader.driving import coroutines
from grader.driving.deadline import Deadline
from grader.driving.idle import BUSY, FINISHED, Observer, Sleep
from grader.driving.peer import Peer
from grader.driving.program import Program
from grader.driving.pulse import Pulse
from grader.driving.setting import Job, Script, Setting
from grader.driving.timeline import Timeline
from grader.driving.waiting import Wait, selectors
from grader.driving.words import RandomWords
from grader.model.records import Launch
from grader.sandbox.appetite import processes_of, starved
from grader.sandbox.cell import BubblewrapCell, Cell, PlainCell, prepare_system
from grader.world.capture import Capture
from grader.world.diag import Diag
from grader.world.dns import start_dns
from grader.world.site import Site

T = TypeVar("T")
ASYNCHRONOUS = ".asynchronous"  # les contrôles qui regardent aussi quelles coroutines s'exécutent
CONFIRMED = 0.03  # secondes sans que rien ne bouge, pour ne pas conclure d'un seul regard
# Là où le noyau ne dit pas dans quel appel dort un programme, un délai tient lieu de preuve.
CALM = 0.4  # secondes de sommeil au bout desquelles il ne répondra plus
TURNS = 5  # de la boucle d'événements, pour accepter une connexion et en lire les octets
LOOK = 0.01  # secondes entre deux regards
NAP = 0.02  # de même, quand rien ne presse ; moins que BLINK, pour voir les battements
LONG_NAP = 0.1  # de même, quand on sait qu'il n'y aura rien de neuf d'ici là
BUSY_FOR = 8  # ce qui occupe depuis une seconde occupera bien un huitième de plus


class Arena:
    """Vit le temps d'un contrôle ; à sa fin, plus rien de la copie ne court."""

    def __init__(self, setting: Setting, job: Job) -> None:
        self.setting, self.job = setting, job
        self.step, self.check = job.step, job.check
        self.words = RandomWords(job.seed, job.check.id)
        self.timeline = Timeline()
        self.pulse = Pulse()
        self.notes: list[str] = []
        self.launch: Launch | None = None  # ce qu'un contrôle qui échoue a pourtant appris
        self.tried: Launch | None = None  # la façon dont le script jugé vient d'être lancé
        self.programs: list[Program] = []
        self.peers: list[Peer] = []  # les connexions du contrôle avec les programmes
        self.sites: list[Site] = []
        self.proven = False  # la dernière attente vaine l'était, quelle que soit la machine
        self._observers: dict[int, Observer] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self.setting.sandbox == "bwrap":
            runtimes = [script.runtime for script in self.job.scripts.values()]
            pem = self.setting.authority.pem
            prepare_system(self.setting.place, runtimes, pem)
            self._place = self.setting.place
            dns = await start_dns()
            self._stack.callback(dns.close)
        else:
            folder = tempfile.TemporaryDirectory(prefix="tp6-", dir=self.setting.place)
            self._place = Path(self._stack.enter_context(folder))
        self.diag = self._stack.enter_context(Diag())
        if self.setting.alarms >= 0:
            loop = asyncio.get_running_loop()
            loop.add_reader(self.setting.alarms, self._on_alarm)
            self._stack.callback(loop.remove_reader, self.setting.alarms)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.timeline.closed = True  # la fin que nous donnons aux programmes n'est pas leur fait
        for program in self.programs:
            await program.close()
        await self._stack.aclose()

    async def open_site(self) -> Site:
        """Le faux Internet : toutes les pages de tous les sites, en http et en https."""
        site = Site(self.setting.authority, self.words.random)
        if self.setting.sandbox == "bwrap":
            await site.start()
        else:
            await site.start(https_port=0, http_port=0, host="127.0.0.1")
        self._stack.push_async_callback(site.close)
        site.on_event = self._on_site
        self.sites.append(site)
        return site

    def _on_site(self, kind: Literal["request", "response"], text: str) -> None:
        # Une ligne de vie par site : entre eux, l'ordre change d'un essai à l'autre.
        host = text.partition("://")[2].partition("/")[0]
        self.timeline.add(f"site {host}", kind, text)
        self.pulse.beat()

    def elsewhere(self) -> tuple[str, int]:
        """Une adresse et un port à donner à -a et -p ; sans bac à sable, où personne n'écoute."""
        if self.setting.sandbox == "bwrap":
            return self.words.address(), self.words.port()
        host = "127.0.0.1"
        return host, next(filter(functools.partial(_free, host), iter(self.words.port, 0)))

    def at_end(self, close: Callable[[], object]) -> None:
        """Fait appeler `close` à la fin du contrôle."""
        self._stack.callback(close)

    def open_capture(self) -> Capture | None:
        """De quoi voir où un programme cherche à se connecter ; None hors du bac à sable."""
        if self.setting.sandbox == "none":
            return None
        capture = Capture()
        self._stack.callback(capture.close)
        return capture

    async def start(
        self,
        arguments: Sequence[str] = (),
        *,
        name: str = "",
        script: Script | None = None,
        files: Mapping[str, str] | None = None,
        planted: Mapping[PurePosixPath, bytes] | None = None,
    ) -> Program:
        """Lance `python SCRIPT ARGUMENTS…`, dans une cellule neuve où la copie est recopiée.

        `files` : à poser dans le dossier où il est lancé ; `planted` : dans le /tmp de sa cellule.
        """
        script = script or self.job.script
        if script.path == self.job.script.path:
            self.tried = script.launch
        cell = self.new_cell()
        self.setting.submission.write_to(cell.copy)
        name = name or {"server": "serveur", "client": "client"}.get(self.step.kind, "script")
        program = Program(name, cell, self.pulse, self.timeline)
        folder = script.launch.folder
        for file, content in (files or {}).items():
            given = cell.copy / folder / file
            shutil.rmtree(given, ignore_errors=True)  # un dossier de ce nom, dans la copie
            given.unlink(missing_ok=True)
            given.write_text(content, encoding="utf-8")
        if self.setting.sandbox == "bwrap":  # sinon, /tmp est celui de la personne
            for path, old in (planted or {}).items():
                cell.plant(path, old)
            if self.check.id.endswith(ASYNCHRONOUS):
                coroutines.follow(cell)
        target = os.path.relpath(str(script.path), folder or ".")  # noqa: ASYNC240 (ne touche pas au disque)
        if target.startswith("-"):  # Python y verrait une option
            target = f"./{target}"
        command = cell.command(script.runtime, [target, *arguments], folder)
        self.programs.append(program)
        await program.start(command, " ".join(["python", target, *arguments]))
        return program

    def new_cell(self) -> Cell:
        setting, number = self.setting, len(self.programs)
        if setting.sandbox == "bwrap":
            return BubblewrapCell.create(self._place, number, setting.limits)
        bundle = self._place / "ca.pem"
        bundle.write_bytes(setting.authority.pem)
        trust = {"SSL_CERT_FILE": str(bundle), "REQUESTS_CA_BUNDLE": str(bundle)}
        return PlainCell.create(self._place / f"cell{number}", setting.limits, trust)

    def _on_alarm(self) -> None:
        """Le chien de garde a arrêté un programme, et dit pourquoi."""
        for line in os.read(self.setting.alarms, 4096).decode().splitlines():
            process, _, excess = line.partition(" ")
            for program in self.programs:
                if str(program.pid) == process:
                    self.timeline.add(program.name, "note", f"arrêté : trop de {excess}")
                    program.kill()

    def state(self, program: Program) -> Sleep:
        """Ce que fait ce programme en cet instant, d'après le noyau."""
        if not program.running:
            return FINISHED
        program.drain()  # ce qu'il vient d'écrire peut attendre encore dans le terminal
        observer = self._observers.setdefault(program.pid, Observer(program.pid))
        state = observer.look(self.diag, self.peers)
        return BUSY if any(site.busy for site in self.sites) else state

    def idle(self, program: Program) -> bool:
        """Vrai s'il n'a plus rien à faire, et que rien de ce qu'il lit n'est en route."""
        return self.state(program).asleep

    def asks(self, program: Program) -> bool:
        """Vrai s'il attend une ligne du clavier ; ou s'il dort sans qu'on puisse savoir de quoi."""
        state = self.state(program)
        if state.asleep and not state.proven:
            return True
        return bool(state.devices & program.keyboards)

    def watched(self, program: Program) -> list[Wait]:
        """Les sélecteurs sur lesquels dort, en cet instant, l'un des fils du programme."""
        return selectors(program.processes()) if program.running else []

    def sockets(self, peers: Iterable[Peer]) -> frozenset[int]:
        """Les inodes des sockets que tient le programme à l'autre bout de ces connexions."""
        ends = (self.diag.connection(peer.other_address, peer.address) for peer in peers)
        return frozenset(end.inode for end in ends if end)

    def deadline(self, seconds: float) -> Deadline:
        """Dans ce temps-là, compté pour des programmes à qui un processeur ne manque pas."""

        def waited() -> float:
            running = [program.pid for program in self.programs if program.running]
            return sum(starved(processes_of(process)) for process in running)

        return Deadline(seconds * self.job.patience, waited)

    def doing(self, program: Program) -> str:
        """Ce que fait le programme, en français : « dort », « calcule sans fin »…"""
        state, observer = self.state(program), self._observers.get(program.pid)
        if program.endless:
            return "écrit sans fin"
        if not state.running:
            return "a fini"
        if not state.asleep and observer and 2 * observer.busy > observer.looked:
            return "calcule sans fin"
        if state.unread:
            return "n'a pas lu ce qu'on lui envoie"
        return "attend qu'on tape une ligne" if self.asks(program) else "dort"

    async def wait(
        self, fact: Callable[[], T], *programs: Program, calm: float = CALM, deadline: float = 0.0
    ) -> T:
        """Renvoie `fact()` dès qu'il est vrai ; ou dès que les programmes dorment pour plus
        longtemps qu'il ne reste ; ou après `deadline` secondes (celles du contrôle par défaut)."""
        value, proven = await self._wait(fact, programs, Sleep.lasts, calm, deadline)
        if not value:
            self.proven = proven
        return value

    async def settle(self, *programs: Program) -> None:
        """Attend que ces programmes aient lu et fait tout ce qu'ils avaient à faire.

        Ce qui revient à intervalles réguliers ne compte pas : on l'attendrait toujours.
        """
        await self._wait(bool, programs, _settled, CONFIRMED)

    async def rest(
        self, *programs: Program, fact: Callable[[], bool] = bool, calm: float = CONFIRMED
    ) -> None:
        """Attend `fact`, ou que ces programmes dorment, fût-ce pour peu de temps."""
        await self._wait(fact, programs, lambda _state, _left: True, calm)

    async def _wait(
        self,
        fact: Callable[[], T],
        programs: Sequence[Program],
        enough: Callable[[Sleep, float], bool],
        calm: float,
        deadline: float = 0.0,
    ) -> tuple[T, bool]:
        """Ce qu'a donné `fact`, et si l'attente, quand elle est vaine, est une preuve."""
        loop = asyncio.get_running_loop()
        patience = self.job.patience
        limit = self.deadline(deadline or self.check.deadline)
        since = calm_at = loop.time()
        proven = False
        before: list[frozenset[tuple[int, int]]] = []
        while not (value := fact()):
            # Ce qu'un autre programme de l'arène va faire peut encore le réveiller.
            states = [self.state(program) for program in self.programs] if programs else [BUSY]
            turns = [state.turns for state in states]
            proven = all(state.proven for state in states)
            asleep = all(state.asleep for state in states)
            now, left = loop.time(), limit.left()
            if not asleep or (proven and turns != before):
                since, before = now, turns
            calm_at = now if asleep else calm_at
            rested = (now - max(since, self.pulse.last)) / patience
            if proven and rested >= CONFIRMED:
                concluded = all(enough(state, left) for state in states)
            else:
                concluded = not proven and rested > calm
            if concluded or left <= 0:
                proven &= rested >= CONFIRMED
                # Sur une machine chargée, ce qui nous est arrivé peut attendre que nous le lisions.
                stirred = await self._catch_up()
                if (value := fact()) or left <= 0 or not stirred:
                    break
            # Occupés, ou endormis pour un temps compté, ils le restent un peu : y regarder coûte.
            if not asleep:
                pause = _nap((now - calm_at) / BUSY_FOR)
            elif proven and rested >= CONFIRMED:
                # À l'approche du réveil, on y regarde d'assez près pour voir les battements.
                pause = _nap(min([left, *(state.soonest / 2 for state in states)]))
            else:
                pause = LOOK
            await self.pulse.until(fact, pause)
        return value, proven

    async def _catch_up(self) -> bool:
        """Laisse la boucle accepter et lire ce qui est là ; vrai si quelque chose y était."""
        last = self.pulse.last
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return self.pulse.last != last


def _free(host: str, port: int) -> bool:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError:
            return False
        return True


def _nap(seconds: float) -> float:
    return min(LONG_NAP, max(NAP, seconds))


def _settled(state: Sleep, left: float) -> bool:
    return state.timer is None or state.timer > left
