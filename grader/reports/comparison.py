"""Ce qui a changé entre deux rapports d'une même copie : gagné, perdu, pareil."""

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum

from rich.console import Console
from rich.text import Text

from grader.model.records import CheckResult, Report, StepResult
from grader.reports.feedback import split_line, verdict_text
from grader.reports.prose import Prose, paragraph
from grader.reports.words import moment, number, score
from wording.numbers import plural

DECIMALS = 4  # celles d'une note
GAIN = 9  # colonnes de « +0,1375 », et de quoi l'écarter


class Way(Enum):
    """Comment quelque chose a changé ; en deux mots, pour un contrôle et pour plusieurs."""

    GAINED = ("en hausse", "en hausse")
    LOST = ("en baisse", "en baisse")
    OTHERWISE = ("jugé autrement", "jugés autrement")  # autant de points
    NEW = ("apparu", "apparus")
    GONE = ("disparu", "disparus")
    SAME = ("inchangé", "inchangés")


@dataclass(frozen=True)
class Contrast:
    """Un contrôle, ou une étape, avant et après ; None : il n'y était pas."""

    id: str
    title: str
    before: StepResult | CheckResult | None
    after: StepResult | CheckResult | None
    checks: tuple["Contrast", ...] = ()  # ceux d'une étape

    @property
    def gain(self) -> float:
        """En points."""
        old, new = (result.earned if result else 0.0 for result in (self.before, self.after))
        return round(new - old, DECIMALS)

    @property
    def way(self) -> Way:
        if self.before is None:
            return Way.NEW
        if self.after is None:
            return Way.GONE
        if self.gain:
            return Way.GAINED if self.gain > 0 else Way.LOST
        alike = self.before.verdict == self.after.verdict and all(
            check.way is Way.SAME for check in self.checks
        )
        return Way.SAME if alike else Way.OTHERWISE


@dataclass(frozen=True)
class Comparison:
    before: Report
    after: Report
    steps: tuple[Contrast, ...]  # toutes, dans l'ordre du second rapport

    @property
    def gain(self) -> float:
        """Du total, en points."""
        return round(self.after.earned - self.before.earned, DECIMALS)

    @property
    def edited(self) -> bool | None:
        """Vrai si la copie elle-même a changé ; None quand un des rapports n'en dit rien."""
        prints = self.before.content, self.after.content
        return prints[0] != prints[1] if all(prints) else None

    @property
    def changed(self) -> list[Contrast]:
        return [step for step in self.steps if step.way is not Way.SAME]

    @property
    def tally(self) -> Counter[Way]:
        """Combien de contrôles ont changé de quelle façon."""
        return Counter(check.way for step in self.steps for check in step.checks)


def compare(before: Report, after: Report) -> Comparison:
    """Étape par étape, contrôle par contrôle ; ce qui a disparu vient à la fin."""
    old, new = ({result.step.id: result for result in one.steps} for one in (before, after))
    steps = tuple(_step(old.get(name), new.get(name)) for name in {**new, **old})
    return Comparison(before, after, steps)


def restricted(report: Report, steps: Collection[str]) -> Report:
    """Le même, comme si l'on n'avait demandé que ces étapes-là."""
    kept = [result for result in report.steps if result.step.id in steps]
    return replace(report, steps=kept, selection=tuple(result.step.id for result in kept))


def _step(before: StepResult | None, after: StepResult | None) -> Contrast:
    old, new = (
        {check.check.id: check for check in result.checks} if result else {}
        for result in (before, after)
    )
    step, *_ = (result.step for result in (after, before) if result)
    checks = tuple(_check(old.get(name), new.get(name)) for name in {**new, **old})
    return Contrast(step.id, step.title, before, after, checks)


def _check(before: CheckResult | None, after: CheckResult | None) -> Contrast:
    check, *_ = (result.check for result in (after, before) if result)
    return Contrast(check.id, check.title, before, after)


def show(comparison: Comparison, console: Console) -> None:
    """Les étapes qui ont changé, leurs contrôles qui ont changé, et ce que cela fait en points."""
    console.print()
    if comparison.changed:
        console.print(paragraph(Prose(since(comparison), "dim"), 2))
    for step in comparison.changed:
        console.print()
        title = Prose.assemble((step.id, "bold"), "  ", (step.title, "bold"))
        console.print(split_line(title, gaining(_points(step), step.gain), 2))
        for check in step.checks:
            if check.way is not Way.SAME and step.way not in (Way.NEW, Way.GONE):
                told = Prose.assemble(_verdicts(check), f"  {check.title}")
                console.print(split_line(told, gaining(Text(), check.gain), 4))
    if comparison.changed:
        console.print()
        console.print(paragraph(Prose(f"Contrôles : {tally(comparison)}.", "dim"), 2))
    console.print(paragraph(Prose(total(comparison), "bold"), 2))


def gaining(text: Text, gain: float) -> Text:
    """Ce texte, puis ce qui est gagné ou perdu, contre le bord droit."""
    color = "green" if gain > 0 else "red"
    return Text.assemble(text, (f"{signed(gain):>{GAIN}}", color)) if gain else text


def _points(step: Contrast) -> Text:
    match step.way:
        case Way.NEW:
            return Text("n'y était pas", "dim")
        case Way.GONE:
            return Text("n'y est plus", "dim")
        case _:
            ends = [number(result.earned) for result in (step.before, step.after) if result]
            return Text(" → ".join(ends) if step.gain else "", "bold")


def _verdicts(check: Contrast) -> Text:
    """« ✗ échec → ✓ juste »."""
    ends = [
        verdict_text(result.verdict) if result else Text("absent", "dim")
        for result in (check.before, check.after)
    ]
    return Text(" → ").join(ends if ends[0] != ends[1] else ends[:1])


def since(comparison: Comparison) -> str:
    """« Depuis le 15 janvier 2026 à 9 h 05 : la copie a changé, c'était le correcteur 1.9. »"""
    before, after = comparison.before, comparison.after
    facts = []
    if comparison.edited is not None:
        facts.append("la copie a changé" if comparison.edited else "la copie est la même")
    if before.seed != after.seed:
        facts.append("la graine est une autre")
    if before.grader != after.grader:
        facts.append(f"c'était le correcteur {before.grader}")
    told = f" : {', '.join(facts)}" if facts else ""
    return f"Depuis le {moment(before.date)}{told}."


def total(comparison: Comparison) -> str:
    """« +1,5 point : de 14 à 15,5 sur 20. » ; « Rien n'a changé. »"""
    if not comparison.changed:
        return "Rien n'a changé."
    before, after, gain = comparison.before, comparison.after, comparison.gain
    points = f"{signed(gain)} point{plural(gain)}" if gain else "Autant de points"
    if not _comparable(comparison):
        return f"{points} : de {score(before)} à {score(after)}."
    start = f"de {number(before.earned)} à " if gain else ""
    return f"{points} : {start}{number(after.earned)} sur {number(after.points)}."


def marks(comparison: Comparison) -> str:
    """« 14 → 15,5 / 20 », « 14 / 19 → 15 / 20 », « 14 / 20 » quand c'est autant."""
    before, after = comparison.before, comparison.after
    if not _comparable(comparison):
        return f"{score(before)} → {score(after)}"
    return f"{number(before.earned)} → {score(after)}" if comparison.gain else score(after)


def _comparable(comparison: Comparison) -> bool:
    """Vrai si les deux notes sont sur le même total."""
    return math.isclose(comparison.before.points, comparison.after.points)


def tally(comparison: Comparison) -> str:
    """« 3 en hausse, 1 en baisse, 40 inchangés »."""
    found = comparison.tally
    words = {way: way.value[bool(plural(found[way]))] for way in Way}
    return ", ".join(f"{found[way]} {words[way]}" for way in Way if found[way])


def signed(gain: float) -> str:
    """« +0,5 », « -0,5 » ; vide pour rien."""
    sign = "+" if gain > 0 else ""
    return f"{sign}{number(gain)}" if gain else ""
