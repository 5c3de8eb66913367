"""La mesure : les deux versions sur les mêmes URL, par mesure.py ou par elles-mêmes."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from grader.checks.learning import learn
from grader.checks.registry import check
from grader.checks.web import COUNT, Web, open_web, run
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.driving.setting import Script
from grader.model.records import Launch

LATENCY = 0.1  # secondes d'attente de chaque page
DURATION = re.compile(r"\d+[.,]\d+|\d+(?=\s*(?:ms|millisec))")
ROUNDED = 0.06  # secondes qu'un affichage à la décimale près peut changer
CLOCKS = frozenset({"time", "timeit", "datetime", "asyncio"})  # asyncio : loop.time()
SYNC, ASYNC = "I.2.sync_multiple", "I.2.async_multiple"
NAMES = {SYNC: "synchrone", ASYNC: "asynchrone"}
IN_TURN = (
    "La version asynchrone, elle aussi, demande les pages l'une après l'autre : c'est à "
    "I.2.async_multiple que cela compte."
)
ALONE = "Sans mesure.py : les deux scripts se chronomètrent eux-mêmes, ce qui en tient lieu."


@dataclass
class Timed:
    """Un script qui se chronomètre, et sa durée vue d'ici."""

    shown: list[float]  # les durées affichées
    least: float  # de la première requête à la dernière réponse
    most: float  # du lancement à la fin
    last_lines: str

    @property
    def right(self) -> bool:
        bounds = self.least * 0.95 - ROUNDED, self.most + ROUNDED
        return any(bounds[0] <= shown <= bounds[1] for shown in self.shown)


def _alone(arena: Arena) -> bool:
    """Vrai si aucun mesure.py n'est rendu : l'étape se juge sur les deux scripts."""
    partner = arena.job.scripts.get(SYNC)
    return partner is not None and partner.path == arena.job.script.path


@check("I.2.mesure.both")
async def both(arena: Arena) -> Launch:
    if _alone(arena):
        return await _both_alone(arena)
    launch = await learn(arena)
    web = await open_web(arena, COUNT, latency=LATENCY)
    # Une mesure peut recommencer : on en a assez vu quand chaque version a tout demandé.
    program = await run(arena, web, launch=launch, enough=lambda: not _missing(web, _passes(web)))
    passes = _passes(web)
    if missing := _missing(web, passes):
        await _close(web, program)
        if passes.alone >= 2 * COUNT and await _in_turn(arena):
            arena.notes.append(IN_TURN)
            return launch
        raise Wrong(
            missing,
            sent=web.sent,
            expected=f"{COUNT} pages demandées une à une, et {COUNT} demandées ensemble",
            received=f"{passes.alone} une à une, {passes.together} ensemble\n{program.last_lines}",
            timed_out=program.running,
        ).showing(program.last_lines)
    return launch


@dataclass
class Passes:
    """Ce que disent les requêtes d'une mesure, d'où l'on ne voit pas qui les a faites.

    Une version asynchrone peut en demander seule : la dernière quand elle en borne le nombre à la
    fois, ou celle qu'une machine chargée a fait attendre.
    """

    alone: int  # requêtes pendant lesquelles aucune autre n'était en cours
    together: int
    in_turn: set[str]  # les URL demandées seules au moins une fois
    twice: set[str]  # les URL demandées au moins deux fois


def _passes(web: Web) -> Passes:
    asked: Counter[str] = Counter()
    in_turn, alone, together, busy_until = set(), 0, 0, 0.0
    spans = sorted(
        (request.started, request.ended or math.inf, request.url.rstrip("/"))
        for request in web.site.requests
    )
    starts = [*(started for started, _, _ in spans), math.inf]
    for number, (started, ended, url) in enumerate(spans, 1):
        asked[url] += 1
        if busy_until > started or ended > starts[number]:
            together += 1
        elif ended < math.inf:  # encore seule, mais pas finie : on ne sait pas
            in_turn.add(url)
            alone += 1
        busy_until = max(busy_until, ended)
    twice = {url for url, times in asked.items() if times > 1}
    return Passes(alone, together, in_turn, twice)


def _missing(web: Web, passes: Passes) -> str:
    """Ce qui manque pour que chaque version ait demandé toutes les pages ; vide si rien."""
    pages = {url.rstrip("/") for url in web.pages}
    # Qui recommence demande aussi deux fois ce que la version asynchrone ne demande pas.
    if pages <= passes.in_turn & passes.twice and 2 * passes.together >= len(pages):
        return ""
    if passes.alone >= 2 * len(pages) and not passes.together:
        return (
            "Toutes les pages sont demandées une à une : la version asynchrone n'est pas lancée, "
            "ou ne l'est que sur une URL à la fois."
        )
    if passes.together >= 2 * len(pages):
        return (
            "Aucune page n'est demandée seule : la version synchrone n'est pas lancée, ou l'est en "
            "même temps que l'autre."
        )
    missing = "asynchrone" if pages <= passes.in_turn else "synchrone"
    return f"La version {missing} n'est pas lancée sur toutes les URL."


async def _close(web: Web, program: Program) -> None:
    """Laisse la place à un autre site."""
    await program.close()
    await web.site.close()


async def _in_turn(arena: Arena) -> bool:
    """Vrai si la version asynchrone de la copie est séquentielle : la mesure n'y peut rien."""
    script = arena.job.scripts.get(ASYNC)
    if script is None:
        return False
    try:
        launch = await learn(arena, script)
    except Wrong:
        return False
    web = await open_web(arena, COUNT, latency=LATENCY)
    await run(arena, web, script=script, launch=launch)
    return web.complete() and web.site.most_in_flight == 1


@check("I.2.mesure.figures")
async def figures(arena: Arena) -> None:
    if _alone(arena):
        await _both_alone(arena)
        return
    web = await open_web(arena, COUNT, latency=LATENCY)
    program = await run(arena, web)
    # Plus longue que le passage entier, une durée est inventée.
    durations = [one for one in _durations(program) if one <= web.lasted + ROUNDED]
    slowest = max(durations, default=0.0)
    # Une durée comprend le démarrage d'un Python, que la machine ralentit : seul l'ordre est sûr.
    others = [duration for duration in durations if LATENCY * 0.95 <= duration < slowest]
    if slowest < COUNT * LATENCY * 0.95 or not others:
        raise Wrong(
            "Les deux durées ne sont pas affichées.",
            sent=web.sent,
            expected=f"la durée synchrone (au moins {_seconds(COUNT * LATENCY)}) et l'asynchrone "
            f"(au moins {_seconds(LATENCY)}, et moins que l'autre)",
            received=program.last_lines,
            timed_out=program.running or len(durations) > 1,
        )


async def _both_alone(arena: Arena) -> Launch:
    """Les deux scripts, l'un après l'autre, sur dix pages qui tardent : chacun dit sa durée."""
    scripts = {name: arena.job.scripts[name] for name in (SYNC, ASYNC)}
    if silent := [name for name, script in scripts.items() if not _has_clock(script)]:
        raise Wrong(_untimed(silent))
    launches = {name: await _launch(arena, name) for name in scripts}
    timed = {name: await _time(arena, name, launch) for name, launch in launches.items()}
    if silent := [name for name, one in timed.items() if not one.right]:
        one = timed[silent[0]]
        raise Wrong(
            _untimed(silent),
            expected=f"une durée, entre {_seconds(one.least)} et {_seconds(one.most)}",
            received=one.last_lines,
        ).showing(one.last_lines)
    arena.notes.append(ALONE)
    return launches[SYNC]


def _has_clock(script: Script) -> bool:
    return any(CLOCKS & source.imports for source in script.sources)


async def _launch(arena: Arena, name: str) -> Launch:
    """Comment lancer ce script, que son étape l'ait déjà appris ou non."""
    script = arena.job.scripts[name]
    if script.launch != Launch():
        return script.launch
    try:
        return await learn(arena, script)
    except Wrong as wrong:
        if arena.launch and not arena.launch.urls:  # c'est à son étape que cette faute compte
            return arena.launch
        raise Wrong(_untimed([name]), received=wrong.failure.received) from wrong
    finally:
        arena.launch = None


def _untimed(names: Iterable[str]) -> str:
    which = " ni ".join(f"la version {NAMES[name]}" for name in names)
    return f"Il n'y a pas de mesure.py, et {which} n'affiche pas sa durée."


async def _time(arena: Arena, name: str, launch: Launch) -> Timed:
    web = await open_web(arena, COUNT, latency=LATENCY)
    program = await run(arena, web, script=arena.job.scripts[name], launch=launch)
    requests = web.site.requests
    ends = [request.ended or request.started for request in requests]
    span = max(ends) - min(request.started for request in requests) if requests else 0.0
    await _close(web, program)
    return Timed(_durations(program), span, web.lasted, program.last_lines)


def _durations(program: Program) -> list[float]:
    """Les durées affichées, en secondes, qu'elles le soient ou non en millisecondes."""
    found = [float(text.replace(",", ".")) for text in DURATION.findall(program.since())]
    return [number / 1000 if number > 20 else number for number in found]


def _seconds(duration: float) -> str:
    return f"{duration:.1f} s".replace(".", ",")
