"""Ce qui a changé, d'une correction de la classe à une autre : copie par copie."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich.console import Console
from rich.text import Text

from grader.model.records import Report
from grader.reports.comparison import Comparison, Contrast, Way, compare, gaining, marks, signed
from grader.reports.feedback import clean, split_line
from grader.reports.prose import GLUE, Prose, paragraph
from wording.harmless import shortened
from wording.numbers import count, plural

COLORS = {Way.GAINED: "green", Way.LOST: "red"}
WORTHLESS = {Way.NEW: "ajoutée", Way.GONE: "retirée"}  # une étape, pour aucun point
NO_NAMES: Mapping[str, str] = MappingProxyType({})
MAX_NAME = 60
MAX_NAMES = 20  # de copies qui ne sont que d'un côté
MAX_VERSIONS = 3
MAX_SENTENCE = 2 * MAX_NAMES * MAX_NAME


@dataclass(frozen=True)
class ClassComparison:
    """Une classe, avant et après ; chaque copie y est une fois, sous le nom de son rapport."""

    changed: Mapping[str, Comparison]
    same: tuple[str, ...] = ()
    new: tuple[str, ...] = ()  # n'étaient pas dans la première
    gone: tuple[str, ...] = ()


def compare_classes(before: Mapping[str, Report], after: Mapping[str, Report]) -> ClassComparison:
    """Dans l'ordre de `after`, puis de `before` ; les notes sont celles qui ont été mesurées."""
    both = {name: compare(before[name], report) for name, report in after.items() if name in before}
    return ClassComparison(
        changed={name: one for name, one in both.items() if one.changed},
        same=tuple(name for name, one in both.items() if not one.changed),
        new=tuple(name for name in after if name not in before),
        gone=tuple(name for name in before if name not in after),
    )


def show(found: ClassComparison, console: Console, names: Mapping[str, str] = NO_NAMES) -> None:
    """Les copies qui ont changé, une à une, puis le compte des autres.

    `names` : pour le nom d'un rapport, celui sous lequel en parler ; à défaut, le même.
    """
    for name, comparison in found.changed.items():
        title = clean(names.get(name, name), "bold", limit=MAX_NAME)
        if comparison.edited:
            title.append("  copie modifiée", "not bold dim")
        console.print()
        console.print(split_line(title, gaining(Text(marks(comparison)), comparison.gain), 2))
        console.print(paragraph(_steps(comparison.changed), 4))
    console.print()
    for sentence in summary(found, names):
        console.print(paragraph(clean(sentence, limit=MAX_SENTENCE), 2))


def _steps(changed: Iterable[Contrast]) -> Text:
    """« II.5.server +0,5, II.6.client autrement »."""
    line = Prose()
    for step in changed:
        told = f"{step.id}{GLUE}{signed(step.gain) or WORTHLESS.get(step.way, 'autrement')}"
        line.append(", " if line else "").append(told, COLORS.get(step.way, ""))
    return line


def summary(found: ClassComparison, names: Mapping[str, str] = NO_NAMES) -> list[str]:
    """Combien de copies ont changé, et lesquelles ne sont que d'un côté : une phrase chacun."""
    gains = [one.gain for one in found.changed.values()]
    counts = {
        "en hausse": sum(gain > 0 for gain in gains),
        "en baisse": sum(gain < 0 for gain in gains),
        f"jugée{plural(gains.count(0))} autrement": gains.count(0),
        f"inchangée{plural(len(found.same))}": len(found.same),
    }
    told = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    sentences = [f"Copies : {told}." if found.changed else _unchanged(len(found.same))]
    for which, one, several in (
        (found.new, "N'y était pas", "N'y étaient pas"),
        (found.gone, "N'y est plus", "N'y sont plus"),
    ):
        if which:
            sentences.append(f"{several if len(which) > 1 else one} : {_listed(which, names)}.")
    return sentences + _graders(found)


def _unchanged(copies: int) -> str:
    if not copies:
        return "Aucune copie n'est des deux côtés."
    return f"Rien n'a changé pour {count(copies, 'copie')}."


def _listed(which: Sequence[str], names: Mapping[str, str]) -> str:
    listed = ", ".join(shortened(names.get(name, name), MAX_NAME) for name in which[:MAX_NAMES])
    more = len(which) - MAX_NAMES
    return f"{listed} et {count(more, 'autre')}" if more > 0 else listed


def _graders(found: ClassComparison) -> list[str]:
    """Ce qui change vient peut-être d'un autre correcteur, et non de la copie."""
    others = [
        one.before.grader for one in found.changed.values() if one.before.grader != one.after.grader
    ]
    if not others:
        return []
    versions = ", ".join(sorted(set(others))[:MAX_VERSIONS])
    number = count(len(others), "copie")
    return [f"Pour {number} qui ne sont plus jugées pareil, c'était le correcteur {versions}."]
