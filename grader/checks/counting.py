"""Étape I.1 : compter, afficher, dormir."""

import itertools
import re
from dataclasses import replace

from grader.checks.registry import check
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.model import Launch

ONCE = list(range(1, 11))
PAUSE = 0.5  # secondes entre deux nombres
TOLERANCE = 0.3  # sur chaque pause : une machine chargée réveille en retard
EVERY, FIRST, LAST = slice(None), slice(1), slice(-1, None)  # les nombres d'une ligne
START = 5.0  # secondes accordées au démarrage de Python


async def _run(arena: Arena) -> tuple[Program, Launch]:
    """Lance le script jusqu'à sa fin : dans son dossier ou, s'il y échoue, à la racine."""
    script = arena.job.script
    for folder in dict.fromkeys((str(script.path.parent), ".")):
        launch = Launch(folder)
        program = await arena.start(script=replace(script, launch=launch))
        await program.finish(arena.check.deadline * arena.job.patience + START)
        if program.code == 0 or program.running:
            break
    if program.running:
        raise Wrong("Le script ne finit pas.", received=program.last_lines, timed_out=True)
    if program.exception:
        raise Wrong(f"Le script échoue : {program.exception}", received=program.last_lines)
    return program, launch


def _numbers(text: str, kept: slice = EVERY) -> list[int]:
    """Les nombres affichés, un par ligne ou presque ; un 0 devant chaque compte ne coûte rien."""
    lines = [re.findall(r"(?<![\w.,:])\d{1,3}(?![\w.,:]*\d)", line) for line in text.split("\n")]
    found = [int(number) for line in lines for number in line[kept]]
    return [number for number in found if number != 0]


def _kept(text: str) -> slice:
    """Les nombres à garder de chaque ligne : « Compteur 1 : 5 » n'en dit qu'un."""
    return next((one for one in (EVERY, LAST, FIRST) if _twice(_numbers(text, one))), EVERY)


def _twice(numbers: list[int]) -> bool:
    return sorted(numbers) == sorted(ONCE * 2)


def _spoken(numbers: list[int]) -> str:
    return " ".join(map(str, numbers[:60]))


async def _counted(arena: Arena, expected: list[int]) -> Launch:
    program, launch = await _run(arena)
    numbers = _numbers(program.since(), _kept(program.since()))
    if not _twice(numbers):
        message = "Le script n'affiche pas deux fois les nombres de 1 à 10."
        credit = 0.0
        if sorted(numbers) == ONCE:
            message, credit = "Le script ne compte qu'une fois : il faut deux appels.", 0.5
        elif sorted(numbers) == sorted(list(range(1, 10)) * 2):
            message, credit = "Le script s'arrête à 9 : il faut compter jusqu'à 10.", 0.5
        raise Wrong(message, expected=_spoken(expected), received=_spoken(numbers), credit=credit)
    return launch


@check("I.1.sync.counts")
async def counts(arena: Arena) -> Launch:
    return await _counted(arena, ONCE * 2)


@check("I.1.async.counts")
async def counts_together(arena: Arena) -> Launch:
    return await _counted(arena, sorted(ONCE * 2))


def _times(program: Program) -> list[tuple[float, int]]:
    """L'instant où chaque nombre a paru."""
    kept = _kept(program.since())
    return [(at, number) for at, text in program.times for number in _numbers(text, kept)]


@check("I.1.sync.pace")
async def pace(arena: Arena) -> None:
    program, _ = await _run(arena)
    times = _times(program)
    numbers = [number for _, number in times]
    once = sorted(set(numbers))
    if numbers not in (once, once * 2):  # jusqu'où l'on compte est l'affaire d'un autre contrôle
        raise Wrong(
            "Les deux comptes ne se suivent pas.",
            expected=_spoken(once * 2),
            received=_spoken(numbers),
        )
    lasted = times[-1][0] - times[0][0]
    pauses = [
        after - before
        for (before, _), (after, number) in itertools.pairwise(times)
        if number != once[0]  # entre les deux comptes, dormir ou non est égal
    ]
    wrong = [pause for pause in pauses if pause < PAUSE - TOLERANCE]
    average = sum(pauses) / len(pauses)
    if wrong or not PAUSE - 0.1 < average < PAUSE + 0.2:
        raise Wrong(
            "Les nombres ne sont pas séparés d'une demi-seconde.",
            expected="0,5 s entre deux nombres, 10 s environ en tout",
            received=f"{_seconds(average)} en moyenne, {_seconds(lasted)} en tout",
            timed_out=average > PAUSE,
        )


@check("I.1.async.interleaved")
async def interleaved(arena: Arena) -> None:
    program, _ = await _run(arena)
    times = _times(program)
    numbers = [number for _, number in times]
    expected = sorted([*set(numbers)] * 2)
    lasted = times[-1][0] - times[0][0] if times else 0.0
    received = f"{_spoken(numbers)}\n{_seconds(lasted)}"
    wanted = f"{_spoken(expected)}\n4,5 à 5 s"
    if numbers == sorted(set(numbers)) * 2:
        raise Wrong(
            "Les deux comptes se suivent au lieu d'avancer ensemble.",
            expected=wanted,
            received=received,
        )
    if numbers != expected:
        raise Wrong("Les comptes ne s'entremêlent pas.", expected=wanted, received=received)
    if not 3.0 < lasted < 8.0:
        raise Wrong(
            "Les deux comptes ensemble devraient durer 5 secondes.",
            expected=wanted,
            received=received,
            timed_out=lasted > 8.0,
        )


def _seconds(duration: float) -> str:
    return f"{duration:.1f} s".replace(".", ",")
