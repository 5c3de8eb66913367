"""Étape I.1 : compter, afficher, dormir."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from grader.checks.ending import finish
from grader.checks.numbers import LEAST, ONCE, TWICE, Count, ShownNumber, counts, numbers
from grader.checks.reached import require_coroutines
from grader.checks.registry import check
from grader.driving.arena import Arena
from grader.driving.failures import Unjudged, Wrong
from grader.driving.program import Program
from grader.driving.waiting import Wait, waits
from grader.model.records import Launch

PAUSE = 0.5  # secondes entre deux nombres
TOLERANCE = 0.3  # sur chaque pause : une machine chargée réveille en retard
SHORTEST, LONGEST = 0.65, 1.75  # d'un compte, par rapport à sa durée juste
AT_ONCE = 0.2  # secondes : des nombres affichés ensemble, faute de flush
START = 5.0  # secondes accordées au démarrage de Python
LOOK = 0.1  # secondes entre deux regards sur le sommeil du script
MOST = 0.7  # part des regards qui doivent le trouver dans sa boucle
SOON = 2.0  # secondes : un sommeil plus long n'est pas celui d'un compte
ELSEWHERE = ("FileNotFoundError", "ModuleNotFoundError", "ImportError", "OSError", "KeyError")
NOT_TWICE = "Le script n'affiche pas deux fois les nombres de 1 à 10."
HIDDEN = "Rien ne s'affiche avant la fin : flush=True montrerait chaque nombre à son heure."


@dataclass
class Play:
    """Un passage du script."""

    program: Program
    launch: Launch
    lasted: float  # secondes, démarrage compris
    naps: list[list[Wait]] = field(default_factory=list)  # où il dormait, à chaque regard

    @property
    def numbers(self) -> list[ShownNumber]:
        return numbers(self.program.times)

    @property
    def timed(self) -> list[list[Wait]]:
        """Les regards qui l'ont trouvé endormi pour un temps compté."""
        return [nap for nap in self.naps if _timed(nap)]


async def _play(arena: Arena) -> Play:
    """Lance le script jusqu'à sa fin : dans son dossier ou, s'il lui manque un fichier, à la
    racine."""
    script = arena.job.script
    plays: list[Play] = []
    for folder in dict.fromkeys((str(script.path.parent), ".")):
        plays.append(play := await _launch(arena, Launch(folder)))
        if play.program.running or not play.program.exception.startswith(ELSEWHERE):
            break
    else:
        play = next((one for one in plays if not one.program.exception), plays[0])
    arena.tried = play.launch
    if play.program.exception:
        wrong = Wrong(f"Le script échoue : {play.program.exception}")
        raise wrong.showing(play.program.last_lines)
    return play


async def _launch(arena: Arena, launch: Launch) -> Play:
    loop = asyncio.get_running_loop()
    started = loop.time()
    program = await arena.start(script=replace(arena.job.script, launch=launch))
    naps: list[list[Wait]] = []
    watching = asyncio.create_task(_watch(program, naps))
    try:
        given = await finish(arena, program, arena.check.deadline + START)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    if program.running and _counting(arena, program):
        arena.proven = False  # ce n'est pas qu'il ne finit pas : la machine l'a retardé
    return Play(program, replace(launch, answers=given), loop.time() - started, naps)


def _counting(arena: Arena, program: Program) -> bool:
    """Vrai s'il vient d'afficher un nombre, et qu'il lui en reste."""
    found = numbers(program.times)
    late = arena.timeline.now - found[-1].at if found else SOON
    return len(found) < TWICE.total() and late < SOON


async def _watch(program: Program, naps: list[list[Wait]]) -> None:
    while True:
        await asyncio.sleep(LOOK)
        asleep = waits(program.processes()) if program.running else None
        # Tant qu'il démarre, le noyau ne dit pas toujours ce qu'il attend.
        if asleep and all(wait.known for wait in asleep):
            naps.append(asleep)


def _values(found: Iterable[ShownNumber]) -> list[int]:
    return [number.value for number in found]


def _twice(values: list[int]) -> bool:
    return sorted(values) == sorted(TWICE.elements())


def _spoken(values: Sequence[int]) -> str:
    return " ".join(map(str, values[:60])) + (" …" if len(values) > 60 else "")


def _miscounted(arena: Arena, play: Play, expected: list[int]) -> Wrong:
    """Ce qui ne va pas dans ce qui est compté."""
    values = _values(play.numbers)
    message, credit = NOT_TWICE, 0.0
    if play.program.running or play.program.flooded:
        message = f"Le script ne finit pas : il {arena.doing(play.program)}."
        credit = 0.5 if _twice(values) else 0.0
    elif sorted(values) == ONCE:
        message, credit = "Le script ne compte qu'une fois : il faut deux appels.", 0.5
    elif sorted(values) == sorted(list(range(1, 10)) * 2):
        message, credit = "Le script s'arrête à 9 : il faut compter jusqu'à 10.", 0.5
    return Wrong(
        message,
        expected=_spoken(expected),
        received=_spoken(values),
        credit=credit,
        timed_out=play.program.running,
    )


async def _counted(arena: Arena, expected: list[int]) -> Launch:
    play = await _play(arena)
    if not _twice(_values(play.numbers)) or play.program.running or play.program.flooded:
        raise _miscounted(arena, play, expected)
    return play.launch


@check("I.1.sync.counts")
async def counts_twice(arena: Arena) -> Launch:
    return await _counted(arena, ONCE * 2)


@check("I.1.async.counts")
async def counts_together(arena: Arena) -> Launch:
    return await _counted(arena, sorted(ONCE * 2))


def _hidden(found: Sequence[Count], play: Play) -> bool:
    """Vrai si les nombres d'un compte paraissent tous ensemble, alors que le script a dormi."""
    at_once = all(count.end - count.start < AT_ONCE for count in found)
    return at_once and len(play.timed) > LEAST


@check("I.1.sync.pace")
async def pace(arena: Arena) -> None:
    play = await _play(arena)
    found = play.numbers
    values = _values(found)
    once = sorted(set(values))
    if not once or values not in (once, once * 2):  # jusqu'où : l'affaire d'un autre contrôle
        raise Wrong(
            "Les deux comptes ne se suivent pas.",
            expected=_spoken(once * 2),
            received=_spoken(values),
        )
    # Entre les deux comptes, dormir ou non est égal.
    pauses = [pause for count in counts(found) for pause in count.pauses]
    lasted = found[-1].at - found[0].at
    if _hidden(counts(found), play):
        arena.notes.append(HIDDEN)
        pauses = [play.lasted / max(1, len(values) - 1)]
        lasted = play.lasted
    average = sum(pauses) / max(1, len(pauses))
    if min(pauses, default=0.0) < PAUSE - TOLERANCE or not PAUSE - 0.1 < average < PAUSE + 0.2:
        raise Wrong(
            "Les nombres ne sont pas séparés d'une demi-seconde.",
            expected="0,5 s entre deux nombres, 10 s environ en tout",
            received=f"{_seconds(average)} en moyenne, {_seconds(lasted)} en tout",
            timed_out=average > PAUSE,
        )


def _pair(arena: Arena, play: Play) -> tuple[Count, Count]:
    """Les deux comptes, jusqu'où qu'ils aillent."""
    first, second = [*counts(play.numbers), Count(), Count()][:2]
    if min(len(first.numbers), len(second.numbers)) < LEAST:
        raise _miscounted(arena, play, sorted(ONCE * 2))
    return first, second


@check("I.1.async.interleaved")
async def interleaved(arena: Arena) -> None:
    play = await _play(arena)
    first, second = _pair(arena, play)
    values = _values(play.numbers)
    starts, ends = (first.start, second.start), (first.end, second.end)
    lasted, together = max(ends) - min(starts), min(ends) - max(starts)
    right, late = PAUSE * (max(len(first.numbers), len(second.numbers)) - 1), 0.0
    if _hidden((first, second), play):
        arena.notes.append(HIDDEN)
        lasted, together, late = play.lasted, play.lasted, START
    expected = f"{_spoken(sorted(values))}\n4,5 à 5 s"
    received = f"{_spoken(values)}\n{_seconds(lasted)}"
    if values in (first.values + second.values, second.values + first.values):
        message = f"Les deux comptes se suivent au lieu d'avancer ensemble : {_why(play)}."
        raise Wrong(message, expected=expected, received=received)
    if together < lasted / 2 and lasted > SHORTEST * right:
        raise Wrong("Les comptes ne s'entremêlent pas.", expected=expected, received=received)
    if not SHORTEST * right < lasted < LONGEST * right + late:
        raise Wrong(
            "Les deux comptes ensemble devraient durer 5 secondes.",
            expected=expected,
            received=received,
            timed_out=lasted > right,
        )


def _why(play: Play) -> str:
    """Pourquoi les comptes se suivent : le fil qui compte dort-il dans une boucle d'événements ?"""
    naps = play.timed
    if sum(map(_in_loop, naps)) > len(naps) / 2:
        return "le script est séquentiel, le second compte attend la fin du premier"
    return "chaque pause bloque tout le programme, comme time.sleep()"


@check("I.1.async.asynchronous")
async def asynchronous(arena: Arena) -> None:
    """Un seul sélecteur, avec une échéance : les deux comptes y dorment."""
    play = await _play(arena)
    _pair(arena, play)
    if not play.naps:
        raise Unjudged("le système ne dit pas où dort un programme")
    naps = play.timed
    if sum(map(_in_loop, naps)) < max(1, MOST * len(naps)):
        threads = max((len(_timed(nap)) for nap in naps), default=0)
        raise Wrong(
            "Les deux comptes ne dorment pas dans une même boucle d'événements.",
            expected="un seul fil, qui dort dans la boucle d'événements (asyncio.sleep)",
            received=f"{threads} fils qui dorment, chacun de son côté"
            if threads > 1
            else "un fil qui dort hors de toute boucle d'événements (time.sleep)",
        )
    await require_coroutines(arena, play.program)


def _timed(nap: list[Wait]) -> list[Wait]:
    """Les fils qui dorment un temps compté."""
    return [wait for wait in nap if wait.timeout is not None and wait.timeout < SOON]


def _in_loop(nap: list[Wait]) -> bool:
    """Vrai si tout le temps compté l'est par une seule boucle d'événements."""
    timed = _timed(nap)
    return len(timed) == 1 and timed[0].selector


def _seconds(duration: float) -> str:
    return f"{duration:.1f} s".replace(".", ",")
