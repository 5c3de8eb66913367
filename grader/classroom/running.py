"""Corriger une classe : quelques copies ouvertes à la fois, dont les essais partagent les places.

Chaque copie a un processus à elle, né d'un fork : qu'il plante ou qu'on le tue, les autres n'en
savent rien. Son rapport est écrit dès qu'elle est finie ; relancée sur le même dossier, la
correction garde ce qui est fini et n'a pas changé.
"""

import contextlib
import dataclasses
import functools
import json
import os
import random
import selectors
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, NoReturn

from grader.classroom import kept
from grader.classroom.copies import Copy
from grader.classroom.kept import Kept
from grader.classroom.reserved import EXTRACTED
from grader.classroom.source import laid_out
from grader.discovery.files import Submission, printable, read_submission
from grader.discovery.interpreters import KnownInterpreters
from grader.engine import budget, catalogue, grading
from grader.engine.preparing import Find
from grader.engine.slots import Desk, SharedSlots, Slots, holding
from grader.model.records import RefusedError, Report, Step
from grader.model.version import VERSION
from grader.reports import files, jsonreport
from grader.reports.restoring import restore
from grader.sandbox.inherited import forget, keep_only, stops_held
from grader.sandbox.limits import CellLimits
from grader.sandbox.namespaces import die_with_parent
from wording.harmless import hidden, shortened
from wording.reasons import reason

MAX_NAME = 200  # octets ; le système en accepte 255, « .json » compris
MAX_TEXT = 1000  # caractères d'une raison
CHUNK = 1 << 16  # octets
STOPPED = "Le correcteur de cette copie s'est arrêté avant la fin ({how})."


@dataclass(frozen=True)
class ToGrade:
    """Une copie à corriger."""

    copy: Copy
    seed: int | None = None  # None : tirée au sort, ou celle du rapport qu'on garde
    again: bool = False  # même si son rapport est là, et qu'elle n'a pas changé
    chosen: Mapping[str, str] = field(default_factory=dict)  # par étape, le script à juger
    shown: str = ""  # le dossier dont parle son rapport ; vide : le sien

    @property
    def name(self) -> str:
        """Celui de son rapport, sans « .json »."""
        return self.copy.report


What = Literal[
    "opened",  # elle est à son tour
    "settled",  # un de ses contrôles est jugé
    "finished",  # son rapport est écrit
    "kept",  # son rapport y était déjà, et elle n'a pas changé
    "failed",  # elle n'a pas de rapport ; `text` dit pourquoi
]


@dataclass(frozen=True)
class News:
    """Ce qui vient d'arriver à une copie."""

    what: What
    done: int = 0  # contrôles finis
    total: int = 0  # contrôles en tout
    text: str = ""  # le dernier contrôle fini, ou une raison, en français, à neutraliser


Tell = Callable[[ToGrade, News], None]


@dataclass(frozen=True)
class ClassOptions:
    results: Path  # le dossier des rapports, qu'on s'est réservé (`reserved`)
    steps: Sequence[Step]
    selection: tuple[str, ...] = ()
    jobs: int = field(default_factory=lambda: 2 * (os.cpu_count() or 1))  # essais menés de front
    opened: int = field(default_factory=lambda: 2 * (os.cpu_count() or 1))  # copies à la fois
    budget: float = budget.DEFAULT  # secondes, pour chaque copie
    limits: CellLimits = field(default_factory=CellLimits)
    find: Find | None = None  # où chercher les Python de la machine ; None : une fois, d'abord

    def report(self, copy: ToGrade) -> Path:
        return self.results / f"{copy.name}.json"


def grade_class(copies: Sequence[ToGrade], options: ClassOptions, tell: Tell) -> None:
    """Corrige ces copies, toujours dans un bac à sable ; `tell` apprend ce qui arrive à chacune.

    Un arrêt (KeyboardInterrupt, SystemExit, une exception de `tell`) tue aussitôt ce qui court ;
    les rapports déjà écrits restent. RefusedError si des noms ne conviennent pas.
    """
    _check_names(copies)
    known = options.find or KnownInterpreters()  # avant les fork, pour que toutes en héritent
    running = _Running(dataclasses.replace(options, find=known), tell)
    try:
        running.run(copies)
    finally:
        running.stop()


def _check_names(copies: Sequence[ToGrade]) -> None:
    seen: dict[str, str] = {}
    for copy in copies:
        shown = printable(copy.name)
        if (
            not copy.name
            or "/" in copy.name
            or copy.name.startswith(".")
            or any(map(hidden, copy.name))
            or len(os.fsencode(copy.name)) > MAX_NAME
        ):
            raise RefusedError(f"Le nom « {shown} » ne peut être celui d'un rapport.")
        # Certains disques ne distinguent pas les majuscules.
        if other := seen.get(copy.name.casefold()):
            raise RefusedError(f"Deux copies auraient le même rapport : {other} et {shown}.")
        seen[copy.name.casefold()] = shown


@dataclass
class _Opened:
    """Une copie en cours, vue de qui les mène toutes."""

    copy: ToGrade
    process: int
    link: int  # où elle demande ses places ; -1 quand elle n'en veut plus
    pipe: int  # où elle dit ce qui lui arrive
    data: bytes = b""
    ended: bool = False  # elle a dit comment elle finit


class _Running:
    def __init__(self, options: ClassOptions, tell: Tell) -> None:
        self._options, self._tell = options, tell
        self._desk = Desk(options.jobs)
        self._selector = selectors.DefaultSelector()
        self._opened: dict[int, _Opened] = {}  # par processus

    def run(self, copies: Sequence[ToGrade]) -> None:
        waiting = deque(copies)
        while waiting or self._opened:
            while waiting and len(self._opened) < self._options.opened:
                self._open(waiting.popleft())
            for key, _ in self._selector.select():
                one: _Opened = key.data
                if key.fd == one.link:
                    self._serve(one)
                elif key.fd == one.pipe:
                    self._hear(one)

    def stop(self) -> None:
        """Tue ce qui court encore : chaque arène meurt avec le processus de sa copie."""
        with stops_held():
            for one in self._opened.values():
                os.kill(one.process, signal.SIGKILL)
            for one in list(self._opened.values()):
                self._close(one)
            self._selector.close()

    def _open(self, copy: ToGrade) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        with stops_held():  # jusqu'à ce qu'elle soit de celles à arrêter
            link, theirs = self._desk.welcome()
            pipe, other = os.pipe()
            parent = os.getpid()
            process = os.fork()
            if process == 0:
                _live(copy, self._options, theirs, other, parent)
            theirs.close()
            os.close(other)
            one = _Opened(copy, process, link, pipe)
            self._opened[process] = one
            for number in (link, pipe):
                self._selector.register(number, selectors.EVENT_READ, one)
        self._tell(copy, News("opened"))

    def _serve(self, one: _Opened) -> None:
        if not self._desk.hear(one.link):
            self._unlink(one)

    def _unlink(self, one: _Opened) -> None:
        self._selector.unregister(one.link)  # avant sa fermeture : un enfant l'a peut-être encore
        self._desk.leave(one.link)
        one.link = -1

    def _hear(self, one: _Opened) -> None:
        data = os.read(one.pipe, CHUNK)
        *lines, one.data = (one.data + data).split(b"\n")
        if not data:
            how = self._close(one)
            if not one.ended:
                self._tell(one.copy, News("failed", text=STOPPED.format(how=how)))
        for line in lines:
            news = News(**json.loads(line))
            one.ended = news.what in ("finished", "kept", "failed")
            self._tell(one.copy, news)

    def _close(self, one: _Opened) -> str:
        """Attend la fin de ce processus, qui s'achève ; dit comment il a fini."""
        if one.link >= 0:
            self._unlink(one)
        self._selector.unregister(one.pipe)
        os.close(one.pipe)
        one.pipe = -1
        del self._opened[one.process]
        code = os.waitstatus_to_exitcode(os.waitpid(one.process, 0)[1])
        return f"signal {-code}" if code < 0 else f"code {code}"


def _live(
    copy: ToGrade, options: ClassOptions, link: socket.socket, pipe: int, parent: int
) -> NoReturn:
    """La vie du processus d'une copie ; n'en revient jamais."""
    code = 1
    try:
        forget()
        die_with_parent()
        if os.getppid() != parent:  # tué d'un coup, avant que l'on s'y soit préparé
            os._exit(1)
        os.setsid()  # Ctrl-C n'est que pour qui mène la classe, qui arrêtera les copies
        keep_only(link.fileno(), pipe)
        slots = SharedSlots(link, options.jobs)
        _say(pipe, _judged(copy, options, slots, functools.partial(_say, pipe)))
        code = 0
    except files.UnwritableError as error:
        _say(pipe, News("failed", text=f"Son rapport ne peut s'écrire : {error}."))
    except RefusedError as error:
        _say(pipe, News("failed", text=str(error)))
    except BaseException as error:
        why = reason(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        _say(pipe, News("failed", text=f"Le correcteur s'est trompé : {why}"))
    finally:
        os._exit(code)


def _say(pipe: int, news: News) -> None:
    fields = asdict(news) | {"text": shortened(news.text, MAX_TEXT)}
    left = f"{json.dumps(fields)}\n".encode()
    while left:
        left = left[os.write(pipe, left) :]


def _judged(
    copy: ToGrade, options: ClassOptions, slots: Slots, say: Callable[[News], None]
) -> News:
    """Juge la copie et écrit son rapport, s'il le faut ; comment elle finit."""
    file = options.report(copy)
    with contextlib.ExitStack() as stack:
        try:
            with holding(slots):  # extraire une archive, ou lire un dossier, prend un processeur
                place = options.results / EXTRACTED
                folder, ignored = stack.enter_context(laid_out(copy.copy, place))
                submission = read_submission(folder)
            before = _still_true(copy, options, submission)
            report = before or _graded(copy, options, folder, slots, say)
        except RefusedError:
            file.unlink(missing_ok=True)  # celui d'avant ne dit plus rien de cette copie
            raise
    if not before:
        files.write(file, jsonreport.dump(report))
    kept.write(options.results, copy.name, Kept(kept.scripts(submission, report), tuple(ignored)))
    return News("kept" if before else "finished")


def _graded(
    copy: ToGrade,
    options: ClassOptions,
    folder: Path,
    slots: Slots,
    say: Callable[[News], None],
) -> Report:
    seed = random.SystemRandom().randrange(1 << 63) if copy.seed is None else copy.seed
    return grading.grade(
        grading.Options(
            folder,
            options.steps,
            selection=options.selection,
            seed=seed,
            jobs=options.jobs,
            budget=options.budget,
            limits=options.limits,
            find=options.find,
            progress=lambda done, total, last: say(News("settled", done, total, last)),
            chosen={step: PurePosixPath(path) for step, path in copy.chosen.items()},
            shown=copy.shown,
        ),
        slots,
    )


def _still_true(copy: ToGrade, options: ClassOptions, submission: Submission) -> Report | None:
    """Son rapport, s'il est là et dirait la même chose : même copie, mêmes questions."""
    try:
        before = restore(options.report(copy), catalogue.steps())
    except jsonreport.ReportError:  # absent ou abîmé
        return None
    own = {str(file.path) for file in submission.files}
    judged = {result.step.id: result.file for result in before.steps}
    same = (
        copy.seed in (None, before.seed)
        and (before.grader, before.selection) == (VERSION, tuple(options.selection))
        and before.content == submission.digest()
        and all(
            judged.get(step) in (path, None) for step, path in copy.chosen.items() if path in own
        )
    )
    return before if same and not copy.again else None
