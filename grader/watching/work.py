"""Où en est un travail : l'étape en cours, ce qu'on en sait, ce que fait chaque touche.

Ni fichier, ni processus, ni écran : `session` les tient, et fait ce que l'on décide ici.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from grader.engine import catalogue
from grader.model.records import Check, CheckResult, Report, Step, StepResult, Verdict
from grader.watching.judging import Advanced, Failed, Found, Tried
from grader.watching.memory import LEVELS, Memory
from grader.watching.saves import Seen
from wording.numbers import count

ALL_PASSED = "Toutes les étapes sont justes. « t » les note toutes."
SEARCHING = "Premier passage, pour trouver où vous en êtes"
INTERRUPTED = "Enregistré pendant que tout se notait : l'étape d'abord. « t » recommence."
GONE = "Le dossier n'est plus là. Il sera suivi de nouveau dès qu'il reviendra."
BACK = "Le dossier est revenu."
UNWATCHED = "Plus personne ne regarde le dossier : « r » juge de nouveau."
BLIND = (
    "Le système ne préviendra pas des enregistrements : {reason}. Le dossier est donc relu deux "
    "fois par seconde."
)
NO_HINT = "Cette étape est juste : il n'y a pas d'indice à donner."


class Order(Enum):
    """Ce que demande une touche, ou une nouvelle."""

    NOTHING = auto()
    JUDGE = auto()  # l'étape en cours
    JUDGE_ALL = auto()
    STOP = auto()  # de juger
    QUIT = auto()


class Showing(Enum):
    """Ce que montre l'écran."""

    STEP = auto()
    LIST = auto()


@dataclass
class Work:
    """L'état du travail, que change chaque touche et chaque nouvelle."""

    memory: Memory
    step: Step | None = None  # None : on ne sait pas encore où l'on en est
    page: Showing = Showing.STEP
    judging: Order = Order.NOTHING  # JUDGE ou JUDGE_ALL, le temps que cela dure
    tried: dict[str, Tried] = field(default_factory=dict)  # par contrôle de l'étape en cours
    done: Advanced = field(default_factory=lambda: Advanced(0, 0))  # quand on juge tout
    result: StepResult | None = None  # de l'étape en cours, une fois jugée
    report: Report | None = None  # le dernier où tout a été jugé
    saved: str = ""  # le fichier dont l'enregistrement est jugé
    failed: str = ""  # pourquoi il n'y a pas de résultat, à neutraliser
    notice: str = ""  # ce qui vient d'arriver
    standing: list[str] = field(default_factory=list)  # ce qui se dit jusqu'à la fin

    def open(self, wanted: Sequence[Step]) -> Order:
        """Choisit l'étape par où commencer ; `wanted`, s'il y en a, sont celles qu'on demande."""
        if wanted:
            self.step = self._first_to_do(wanted) or wanted[0]
            return Order.JUDGE
        known = [step for step in catalogue.steps() if step.id == self.memory.step]
        if not known:
            return Order.JUDGE_ALL
        self.step = known[0]
        if self._is_passed(self.step):
            self.step = self._next() or self.step
        return Order.JUDGE

    def press(self, key: str) -> Order:
        """Ce que demande cette touche ; celles qui n'existent pas ne font rien."""
        self.notice = ""
        match key.casefold():
            case "q" | "\x04":
                return Order.QUIT
            case "r":
                self.page = Showing.STEP
                return Order.JUDGE if self.step else Order.JUDGE_ALL
            case "t":
                return Order.JUDGE_ALL
            case "n" if self.step:
                return self._go_on()
            case "l":
                self.page = Showing.LIST if self.page is Showing.STEP else Showing.STEP
            case "h" if self.step:
                self._ask_hint()
        return Order.NOTHING

    def _go_on(self) -> Order:
        self.page = Showing.STEP
        if not (following := self._next()):
            self.notice = ALL_PASSED
            return Order.NOTHING
        self._enter(following)
        return Order.JUDGE

    def _enter(self, step: Step) -> None:
        """Cette étape devient celle en cours ; on n'en sait rien encore."""
        self.step, self.tried, self.result, self.saved, self.failed = step, {}, None, "", ""

    def _next(self) -> Step | None:
        """L'étape suivante, parmi celles qui ne sont pas justes ; à la fin, la première."""
        every = catalogue.steps()
        place = every.index(self.step) + 1 if self.step else 0
        others = [step for step in (*every[place:], *every[:place]) if step != self.step]
        return self._first_to_do(others)

    def _first_to_do(self, steps: Sequence[Step]) -> Step | None:
        return next((step for step in steps if not self._is_passed(step)), None)

    def _is_passed(self, step: Step) -> bool:
        return self.memory.verdicts.get(step.id) is Verdict.PASSED

    def _ask_hint(self) -> None:
        """Un indice de plus ; après le dernier, plus aucun."""
        self.page = Showing.STEP
        if not (check := self.subject):
            self.notice = NO_HINT
            return
        level = self.memory.hints.get(check.id, 0) + 1
        if level in LEVELS:
            self.memory.hints[check.id] = level
        else:
            del self.memory.hints[check.id]

    @property
    def shown(self) -> CheckResult | None:
        """Le premier contrôle de l'étape qui n'est pas juste, s'il y en a un à montrer."""
        checks = self.result.checks if self.result else self._tried_in_order()
        return next((one for one in checks if one.verdict is not Verdict.PASSED), None)

    def _tried_in_order(self) -> list[CheckResult]:
        checks = self.step.checks if self.step else ()
        return [self.tried[check.id].result for check in checks if check.id in self.tried]

    @property
    def sure(self) -> bool:
        """Faux tant que ce qu'on montre peut encore changer : il est rejoué."""
        shown = self.shown
        return bool(self.result) or not shown or self.tried[shown.check.id].sure

    @property
    def subject(self) -> Check | None:
        """Le contrôle dont on donnerait un indice ; None si l'étape est juste."""
        if self.shown:
            return self.shown.check
        if not self.step or (self.result and self.result.verdict is Verdict.PASSED):
            return None
        return self.step.checks[0]

    @property
    def level(self) -> int:
        """Le niveau d'indice demandé pour ce contrôle ; 0 : aucun."""
        return self.memory.hints.get(self.subject.id, 0) if self.subject else 0

    def begin(self, order: Order) -> None:
        """On commence à juger."""
        self.judging, self.failed = order, ""
        if order is Order.JUDGE:
            self.tried, self.result = {}, None
            if self.step:
                self.memory.step = self.step.id
        else:
            self.done = Advanced(0, 0)

    def hear(self, found: Found) -> bool:
        """Ce que vient de trouver la correction ; vrai si elle est finie."""
        match found:
            case Tried() if self.judging is Order.JUDGE:
                if self.step and found.result.check in self.step.checks:
                    self.tried[found.result.check.id] = found
            case Advanced():
                self.done = found
            case Failed():
                self.stop()
                self.failed = found.reason
                return True
            case Report():
                self._learn(found)
                return True
        return False

    def _learn(self, report: Report) -> None:
        everything = self.judging is Order.JUDGE_ALL
        self.stop()
        for result in report.steps:
            self.memory.verdicts[result.step.id] = result.verdict
        if everything:
            self.report = report
            searching = not self.step
            if searching:
                self.step = self._next() or catalogue.steps()[-1]
                self.memory.step = self.step.id
            finished = not self._first_to_do(catalogue.steps())
            self.page = Showing.STEP if searching and not finished else Showing.LIST
        self.result = next((one for one in report.steps if one.step == self.step), self.result)

    def see(self, seen: Seen) -> Order:
        """Ce qui vient d'arriver au dossier."""
        match seen.what:
            case "blind":
                self.standing.append(BLIND.format(reason=seen.reason))
                return Order.NOTHING
            case "gone":
                self.notice = GONE
                self.tried, self.result, self.saved, self.failed = {}, None, "", ""
                self.page = Showing.STEP
                return Order.STOP
            case "back":
                self.notice = BACK
            case "saved":
                all_of_them = self.judging is Order.JUDGE_ALL and self.step
                self.notice = INTERRUPTED if all_of_them else ""
                self.saved = _named(seen.names)
        self.page = Showing.STEP
        return Order.JUDGE if self.step else Order.JUDGE_ALL

    def stop(self) -> None:
        """On ne juge plus."""
        self.judging = Order.NOTHING

    def lose(self) -> None:
        """Plus personne ne regarde le dossier."""
        self.standing.append(UNWATCHED)


def _named(names: Sequence[str]) -> str:
    """« a.py », « a.py et 2 autres »."""
    if len(names) < 2:
        return "".join(names)
    return f"{names[0]} et {count(len(names) - 1, 'autre')}"
