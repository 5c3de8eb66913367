"""Mener un script jusqu'à sa fin, ou jusqu'à savoir qu'il n'y viendra pas."""

from collections.abc import Callable

from grader.driving.arena import Arena
from grader.driving.program import CTRL_C, Program

ENTER = "enter"  # ce qu'on a tapé, parmi les réponses que garde la façon de lancer
MAX_ENTERS = 4
ENDING = 1.0  # secondes de sommeil au bout desquelles un programme ne finira plus
# asyncio.run() n'interrompt qu'à la deuxième fois un appel qui bloque, et Python n'abandonne
# qu'à la troisième le fil qui lit le clavier : la personne insiste, et le programme finit.
MAX_CTRL_C = 3


async def finish(
    arena: Arena, program: Program, deadline: float, enough: Callable[[], object] = bool
) -> tuple[str, ...]:
    """Attend qu'il finisse, qu'il dorme pour de bon ou que `enough` soit vrai ; ce qu'il a fallu
    taper.

    « Appuyez sur Entrée pour quitter » est une habitude de Windows : on appuie.
    """
    limit = arena.deadline(deadline)
    given: list[str] = []

    def ended() -> bool:
        return not program.running or bool(enough())

    while not ended() and (left := limit.left()) > 0:
        await arena.wait(ended, program, deadline=left / arena.job.patience)
        if ended() or len(given) == MAX_ENTERS or not arena.asks(program):
            break
        given.append(ENTER)
        program.type("")
    return tuple(given)


async def ends(arena: Arena, program: Program) -> bool:
    """Attend la fin du programme, ou qu'il dorme assez longtemps pour qu'on n'y croie plus."""
    return await arena.wait(lambda: not program.running, program, calm=ENDING)


async def interrupt(arena: Arena, program: Program) -> bool:
    """Appuie sur Ctrl-C, en insistant ; vrai si le programme finit."""
    for _ in range(MAX_CTRL_C):
        program.press(CTRL_C)
        if await ends(arena, program):
            return True
    return False
