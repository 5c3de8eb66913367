"""Lancer un serveur de la copie, et trouver comment : d'où, et avec quelles options."""

import re
from dataclasses import dataclass, replace

from grader.checks.expect import witnessed
from grader.checks.serving import Server
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.idle import listening_by
from grader.driving.program import Program
from grader.driving.prompts import converse
from grader.driving.setting import Script
from grader.model.examples import HOST, PORT
from grader.model.records import Launch
from grader.world.diag import Listening

STARTING = 1.5  # secondes de sommeil au bout desquelles un serveur n'écoutera plus
BUSY_WITH = ("calcule sans fin", "attend qu'on tape une ligne")
USAGE = re.compile(r"\busage\b", re.I)
MISSING_FILE = ("FileNotFoundError", "NotADirectoryError")
# Ce qu'aucun autre dossier, aucune option ne corrigera.
HOPELESS = (
    *("SyntaxError", "IndentationError", "TabError", "ImportError", "ModuleNotFoundError"),
    *("NameError", "UnboundLocalError", "AttributeError"),
)
# Jusqu'où va un lancement manqué, de moins en moins près du but.
STOPPED, WAITING, ENDED, LOST, MISUSED = 4, 3, 2, 1, 0


class StoppedError(Wrong):
    """Le serveur a écouté, mais n'est pas resté."""


async def start_server(
    arena: Arena, launch: Launch | None = None, script: Script | None = None
) -> Server:
    """Lance le serveur, comme on a appris à le faire ou comme le dit `launch` ; attend l'écoute."""
    script = script or arena.job.script
    script = replace(script, launch=launch or script.launch)
    program = await arena.start(script.launch.arguments, name="serveur", script=script)
    answers = await answer_until_listening(arena, program)
    found = await wait_listening(arena, program)
    if not found:
        raise witnessed(Wrong(_deaf(arena, program), timed_out=program.running), program)
    await arena.settle(program)
    if not program.running:
        message = f"Le serveur s'arrête aussitôt après avoir écouté. {program.exception}".strip()
        raise witnessed(StoppedError(message), program)
    return Server(arena, program, found.reach, found.port, answers)


def _deaf(arena: Arena, program: Program) -> str:
    """Pourquoi ce programme n'écoute pas."""
    doing = arena.doing(program)
    if doing == "écrit sans fin":
        return "Le serveur n'écoute sur aucun port : il écrit sans fin."
    if not program.running:
        return f"Le serveur s'arrête sans écouter. {program.exception}".strip()
    said = f" : il {doing}" if doing in BUSY_WITH else ""
    return f"Le serveur n'écoute sur aucun port{said}. {program.exception}".strip()


def places(arena: Arena, program: Program) -> list[Listening]:
    """Où le programme écoute, d'après le noyau."""
    return listening_by(arena.diag, program.processes()) if program.running else []


async def answer_until_listening(arena: Arena, program: Program) -> tuple[str, ...]:
    """Répond au serveur qui demande où écouter ; ce à quoi il a fallu répondre."""
    answers = {"host": HOST, "port": str(PORT)}
    return tuple(await converse(arena, program, answers, lambda: places(arena, program)))


async def wait_listening(arena: Arena, program: Program) -> Listening | None:
    """Où le programme s'est mis à écouter ; None s'il n'écoute pas."""
    await arena.wait(lambda: places(arena, program) or not program.running, program, calm=STARTING)
    return next(iter(places(arena, program)), None)


@dataclass(frozen=True)
class FailedLaunch:
    """Un lancement manqué."""

    launch: Launch
    wrong: Wrong
    reached: int
    exception: str

    @classmethod
    def of(cls, launch: Launch, wrong: Wrong, program: Program) -> "FailedLaunch":
        reached, exception = ENDED, program.exception
        if isinstance(wrong, StoppedError):
            reached = STOPPED
        elif program.running:
            reached = WAITING
        elif exception.startswith(MISSING_FILE):
            reached = LOST
        elif not exception and USAGE.search(program.since()):
            reached = MISUSED
        return cls(launch, wrong, reached, exception)

    def may_change(self, way: Launch) -> bool:
        """Lancé de cette façon, irait-il plus loin ?"""
        if self.reached == STOPPED or self.exception.startswith(HOPELESS):
            return False
        if self.reached == LOST:
            return way.folder != self.launch.folder
        if self.reached in (WAITING, MISUSED):
            return way.arguments != self.launch.arguments
        return True


def ways(folder: str) -> list[Launch]:
    """Dans son dossier, puis à la racine ; nu, puis avec -p et -a."""
    options = ("-p", str(PORT), "-a", HOST)
    folders = list(dict.fromkeys((folder, ".")))
    return [Launch(place, arguments) for arguments in ((), options) for place in folders]


async def learn_launch(arena: Arena) -> Launch:
    """Cherche comment lancer le serveur ; de tous les lancements manqués, dit le plus avancé."""
    failed: list[FailedLaunch] = []
    for way in ways(str(arena.job.script.path.parent)):
        if not all(attempt.may_change(way) for attempt in failed):
            continue
        try:
            server = await start_server(arena, way)
        except Wrong as wrong:
            failed.append(FailedLaunch.of(way, wrong, arena.programs[-1]))
            await arena.programs[-1].close()
            continue
        note = "L'adresse et le port se tapent au clavier." if server.answers else ""
        return replace(way, host=server.host, port=server.port, answers=server.answers, note=note)
    best = max(failed, key=lambda attempt: attempt.reached)
    arena.tried = best.launch
    raise best.wrong
