"""mesure.py : les deux versions, chronométrées sur les mêmes URL."""

import re

from grader.checks.fetching import COUNT, Web, learn, open_web, run
from grader.checks.registry import check
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.model import Launch

LATENCY = 0.2  # secondes d'attente de chaque page
DECIMAL = re.compile(r"\d+[.,]\d+")


@check("I.2.mesure.both")
async def both(arena: Arena) -> Launch:
    launch = await learn(arena)
    web = await open_web(arena, COUNT, latency=LATENCY)
    program = await run(arena, web, launch)
    alone, together = _passes(web)
    if alone < COUNT or together < COUNT:
        missing = "synchrone" if alone < COUNT else "asynchrone"
        raise Wrong(
            f"La version {missing} n'est pas lancée sur toutes les URL.",
            expected=f"{COUNT} pages demandées une à une, et {COUNT} demandées ensemble",
            received=f"{alone} une à une, {together} ensemble\n{program.last_lines}",
            timed_out=program.running,
        )
    return launch


def _passes(web: Web) -> tuple[int, int]:
    """Combien de pages ont été demandées seules, et combien pendant qu'une autre l'était."""
    spans = [(request.started, request.ended or request.started) for request in web.site.requests]
    together = sum(
        any(other is not span and other[0] < span[1] and span[0] < other[1] for other in spans)
        for span in spans
    )
    return len(spans) - together, together


@check("I.2.mesure.figures")
async def figures(arena: Arena) -> None:
    web = await open_web(arena, COUNT, latency=LATENCY)
    program = await run(arena, web)
    durations = _durations(program)
    slowest = max(durations, default=0.0)
    # Une durée comprend le démarrage d'un Python, que la machine ralentit : seul l'ordre est sûr.
    others = [duration for duration in durations if LATENCY * 0.95 <= duration < slowest]
    if slowest < COUNT * LATENCY * 0.95 or not others:
        raise Wrong(
            "Les deux durées ne sont pas affichées.",
            expected=f"la durée synchrone (au moins {_seconds(COUNT * LATENCY)}) et l'asynchrone "
            f"(au moins {_seconds(LATENCY)}, et moins que l'autre)",
            received=program.last_lines,
            timed_out=program.running or len(durations) > 1,
        )


def _durations(program: Program) -> list[float]:
    """Les nombres à virgule affichés, en secondes (et, s'ils sont grands, en millisecondes)."""
    found = [float(text.replace(",", ".")) for text in DECIMAL.findall(program.since())]
    return [number / 1000 if number > 100 else number for number in found]


def _seconds(duration: float) -> str:
    return f"{duration:.1f} s".replace(".", ",")
