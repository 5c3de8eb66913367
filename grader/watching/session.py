"""La boucle : le clavier, le dossier, la correction en cours, et l'écran qui dit tout cela."""

import copy
import os
import random
import selectors
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from grader.discovery.files import read_submission
from grader.engine import catalogue, grading
from grader.model.records import Step
from grader.watching import keyboard, memory
from grader.watching.display import Display, woken_by_signals
from grader.watching.judging import Judging, Pythons
from grader.watching.memory import ForgottenError, Memory
from grader.watching.saves import Saves, look
from grader.watching.work import Order, Work

KEYBOARD = 0  # l'entrée standard
NO_KEYS = "L'entrée n'est pas un terminal : aucune touche, seulement les jugements. Ctrl-C arrête."
LOST = "Ce qui était gardé de ce travail est perdu : {reason}. On repart du début."
UNKEPT = "Rien ne sera gardé de ce travail pour la prochaine fois : {reason}."
RESUMED = "Avancement gardé : la même commande reprendra à {step}."


def follow(
    folder: Path,
    wanted: Sequence[Step] = (),
    sandbox: Literal["bwrap", "none"] = "bwrap",
    seed: int | None = None,
) -> None:
    """Juge l'étape en cours à chaque enregistrement, jusqu'à « q », Ctrl-C ou SIGTERM.

    `wanted` : les étapes où commencer ; sinon, là où l'on en était. SubmissionError si ce n'est
    pas un dossier ; un dossier encore vide en est un. `seed` : None, une autre à chaque fois.
    """
    if not look(folder):
        read_submission(folder)  # qui dit pourquoi ce n'en est pas un
    with ExitStack() as stack:
        session = _Following(grading.Options(folder, (), sandbox=sandbox), seed, stack)
        session.run(wanted)
    session.say_goodbye()


class _Following:
    def __init__(self, options: grading.Options, seed: int | None, stack: ExitStack) -> None:
        self._options, self._seed = options, seed
        self._work = Work(Memory())
        self._file: Path | None = None
        self._recall()
        self._selector = stack.enter_context(selectors.DefaultSelector())
        self._judging: Judging | None = None
        self._pythons: Pythons | None = None  # ceux que connaîtra la prochaine correction
        stack.callback(self._stop)
        self._saves = Saves(
            options.folder
        )  # avant de juger : rien n'est enregistré sans qu'on le voie
        stack.callback(self._saves.close)
        self._listen(self._saves, self._see)
        self._wakes = stack.enter_context(woken_by_signals())
        self._listen(self._wakes, self._wake)
        keys = os.isatty(KEYBOARD)
        self._display = Display(keys=keys)
        if keys:
            stack.enter_context(keyboard.one_by_one(KEYBOARD))
            self._listen(KEYBOARD, self._press)
        else:
            self._work.standing.append(NO_KEYS)

    def _listen(self, source: "int | Saves | Judging", act: Callable[[], Order]) -> None:
        self._selector.register(source, selectors.EVENT_READ, act)

    def run(self, wanted: Sequence[Step]) -> None:
        order = self._work.open(wanted)
        while self._obey(order):
            self._keep()
            self._display.show(self._work)
            ready = [key.data for key, _ in self._selector.select()]
            # Un ordre à la fois : il a pu fermer ce qui, sinon, serait lu ensuite.
            order = ready[0]()

    def say_goodbye(self) -> None:
        if self._file and self._work.step:
            print(RESUMED.format(step=self._work.step.id))

    def _obey(self, order: Order) -> bool:
        """Fait ce qui est demandé ; faux s'il faut s'en aller."""
        if order is Order.QUIT:
            return False
        if order is not Order.NOTHING:
            self._stop()
            self._work.stop()
        if order in (Order.JUDGE, Order.JUDGE_ALL):
            self._judge(order)
        return True

    def _judge(self, order: Order) -> None:
        step = self._work.step
        steps = (step,) if step and order is Order.JUDGE else catalogue.steps()
        self._work.begin(order)
        seed = random.SystemRandom().randrange(1 << 63) if self._seed is None else self._seed
        self._judging = Judging(
            grading.with_settings(self._options, steps=steps, seed=seed, find=self._pythons)
        )
        self._listen(self._judging, self._hear)

    def _stop(self) -> None:
        if self._judging:
            self._selector.unregister(self._judging)
            self._judging.stop()
            self._judging = None

    def _hear(self) -> Order:
        found = self._judging.read() if self._judging else None
        if isinstance(found, Pythons):
            self._pythons = found
        elif found and self._work.hear(found):
            self._stop()
        return Order.NOTHING

    def _see(self) -> Order:
        if seen := self._saves.read():
            return self._work.see(seen)
        self._selector.unregister(self._saves)
        self._work.lose()
        return Order.NOTHING

    def _press(self) -> Order:
        keys = keyboard.read(KEYBOARD)
        if keys is None:
            return Order.QUIT
        self._pythons = (
            None  # un module vient peut-être d'être installé : c'est le moment de le voir
        )
        orders = [self._work.press(key) for key in keys]
        if Order.QUIT in orders:
            return Order.QUIT
        return next((one for one in reversed(orders) if one is not Order.NOTHING), Order.NOTHING)

    def _wake(self) -> Order:
        os.read(self._wakes, 4096)
        self._display.start_over()
        return Order.NOTHING

    def _recall(self) -> None:
        try:
            self._file = memory.place(self._options.folder)
            self._work.memory = memory.recall(self._file)
        except ForgottenError as error:
            lost = LOST if self._file else UNKEPT
            self._work.standing.append(lost.format(reason=error))
        self._kept = copy.deepcopy(self._work.memory)

    def _keep(self) -> None:
        """Garde l'état, s'il a changé ; la première fois que c'est impossible, le dit."""
        if not self._file or self._work.memory == self._kept:
            return
        try:
            memory.keep(self._file, self._work.memory)
            self._kept = copy.deepcopy(self._work.memory)
        except ForgottenError as error:
            self._work.standing.append(UNKEPT.format(reason=error))
            self._file = None
