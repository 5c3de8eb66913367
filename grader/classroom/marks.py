"""La note mesurée, et celle que décide la personne qui enseigne, côte à côte. Rien n'est lancé."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.classroom.adjustments import YEARS, Adjustments, Lateness
from grader.model.records import Report, StepResult
from grader.reports.words import moment, number, verified
from wording.numbers import count, plural

DAY = timedelta(days=1)
DECIMALS = 4  # celles de `number` : ce qu'on lit dans les colonnes s'ajoute


@dataclass(frozen=True)
class Change:
    """Ce qu'un ajustement change vraiment : rien ne passe sous zéro, ni au-dessus du barème."""

    points: float
    reason: str  # l'étudiant la lit
    step: str = ""  # vide : sur l'ensemble

    def __str__(self) -> str:
        """« II.5.server : -0,5, Le serveur vient d'un camarade. »"""
        where = f"{self.step} : " if self.step else ""
        sign = "+" if self.points > 0 else ""
        return f"{where}{sign}{number(self.points)}, {self.reason}"


@dataclass(frozen=True)
class Adjusted:
    """Une copie mesurée, et ce qui a été décidé d'elle."""

    report: Report
    changes: tuple[Change, ...] = ()
    late: Change | None = None
    private: tuple[str, ...] = ()  # à la personne qui enseigne, à elle seule

    @property
    def decided(self) -> tuple[Change, ...]:
        """Tout ce qui sépare la note de la mesure."""
        return (*self.changes, self.late) if self.late else self.changes

    @property
    def settled(self) -> frozenset[str]:
        """Les étapes dont quelqu'un a décidé : elles comptent pour tout ce qu'elles valent."""
        return frozenset(change.step for change in self.changes if change.step)

    def step(self, result: StepResult) -> float:
        """Les points de cette étape, ajustés."""
        return _rounded(result.earned + sum(one.points for one in self._of(result.step.id)))

    @property
    def overall(self) -> float:
        """Ce qu'ajoutent les ajustements faits sur l'ensemble, le retard à part."""
        return _rounded(sum(change.points for change in self._of("")))

    @property
    def earned(self) -> float:
        steps = sum(self.step(result) for result in self.report.steps)
        return _rounded(steps + self.overall + (self.late.points if self.late else 0.0))

    @property
    def points(self) -> float:
        """Sur combien : ce qui a pu être jugé, par le correcteur ou par quelqu'un."""
        settled = self.settled
        return _rounded(
            sum(
                result.step.points if result.step.id in settled else result.points
                for result in self.report.steps
            )
        )

    @property
    def mark(self) -> float | None:
        """La note ; None quand ni le correcteur ni personne n'a rien jugé."""
        return self.earned if verified(self.report) or self.settled else None

    @property
    def complete(self) -> bool:
        """Vrai si la note porte sur tout ce qui était demandé."""
        return self.mark is not None and math.isclose(self.points, self.report.possible)

    @property
    def missing(self) -> str:
        """« 2 points non jugés » ; vide si la note porte sur tout."""
        points = self.report.possible - self.points
        s = plural(points)
        return "" if self.complete else f"{number(points)} point{s} non jugé{s}"

    def _of(self, step: str) -> Iterator[Change]:
        return (change for change in self.changes if change.step == step)


@dataclass(frozen=True)
class Recipient:
    """Un étudiant à qui revient une note ; une copie de groupe en a plusieurs."""

    last: str = ""
    first: str = ""
    email: str = ""
    group: str = ""
    identifier: str = ""  # celui de Moodle : « 12345 », dans « Participant 12345 »
    copy: str = ""  # le nom de sa copie ; vide : il n'en a pas rendu
    result: Adjusted | None = None

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first, self.last)))


def apply(
    report: Report, copy: str, decisions: Adjustments, submitted: datetime | None = None
) -> Adjusted:
    """Ce qui a été décidé de cette copie, remise à cet instant si on le sait."""
    if submitted and submitted.year not in YEARS:
        submitted = None
    adjusted = Adjusted(report)
    mine = [one for one in decisions.points if one.concerns(copy)]
    for result in report.steps:
        for one in mine:
            if one.step == result.step.id:
                now = adjusted.step(result)
                points = _within(now + one.points, result.step.points) - now
                adjusted = _with(adjusted, Change(_rounded(points), one.reason, one.step))
    for one in mine:
        if not one.step:
            points = _within(adjusted.earned + one.points, adjusted.points) - adjusted.earned
            adjusted = _with(adjusted, Change(_rounded(points), one.reason))
    late = _late(decisions.late, submitted, adjusted.earned)
    private = tuple(_private(report, copy, decisions, submitted))
    return Adjusted(report, adjusted.changes, late, private)


def _with(adjusted: Adjusted, change: Change) -> Adjusted:
    return Adjusted(adjusted.report, (*adjusted.changes, change))


def _late(rule: Lateness | None, submitted: datetime | None, earned: float) -> Change | None:
    if not rule or not submitted:
        return None
    # Sans fuseau, c'est l'heure de cette machine, comme dans ajustements.toml.
    given = (submitted if submitted.tzinfo else submitted.astimezone()).astimezone(rule.due.tzinfo)
    days = math.ceil((given - rule.due) / DAY)
    lost = min(days * rule.per_day, rule.at_most, earned)
    if days <= 0:
        return None
    why = (
        f"{count(days, 'jour')} de retard : remis le {moment(given)}, limite le {moment(rule.due)}"
    )
    return Change(-_rounded(lost), why)


def _private(
    report: Report, copy: str, decisions: Adjustments, submitted: datetime | None
) -> Iterator[str]:
    for oral in decisions.orals:
        if oral.concerns(copy):
            where = f"{oral.step}, " if oral.step else ""
            yield f"à voir à l'oral : {where}{oral.reason}"
    judged = {result.step.id: result.file for result in report.steps}
    for step, path in decisions.chosen(copy).items():
        if judged.get(step, path) != path:
            yield f"à rejuger : {step}, avec {path} au lieu de {judged[step] or 'rien'}"
    if decisions.late and not submitted:
        yield "date de remise inconnue : aucun retard n'est compté"


def _within(value: float, most: float) -> float:
    return min(max(value, 0.0), most)


def _rounded(value: float) -> float:
    return round(value, DECIMALS) + 0.0  # « + 0.0 » : jamais de « -0 »
