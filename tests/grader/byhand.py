"""Coller les commandes d'un échec dans de vrais terminaux, dans une arène, et lire les écrans."""

import functools
import os
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.catalogue import select
from grader.driving.arena import Arena
from grader.driving.program import Program
from grader.driving.setting import Job, Setting
from grader.engine.functions import functions
from grader.engine.grading import place
from grader.engine.pool import Pool
from grader.engine.preparing import Prepared, prepare
from grader.model import Failure, Report
from grader.sandbox.cell import BubblewrapCell
from grader.world.authority import Authority
from tests.grader.variants import Mutant, Variant, grade_variant, results, textbook

# Un shell sans réglages ; « nc » y est celui que demande le README, et « sudo » n'a rien à faire :
# dans l'arène, toute adresse est déjà à la machine.
SHELL = """\
import os, tempfile
start = tempfile.NamedTemporaryFile("w", delete=False)
start.write("nc() { nc.openbsd \\"$@\\"; }; sudo() { :; }; PS1='$ '; TIMEFORMAT='%R s'")
start.close()
os.environ["TERM"] = "dumb"
os.execvp("bash", ["bash", "--noprofile", "--noediting", "--rcfile", start.name, "-i"])
"""
LONGEST = 25.0  # secondes ; la plus longue des commandes en dort huit, et I.1 dix
BY_HAND = "by_hand"


async def _paste(arena: Arena, terminals: Sequence[str]) -> list[str]:
    """Ouvre les terminaux l'un après l'autre, y colle chaque bloc ; ce que montrent leurs écrans.

    Ils sont sur une même machine : ils voient le même /tmp et la même copie.
    """
    site = await arena.open_site()
    del site  # fermé avec l'arène
    cell = arena.new_cell()
    assert isinstance(cell, BubblewrapCell)
    arena.setting.submission.write_to(cell.copy)
    programs: list[Program] = []
    for number, block in enumerate(terminals, 1):
        program = Program(f"terminal {number}", cell, arena.pulse, arena.timeline)
        arena.programs.append(program)
        programs.append(program)
        os.lseek(cell.filter, 0, os.SEEK_SET)  # bubblewrap l'a lu pour le terminal d'avant
        command = cell.command(arena.job.script.runtime, ["-c", SHELL], ".")
        await program.start(command, "bash")
        await arena.wait(program.since, program)
        for line in block.split("\n"):
            program.type(line)
        await arena.settle(*programs)
    await arena.wait(lambda: False, *programs, deadline=LONGEST)
    return [program.since() for program in programs]


@functools.cache
def screens(variant: Variant, step_id: str, terminals: tuple[str, ...]) -> tuple[str, ...]:
    """Les écrans de ces terminaux, la copie étant celle-là ; dans un processus à un seul fil."""
    with tempfile.TemporaryDirectory(prefix="tp6-copie-") as folder:
        variant.write(Path(folder))
        return tuple(_screens(prepare(Path(folder), select(step_id), "bwrap"), step_id, terminals))


def _screens(prepared: Prepared, step_id: str, terminals: Sequence[str]) -> list[str]:
    (step,) = select(step_id)
    check = replace(step.checks[0], id=f"{step_id}.{BY_HAND}", deadline=LONGEST)

    async def pasted(arena: Arena) -> None:
        arena.notes += await _paste(arena, terminals)

    functions()[check.id] = pasted
    with place("bwrap") as where:
        setting = Setting("bwrap", where, Authority(), prepared.submission)
        pool: Pool[str] = Pool(setting)
        pool.start(step_id, Job(step, check, prepared.scripts, seed=1))
        ended = pool.next()
        pool.close()
    assert ended
    _, outcome = ended
    if outcome.error or outcome.failure:
        raise AssertionError(outcome.error or outcome.failure)
    return outcome.notes


@dataclass(frozen=True)
class Judged:
    """Un mutant jugé, puis refait à la main."""

    report: Report
    shown: tuple[str, ...]  # les écrans où l'on a collé les commandes de son échec
    seen: bool  # l'échec s'y voit


def judge_and_paste(mutant: Variant) -> Judged:
    """Juge le mutant, et colle les commandes de son échec ; dans un processus à un seul fil."""
    report = grade_variant(mutant)
    assert isinstance(mutant, Mutant)
    failure = results(report)[mutant.caught_by].failure
    if not failure:
        return Judged(report, (), seen=False)
    (step_id,) = mutant.steps
    shown = screens(mutant, step_id, failure.reproduce)
    model = screens(textbook(), step_id, failure.reproduce)
    return Judged(report, shown, seen_again(failure, shown, model))


def seen_again(failure: Failure, wrong: Sequence[str], right: Sequence[str]) -> bool:
    """L'échec se voit-il sur les écrans `wrong` ? `right` sont ceux de la copie modèle.

    Ce que dit « reçu » n'est que sur les premiers, ce que dit « attendu » que sur les autres ; une
    preuve en prose (« la fin du programme ») se voit à ce que les écrans diffèrent.
    """
    seen, model = _normal("\n".join(wrong)), _normal("\n".join(right))
    if _all_in(failure.received, seen) and not _all_in(failure.received, model):
        return True
    if _all_in(failure.expected, model) and not _all_in(failure.expected, seen):
        return True
    return seen != model


def _all_in(text: str, screens: str) -> bool:
    lines = [line for line in map(str.strip, _normal(text).split("\n")) if line]
    return bool(lines) and all(line in screens for line in lines)


def _normal(text: str) -> str:
    """Sans ce qui change d'une fois à l'autre : adresses, ports, sites, durées."""
    text = unicodedata.normalize("NFC", text.replace("\r", ""))
    text = re.sub(r"\b\d+\.\d+\.\d+\.\d+\b", "IP", text)
    text = re.sub(r"\b\d+[.,]\d+ s\b", "DURÉE", text)
    text = re.sub(r"\b[2-6]\d{4}\b", "PORT", text)  # celui d'un client
    return re.sub(r"https?://[\w.-]+|www\.[\w-]+\.\w+", "SITE", text)
