"""Coller les commandes d'un échec dans de vrais terminaux, dans une arène, et lire les écrans."""

import functools
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.driving.arena import Arena
from grader.driving.program import Program
from grader.driving.setting import Job, Setting
from grader.engine.catalogue import select
from grader.engine.functions import functions
from grader.engine.grading import place
from grader.engine.pool import Pool
from grader.engine.preparing import Prepared, prepare
from grader.model.records import Failure, Report
from grader.sandbox.cell import BubblewrapCell
from tests.grader.variants import Mutant, Variant, grade_variant, results, textbook

PROMPT = "tp6$ "
# Un shell sans réglages ; « nc » y est celui que demande le README, et « sudo » n'a rien à faire :
# dans l'arène, toute adresse est déjà à la machine.
SHELL = """\
import os, tempfile
place = tempfile.mkdtemp()
os.symlink("/usr/bin/nc.openbsd", f"{place}/nc")
with open(f"{place}/rc", "w") as start:
    start.write("sudo() { :; }; PS1='__PROMPT__'; TIMEFORMAT='%R s'")
os.environ |= {"TERM": "dumb", "PATH": f"{place}:{os.environ['PATH']}"}
os.execvp("bash", ["bash", "--noprofile", "--noediting", "--rcfile", f"{place}/rc", "-i"])
""".replace("__PROMPT__", PROMPT)
LONGEST = 25.0  # secondes ; la plus longue des commandes en dort huit, et I.1 dix
BY_HAND = "by_hand"
STEP = 3  # secondes entre deux durées que l'on distingue
AGAIN = range(2, 5)  # les fois où la copie modèle est refaite, jusqu'à ce qu'elle se répète


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
    openings: list[int] = []
    for number, block in enumerate(terminals, 1):
        program = Program(f"terminal {number}", cell, arena.pulse, arena.timeline)
        arena.programs.append(program)
        programs.append(program)
        os.lseek(cell.filter, 0, os.SEEK_SET)  # bubblewrap l'a lu pour le terminal d'avant
        command = cell.command(arena.job.script.runtime, ["-c", SHELL], ".")
        await program.start(command, "bash")
        await arena.wait(lambda: program.since().endswith(PROMPT), program)  # noqa: B023 (avant le suivant)
        started = len(program.since())
        program.type(block)
        await arena.rest(*programs)  # un délai qu'une commande se donne n'est pas à attendre
        openings.append(started)
    await arena.wait(lambda: False, *programs, deadline=LONGEST)
    screens = [program.since()[start:] for program, start in zip(programs, openings, strict=True)]
    return [written(*pasted) for pasted in zip(screens, terminals, strict=True)]


def written(screen: str, block: str) -> str:
    """Ce qu'ont écrit les commandes ; leur écho et les invites s'y mêlent, au gré de la machine."""
    screen = screen.replace("\r", "")
    for line in block.split("\n"):
        screen = screen.replace(f"{line}\n", "", 1)
    commands = screen.count(PROMPT)  # une de plus quand la dernière a fini
    return f"{screen.replace(PROMPT, '')}\n{commands} invites"


@functools.cache
def screens(
    variant: Variant, step_id: str, terminals: tuple[str, ...], _time: int = 1
) -> tuple[str, ...]:
    """Les écrans de ces terminaux, la copie étant celle-là ; dans un processus à un seul fil.

    Chaque `_time` les ouvre à nouveau.
    """
    with tempfile.TemporaryDirectory(prefix="tp6-copie-") as folder:
        variant.write(Path(folder))
        return tuple(_screens(prepare(Path(folder), select(step_id), "bwrap"), step_id, terminals))


def _screens(prepared: Prepared, step_id: str, terminals: Sequence[str]) -> list[str]:
    (step,) = select(step_id)
    check = replace(step.checks[0], id=f"{step_id}.{BY_HAND}", deadline=LONGEST)

    async def pasted(arena: Arena) -> None:
        arena.notes.append(json.dumps(await _paste(arena, terminals)))

    functions()[check.id] = pasted
    with place("bwrap") as where:
        setting = Setting("bwrap", where, prepared.submission)
        pool: Pool[str] = Pool(setting)
        pool.start(step_id, Job(step, check, prepared.scripts, seed=1))
        ended = pool.next()
        pool.close()
    assert ended
    _, outcome = ended
    if outcome.error or outcome.failure:
        raise AssertionError(outcome.error or outcome.failure)
    found: list[str] = json.loads(outcome.notes[0])
    return found


@dataclass(frozen=True)
class Judged:
    """Un mutant jugé, puis refait à la main."""

    report: Report
    shown: tuple[str, ...]  # les écrans où l'on a collé les commandes de son échec
    model: tuple[str, ...] = ()  # les mêmes commandes, avec la copie modèle
    seen: bool = False  # l'échec s'y voit


def judge_and_paste(mutant: Variant) -> Judged:
    """Juge le mutant, et colle les commandes de son échec ; dans un processus à un seul fil."""
    report = grade_variant(mutant)
    assert isinstance(mutant, Mutant)
    failure = results(report)[mutant.caught_by].failure
    if not failure:
        return Judged(report, ())
    (step_id,) = mutant.steps
    paste = functools.partial(screens, step_id=step_id, terminals=failure.reproduce)
    shown, model = paste(mutant), paste(textbook())
    seen = evident(failure, shown, model)
    # Une preuve en prose (« la fin du programme ») se voit à ce que les écrans diffèrent, si ceux
    # d'une même copie, eux, ne diffèrent pas ; l'ordre de leurs lignes ne dit rien. Une machine
    # occupée allonge une durée : il suffit que la copie modèle ait montré deux fois la même chose.
    if not seen and shown != model:
        seen = any(differ(shown, model, paste(textbook(), _time=time)) for time in AGAIN)
    return Judged(report, shown, model, seen)


def evident(failure: Failure, wrong: Sequence[str], right: Sequence[str]) -> bool:
    """La preuve est-elle sur les écrans `wrong` ? `right` sont ceux de la copie modèle.

    Ce que dit « reçu » n'est que sur les premiers, ou ce que dit « attendu » que sur les autres.
    """
    seen, model = normal(wrong), normal(right)
    if _all_in(failure.received, seen) and not _all_in(failure.received, model):
        return True
    return _all_in(failure.expected, model) and not _all_in(failure.expected, seen)


def _all_in(text: str, screens: str) -> bool:
    """Ces lignes, ou ces mots à la suite, quelle que soit la façon dont ils vont à la ligne."""
    screens = " ".join(screens.split())
    lines = [" ".join(line.split()) for line in normal([text]).split("\n") if line.strip()]
    return bool(lines) and all(line in screens for line in lines)


def _roughly(duration: re.Match[str]) -> str:
    """Deux durées du même ordre ne se distinguent pas : celle d'un démarrage, par exemple."""
    return f"{(int(duration[1]) + 1) // STEP * STEP} s environ"


def differ(wrong: Sequence[str], right: Sequence[str], again: Sequence[str]) -> bool:
    """Vrai si l'un des écrans, ou leur ensemble, n'est pas celui de la copie modèle, deux fois."""
    return any(
        lines(one) != lines(model) == lines(same)
        for one, model, same in [
            (wrong, right, again),
            *(([a], [b], [c]) for a, b, c in zip(wrong, right, again, strict=True)),
        ]
    )


def lines(screens: Sequence[str]) -> list[str]:
    return sorted(normal(screens).split("\n"))


def normal(screens: Sequence[str]) -> str:
    """Sans ce qui change d'une fois à l'autre : adresses, ports, sites, heures."""
    text = unicodedata.normalize("NFC", "\n".join(screens).replace("\r", ""))
    text = re.sub(r"\b\d+\.\d+\.\d+\.\d+\b", "IP", text)
    text = re.sub(r"\b(\d+)[.,]\d+ s\b", _roughly, text)
    text = re.sub(r"\b\d\d:\d\d\b", "HEURE", text)  # celle d'un fichier
    ports: dict[str, str] = {}  # ceux des clients, dans l'ordre où ils paraissent
    for port in re.findall(r"IP\W{1,3}(\d{5})\b", text):
        ports.setdefault(port, f"PORT{len(ports)}")
    for port, name in ports.items():
        text = re.sub(rf"\b{port}\b", name, text)
    return re.sub(r"https?://[\w.-]+|www\.[\w-]+\.\w+", "SITE", text)
