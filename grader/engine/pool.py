"""Des arènes côte à côte : chaque essai dans un processus né d'un fork, son verdict par un tube.

Le correcteur n'a qu'un fil et pas de boucle asyncio : un fork n'y copie ni verrou pris, ni boucle.
"""

import contextlib
import dataclasses
import os
import selectors
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Generic, TypeVar

from grader.driving.setting import Job, Setting
from grader.engine.trial import ENDLESS, budget, decode, encode, run
from grader.model.records import Failure, Outcome
from grader.sandbox.inherited import forget, keep_only, stops_held
from grader.sandbox.namespaces import NamespaceError, die_with_parent, enter, split
from grader.sandbox.watchdog import Watchdog

MAX_OUTCOME = 20_000_000  # octets
STIFLED = "Le programme a étouffé le correcteur, qui n'a pas pu finir ce contrôle."
GRACE = 20.0  # secondes de plus que n'en prend un contrôle qui se borne lui-même

Tag = TypeVar("Tag")


@dataclass
class _Trial(Generic[Tag]):
    tag: Tag
    process: int
    pipe: int
    limit: float
    data: bytearray


class Pool(Generic[Tag]):
    """Les essais en cours. `tag` est ce que l'appelant veut retrouver avec le résultat."""

    def __init__(self, setting: Setting, wakes: tuple[int, ...] = ()) -> None:
        """`wakes` : des descripteurs dont on n'attend plus la fin d'un essai, dès qu'on y lit."""
        self._setting = setting
        self._selector = selectors.DefaultSelector()
        for wake in wakes:
            self._selector.register(wake, selectors.EVENT_READ)
        self._trials: dict[int, _Trial[Tag]] = {}

    def __len__(self) -> int:
        return len(self._trials)

    def start(self, tag: Tag, job: Job) -> None:
        """Lance un essai ; son résultat viendra par `next`."""
        sys.stdout.flush()
        sys.stderr.flush()
        with stops_held():  # jusqu'à ce que l'essai soit de ceux à arrêter
            pipe, other = os.pipe()
            parent = os.getpid()
            process = os.fork()
            if process == 0:
                os.close(pipe)
                _live(self._setting, job, other, parent)
            os.close(other)
            limit = time.monotonic() + budget(job) + GRACE
            self._trials[pipe] = _Trial(tag, process, pipe, limit, bytearray())
            self._selector.register(pipe, selectors.EVENT_READ)

    def next(self, seconds: float = float("inf")) -> tuple[Tag, Outcome] | None:
        """Attend la fin d'un essai, quel qu'il soit, pendant `seconds` au plus."""
        limit = time.monotonic() + seconds
        woken = False
        while time.monotonic() < limit and not woken:
            soonest = min((limit, *(trial.limit for trial in self._trials.values())))
            for key, _ in self._selector.select(max(0.0, soonest - time.monotonic())):
                if key.fd not in self._trials:
                    woken = True
                    continue
                trial = self._trials[key.fd]
                data = os.read(trial.pipe, 1 << 20)
                trial.data += data
                if not data or len(trial.data) > MAX_OUTCOME:
                    return trial.tag, self._finish(trial)
            for trial in list(self._trials.values()):
                if time.monotonic() > trial.limit:
                    trial.data.clear()
                    self._finish(trial)
                    # L'arène elle-même ne répond plus : c'est la copie qui l'étouffe.
                    return trial.tag, Outcome(0.0, Failure(ENDLESS), timed_out=True)
        return None

    def _finish(self, trial: _Trial[Tag]) -> Outcome:
        self._selector.unregister(trial.pipe)
        os.close(trial.pipe)
        del self._trials[trial.pipe]
        with contextlib.suppress(ProcessLookupError):
            os.kill(trial.process, signal.SIGTERM)
        os.waitpid(trial.process, 0)
        if not trial.data or len(trial.data) > MAX_OUTCOME:
            return Outcome(0.0, Failure(STIFLED), timed_out=True)
        try:
            return decode(bytes(trial.data))
        except (ValueError, TypeError, KeyError) as wrong:
            return Outcome(credit=0.0, error=f"l'arène a rendu n'importe quoi : {wrong}")

    def close(self) -> None:
        """Arrête tout ; l'arène meurt avec son processus, et la copie avec l'arène."""
        for trial in list(self._trials.values()):
            self._finish(trial)
        self._selector.close()


def _live(setting: Setting, job: Job, pipe: int, parent: int) -> None:
    """La vie d'une arène ; n'en revient jamais."""
    try:
        forget()
        die_with_parent()
        if os.getppid() != parent:  # tué d'un coup, avant que l'on s'y soit préparé
            os._exit(1)
        os.setsid()  # Ctrl-C n'est que pour le correcteur, qui arrêtera l'arène
        keep_only(pipe)  # dont la copie n'héritera pas
        alarms, alert = os.pipe()
        sandboxed = setting.sandbox == "bwrap"
        watch = Watchdog(setting.limits, alert, network=sandboxed).watch
        if sandboxed:
            enter(watch)
        else:
            split(watch)
        os.close(alert)
        outcome = run(dataclasses.replace(setting, alarms=alarms), job)
    except NamespaceError as error:
        outcome = Outcome(credit=0.0, error=f"arène refusée : {error}")
    except BaseException:
        outcome = Outcome(credit=0.0, error=traceback.format_exc())
    try:
        with os.fdopen(pipe, "wb") as file:
            file.write(encode(outcome))
    finally:
        os._exit(0)
