"""Une classe inventée, de vrais rapports sur les seize étapes, sans rien lancer."""

import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePosixPath

from grader.classroom.alike import Likeness, given, likeness
from grader.classroom.copies import Copy, Student, distinct
from grader.classroom.marks import Adjusted, Change
from grader.classroom.results import ClassResults, Entry
from grader.engine.catalogue import steps
from grader.model.records import (
    Check,
    CheckResult,
    Failure,
    Outcome,
    Report,
    Step,
    StepResult,
    Verdict,
)
from tests.grader.classroom.authors import STEPS, disguised, honest

DATE = datetime(2026, 1, 19, 18, 30, tzinfo=timezone(timedelta(hours=1)))
FIRST = (
    *("Amina", "Bastien", "Chloé", "Diego", "Élise", "Farid", "Gaëlle", "Hugo", "Inès", "Jules"),
    *("Kenza", "Léo", "Maëlys", "Nadir", "Océane", "Paul", "Quentin", "Rania", "Samuel", "Thaïs"),
)
LAST = (
    *("Allard", "Benali", "Caron", "Delmas", "Esnault", "Ferry", "Garnier", "Haddad", "Imbert"),
    *("Jourdan", "Keller", "Lambert", "Moreau", "N'Diaye", "Ortega", "Picard", "Rey", "Sow"),
    *("Tessier", "Vidal"),
)
# Ce que le correcteur dit vraiment, aux mots tirés au sort près. Ce qui s'y rate le plus :
HARD = {
    "I.1.async.interleaved": "Les deux comptes se suivent au lieu d'avancer ensemble : chaque "
    "pause bloque tout le programme, comme time.sleep().",
    "I.2.async.asynchronous": "La réponse n'est pas attendue dans une boucle d'événements.",
    "I.2.async_multiple.overlap": "Les pages sont demandées l'une après l'autre : le script est "
    "séquentiel.",
    "I.2.sync_multiple.rough": "Une ligne vide, un / final ou un http:// dans le fichier empêche "
    "de prendre les autres pages. MissingSchema: Invalid URL ''",
    "II.3.client.stays": "Le client s'arrête de lui-même, sans Ctrl-C.",
    "II.4.server.silent": "Un client qui n'a encore rien dit ne reçoit rien.",
    "II.4.server.departures": "Le message {digit} après un départ n'arrive plus à ceux qui "
    "restent. Une exception échappe au programme : ConnectionResetError",
    "II.5.server.joins": "L'annonce de l'arrivée de {word}, reçue par {other} : le texte n'est "
    "pas celui demandé.",
    "II.5.server.hello_required": "Un client qui ne s'est pas présenté par Hello est admis.",
    "II.6.server.leaves": "L'annonce du départ de {word}, reçue par {other} : rien n'arrive.",
    "II.6.server.forgotten": "{word} est parti, et reste dans CLIENTS.",
    "II.6.client.says": "Le serveur est parti, et le client écrit sans fin.",
    "II.6.client.quits": "Le client ne quitte pas quand le serveur part : il attend encore qu'on "
    "tape quelque chose.",
}
# Et ailleurs, selon ce qu'est le script.
SAID = {
    "script": ("Le script échoue : NameError: name 'nombre' is not defined",),
    "fetch": ("La page n'est pas dans /tmp/web_page.",),
    "fetch_many": ("Le script ne demande pas toutes les pages.",),
    "measure": ("Les deux durées ne sont pas affichées.",),
    "server": (
        "Le message de {word} relayé à {other} : rien n'arrive.",
        "Le serveur n'attend pas tous ses clients à la fois : chaque client y occupe un fil.",
    ),
    "client": (
        "Le message reçu n'est pas affiché : rien n'arrive.",
        "Ce n'est pas la boucle d'événements qui attend les messages du serveur.",
    ),
}


@dataclass(frozen=True)
class Pupil:
    first: str
    last: str
    skill: float  # de 0 à 1


def pupils(number: int, chance: random.Random) -> Iterator[Pupil]:
    for rank in range(number):
        skill = min(max(chance.gauss(0.55, 0.22), 0.05), 1.0)
        yield Pupil(FIRST[rank % 20], LAST[(rank * 7 + rank // 20) % 20], skill)


def word(chance: random.Random) -> str:
    return "".join(chance.choice("bdlmprstv") + chance.choice("aeiou") for _ in range(3))


def checked(check: Check, kind: str, skill: float, chance: random.Random) -> CheckResult:
    """Juste ou faux, au hasard ; les contrôles de HARD sont les plus difficiles."""
    if chance.random() > (1 - skill) * (0.95 if check.id in HARD else 0.4):
        return CheckResult(check, Verdict.PASSED, check.points, trial=Outcome(1.0), runs=1)
    said = HARD.get(check.id) or chance.choice(SAID[kind])
    words = {"word": word(chance), "other": word(chance), "digit": chance.randrange(1, 4)}
    failure = Failure(said.format(**words), expected="un texte", received="un autre")
    if chance.random() < 0.01:
        return CheckResult(check, Verdict.UNSTABLE, trial=Outcome(0.0, failure), runs=4)
    credit = chance.choice((0.0, 0.0, 0.5))
    return CheckResult(
        check, Verdict.FAILED, credit * check.points, trial=Outcome(credit, failure), runs=3
    )


def judged(step: Step, skill: float, chance: random.Random) -> StepResult:
    results = [checked(check, step.kind, skill, chance) for check in step.checks]
    earned = sum(result.earned for result in results)
    verdicts = {result.verdict for result in results}
    if verdicts == {Verdict.PASSED}:
        verdict = Verdict.PASSED
    elif Verdict.UNSTABLE in verdicts:
        verdict = Verdict.UNSTABLE
    else:
        verdict = Verdict.PARTIAL if earned else Verdict.FAILED
    return StepResult(step, verdict, results, file=step.file, python="3.12.1")


def blank(step: Step, verdict: Verdict, cause: str = "") -> StepResult:
    checks = [CheckResult(check, verdict, cause=cause) for check in step.checks]
    return StepResult(step, verdict, checks)


def report(name: str, skill: float, chance: random.Random) -> Report:
    """Qui est en retard n'a pas fini : les dernières étapes manquent."""
    done = len(steps()) if skill > 0.35 else round(len(steps()) * (0.5 + skill))
    results = [judged(step, skill, chance) for step in steps()[:done]]
    results += [blank(step, Verdict.NOT_SUBMITTED) for step in steps()[done:]]
    return Report(
        f"/home/prof/copies/{name}", chance.randrange(1 << 32), "bwrap", results, date=DATE
    )


def spoil(entries: list[Entry]) -> None:
    """Un peu de tout ce qui peut arriver, aux premières copies."""
    entries[1] = replace(entries[1], result=None, why="archive refusée : 4 Go une fois extraite")
    entries[3] = _changed(entries[3], Change(0.5, "Le sujet laissait un doute.", "II.5.server"))
    late = Change(-1.0, "1 jour de retard : remis le 18 janvier 2026 à 9 h 12")
    entries[5] = _changed(entries[5], Change(-1.0, "Brouillon illisible."), late=late)
    entries[6] = _with(entries[6], 4, blank(steps()[4], Verdict.ERROR))
    lost = "le temps accordé à cette copie est écoulé"
    entries[8] = _with(entries[8], 15, blank(steps()[15], Verdict.NOT_JUDGED, lost))
    entries[9] = _private(entries[9], "à voir à l'oral : II.6.server, Faire expliquer la boucle.")
    entries[11] = _private(entries[11], "date de remise inconnue : aucun retard n'est compté")
    entries[12] = replace(entries[12], notes=("2 liens ignorés : on n'en suit aucun (a, b)",))


def _changed(entry: Entry, *changes: Change, late: Change | None = None) -> Entry:
    assert entry.result
    return replace(entry, result=replace(entry.result, changes=changes, late=late))


def _private(entry: Entry, line: str) -> Entry:
    assert entry.result
    return replace(entry, result=replace(entry.result, private=(line,)))


def _with(entry: Entry, place: int, result: StepResult) -> Entry:
    assert entry.result
    results = [*entry.result.report.steps]
    results[place] = result
    return replace(entry, result=Adjusted(replace(entry.result.report, steps=results)))


def scripts(names: list[str]) -> dict[str, dict[str, bytes]]:
    """Dix copies écrites à part, une qui en déguise une autre, une trop courte."""
    found = {}
    for step in STEPS:
        texts = list(honest(step).values())
        texts += [disguised(texts[2]), b"import asyncio\n"]
        found[step] = dict(zip(names, texts, strict=False))
    return found


@functools.cache
def alike(names: tuple[str, ...]) -> dict[str, Likeness]:
    return {step: likeness(found, given(step)) for step, found in scripts([*names]).items()}


def classroom(number: int = 30) -> ClassResults:
    """Une classe de cette taille, d'au moins treize copies ; toujours la même."""
    chance = random.Random(number)
    people = list(pupils(number, chance))
    copies = distinct(
        Copy(
            f"{one.first} {one.last}",
            PurePosixPath(f"{rank}"),
            (Student(one.last, one.first),),
            Path(f"{rank}"),
            group="AB"[rank % 2],
        )
        for rank, one in enumerate(people)
    )
    entries = [
        Entry(copy, Adjusted(report(copy.name, one.skill, chance)))
        for copy, one in zip(copies, people, strict=True)
    ]
    spoil(entries)
    names = [copy.name for copy in copies]
    return ClassResults(
        "TP6, groupes A et B",
        entries,
        steps(),
        absent=[Student("Zola", "Ulysse"), Student("Weber", "Yasmine")],
        ignored=["1 fichier ignoré : ce n'est ni un dossier ni une archive (consignes.pdf)"],
        likenesses=alike(tuple(names[13:25])) if number >= 25 else {},
        scripts=scripts(names[13:25]) if number >= 25 else {},
        date=DATE,
    )
