"""Un essai d'un contrôle, dans le processus de l'arène."""

import asyncio
import dataclasses
import json
import time
import traceback
from typing import Any

from grader.driving.arena import Arena
from grader.driving.failures import Unjudged, Wrong
from grader.driving.setting import Job, Setting
from grader.engine.functions import functions
from grader.model.records import Event, Failure, Launch, Match, Outcome
from grader.sandbox.appetite import killed_for_memory

# Un contrôle enchaîne des attentes, chacune bornée ; à elles toutes, elles le sont aussi.
WAITS = 8
STARTS = 20.0  # secondes pour démarrer les programmes, sur une machine chargée
ENDLESS = "Le contrôle n'a pas fini à temps : il est abandonné."
TOO_LONG = "le contrôle, trop long, est abandonné."
MAX_MESSAGE = 1_000  # caractères
MAX_EVIDENCE = 40_000  # caractères d'un texte gardé comme preuve


async def attempt(setting: Setting, job: Job) -> Outcome:
    """Joue le contrôle, et dit ce qu'il en est ; toute autre exception est une erreur à nous."""
    started, killed = time.monotonic(), killed_for_memory()
    outcome = Outcome(credit=1.0)
    arena = Arena(setting, job)
    try:
        async with arena:
            outcome.launch = await _bounded(arena)
    except Wrong as wrong:
        outcome.launch = arena.launch
        outcome.credit = wrong.credit
        # Quand la machine manque de mémoire, le noyau tue d'abord les programmes des copies.
        short = killed_for_memory() > killed
        outcome.timed_out = short or (wrong.timed_out and not arena.proven)
        outcome.failure = _failure(arena, wrong)
    except Unjudged as lacking:
        outcome.credit, outcome.unjudged = 0.0, str(lacking)
    except Exception:
        outcome.error = traceback.format_exc()
    outcome.tried = arena.tried
    outcome.notes = list(dict.fromkeys(arena.notes))
    outcome.timeline = arena.timeline.events
    outcome.seconds = round(time.monotonic() - started, 3)
    return outcome


def budget(job: Job) -> float:
    """Secondes que peut prendre un essai en tout."""
    return job.check.deadline * job.patience * WAITS + STARTS


async def _bounded(arena: Arena) -> Launch | None:
    """Joue le contrôle ; une copie qui le retient sans fin échoue, elle n'y gagne rien."""
    job = arena.job
    try:
        async with asyncio.timeout(budget(job)) as limit:
            return await functions()[job.check.id](arena)
    except TimeoutError as error:
        if not limit.expired():
            raise
        arena.proven = False
        raise Wrong(_endless(arena), timed_out=True) from error


def _endless(arena: Arena) -> str:
    program = next((one for one in arena.programs if one.running), None)
    return f"Le programme {arena.doing(program)} : {TOO_LONG}" if program else ENDLESS


def _failure(arena: Arena, wrong: Wrong) -> Failure:
    """Ce qui a échoué, borné, avec ce que montre le terminal du dernier programme lancé."""
    shown = arena.programs[-1].last_lines if arena.programs else ""
    failure = dataclasses.replace(wrong.failure, output=wrong.failure.output or shown)
    failure.message = _cut(failure.message, MAX_MESSAGE)
    for name in ("sent", "expected", "received", "output"):
        setattr(failure, name, _cut(getattr(failure, name), MAX_EVIDENCE))
    return failure


def _cut(text: str, limit: int) -> str:
    """Le début d'un texte trop long, qui dit qu'il en manque la fin."""
    return text if len(text) <= limit else f"{text[:limit]} […]"


def run(setting: Setting, job: Job) -> Outcome:
    """Joue le contrôle jusqu'au bout, dans une boucle d'événements à lui."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_exception_handler(lambda _loop, _context: None)
        return runner.run(attempt(setting, job))


def encode(outcome: Outcome) -> bytes:
    return json.dumps(dataclasses.asdict(outcome)).encode()


def decode(data: bytes) -> Outcome:
    """L'inverse de `encode` ; ValueError, TypeError ou KeyError si ce n'en est pas un."""
    fields: dict[str, Any] = json.loads(data)
    failure = fields["failure"]
    if failure:
        failure["match"] = Match(failure["match"]) if failure["match"] else None
        failure["reproduce"] = tuple(failure["reproduce"])
        fields["failure"] = Failure(**failure)
    for name in ("launch", "tried"):
        fields[name] = _launch(fields[name])
    fields["timeline"] = [Event(**event) for event in fields["timeline"]]
    return Outcome(**fields)


def _launch(fields: dict[str, Any] | None) -> Launch | None:
    if fields is None:
        return None
    for name in ("arguments", "answers", "urls"):
        fields[name] = tuple(fields[name])
    return Launch(**fields)
