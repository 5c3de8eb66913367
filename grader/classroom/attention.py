"""Les copies qui demandent un regard humain, motif par motif, et pourquoi."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.classroom.marks import Adjusted
from grader.classroom.results import Entry
from grader.model.records import CheckResult, StepResult, Verdict
from wording.harmless import shortened
from wording.numbers import plural

MAX_TEXT = 240  # caractères
MAX_LISTED = 3  # contrôles ou remarques d'une copie ; son rapport dit les autres
ORAL, REJUDGE, UNDATED = "à voir à l'oral : ", "à rejuger : ", "date de remise inconnue"


@dataclass(frozen=True)
class Case:
    """Une copie, et ce qu'on y a vu."""

    entry: Entry
    text: str = ""  # à neutraliser


@dataclass(frozen=True)
class Matter:
    """Un motif, et les copies qu'il concerne."""

    title: str
    advice: str  # ce qu'on peut y faire
    cases: Sequence[Case]
    pressing: bool = True  # faux : bon à savoir, sans que rien n'en dépende
    flags: bool = True  # chacune de ces copies est à regarder

    @property
    def copies(self) -> int:
        """Combien de copies : l'une peut avoir plusieurs raisons."""
        return len({id(case.entry) for case in self.cases})


def attention(entries: Iterable[Entry]) -> list[Matter]:
    """Les motifs qui concernent au moins une copie, du plus pressant au moins."""
    every = list(entries)
    told = []
    for title, advice, pressing, look in MATTERS:
        cases = [Case(entry, shortened(text, MAX_TEXT)) for entry in every for text in look(entry)]
        # Sans date pour presque personne, c'est affaire de la liste, et non de chaque copie.
        general = look is _undated and 2 * len(cases) > len(every)
        if cases:
            told.append(Matter(title, advice, cases, pressing, pressing and not general))
    return told


def _without_report(entry: Entry) -> Iterator[str]:
    if not entry.result:
        yield entry.why or "elle n'a pas été corrigée"


def _private(prefix: str) -> Callable[[Entry], Iterator[str]]:
    def look(entry: Entry) -> Iterator[str]:
        for line in entry.result.private if entry.result else ():
            if line.startswith(prefix):
                yield line.removeprefix(prefix)

    return look


def _other_private(entry: Entry) -> Iterator[str]:
    for line in entry.result.private if entry.result else ():
        if not line.startswith((ORAL, REJUDGE, UNDATED)):
            yield line


def _undated(entry: Entry) -> Iterator[str]:
    if any(line.startswith(UNDATED) for line in (entry.result.private if entry.result else ())):
        yield ""


def _errors(entry: Entry) -> Iterator[str]:
    yield from _listed(one.check.id for one in _checks(entry, Verdict.ERROR))


def _unjudged(entry: Entry) -> Iterator[str]:
    causes: dict[str, list[str]] = {}
    for one in _checks(entry, Verdict.NOT_JUDGED):
        causes.setdefault(one.cause, []).append(one.check.id)
    for cause, names in list(causes.items())[:MAX_LISTED]:
        (listed,) = _listed(names)
        yield f"{listed} : {cause}" if cause else listed


def _unstable(entry: Entry) -> Iterator[str]:
    yield from _listed(one.check.id for one in _checks(entry, Verdict.UNSTABLE))


def _unguarded(entry: Entry) -> Iterator[str]:
    if entry.result and entry.result.report.sandbox == "none":
        yield ""


def _files(entry: Entry) -> Iterator[str]:
    noted = [result for result in _steps(entry.result) if result.note]
    yield from (f"{result.step.id} : {result.note}" for result in noted[:MAX_LISTED])


def _remarks(entry: Entry) -> Iterator[str]:
    notes = [entry.copy.note, *entry.notes]
    notes += entry.result.report.notes if entry.result else []
    yield from list(dict.fromkeys(filter(None, notes)))[:MAX_LISTED]


def _steps(adjusted: Adjusted | None) -> Iterator[StepResult]:
    """Celles dont personne n'a encore décidé."""
    for result in adjusted.report.steps if adjusted else ():
        if adjusted and result.step.id not in adjusted.settled:
            yield result


def _checks(entry: Entry, verdict: Verdict) -> Iterator[CheckResult]:
    for result in _steps(entry.result):
        yield from (one for one in result.checks if one.verdict is verdict)


def _listed(names: Iterable[str]) -> Iterator[str]:
    """« II.5.server.says, II.5.server.joins et 2 autres » ; rien s'il n'y en a pas."""
    listed = list(names)
    more = len(listed) - MAX_LISTED
    if listed:
        rest = f" et {more} autre{plural(more)}" if more > 0 else ""
        yield ", ".join(listed[:MAX_LISTED]) + rest


MATTERS: tuple[tuple[str, str, bool, Callable[[Entry], Iterator[str]]], ...] = (
    (
        "Sans rapport",
        "Elles n'ont pas de note : la cause réparée, la même commande les reprend.",
        True,
        _without_report,
    ),
    ("À voir à l'oral", "Vous l'avez demandé dans ajustements.toml.", True, _private(ORAL)),
    (
        "À rejuger",
        "Le fichier que vous avez choisi n'est pas celui qui a été jugé : relancez la correction.",
        True,
        _private(REJUDGE),
    ),
    ("À savoir", "Pour vous seulement.", True, _other_private),
    (
        "Panne du correcteur",
        "C'est lui qui s'est trompé : ces points ne comptent pas. Le rapport montre où.",
        True,
        _errors,
    ),
    (
        "Pas entièrement jugées",
        "Ce qui n'a pu être jugé n'apporte ni ne coûte rien : relancez, ou décidez de ces points.",
        True,
        _unjudged,
    ),
    (
        "Instables",
        "Des essais s'y contredisent : le programme ne marche qu'une fois sur plusieurs.",
        True,
        _unstable,
    ),
    (
        "Corrigées sans bac à sable",
        "Leurs programmes ont pu lire et changer cette machine, et leur propre note.",
        True,
        _unguarded,
    ),
    ("Date de remise inconnue", "Aucun retard n'y est compté.", True, _undated),
    (
        "Script à vérifier",
        "Un autre fichier est peut-être celui qu'il fallait juger.",
        False,
        _files,
    ),
    ("Remarques", "Ce qui a été laissé de côté, ou qui sort de l'ordinaire.", False, _remarks),
)
