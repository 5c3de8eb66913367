"""Ce que le sujet fait écrire d'asynchrone est-il vraiment exécuté ?"""

from collections.abc import Sequence

from grader.driving.arena import Arena
from grader.driving.coroutines import executed
from grader.driving.failures import Wrong
from grader.driving.program import Program

SHOWN = ("grep -nE 'async def|await|asyncio' {script}",)


async def require_coroutines(arena: Arena, program: Program, names: Sequence[str] = ()) -> None:
    """Wrong si aucune coroutine n'a été exécutée, ou si l'une de `names`, écrite, ne l'a pas été.

    Là où le témoin n'a pu se mettre en place, on n'en conclut rien ; ni d'une fonction ordinaire,
    qu'il ne voit pas.
    """
    wanted = {
        name
        for source in arena.job.script.sources
        for name, facts in source.functions.items()
        if facts.is_async and name in names
    }

    def reached() -> bool:
        seen = executed(program.cell)
        return seen is None or (bool(seen) and wanted <= set(seen))

    if await arena.wait(reached, program):
        return
    seen = executed(program.cell)
    if not seen:
        raise Wrong(
            "Ce n'est pas asyncio qui fait avancer le script : aucune coroutine n'y est exécutée.",
            expected="des coroutines (async def), lancées par asyncio.run()",
            received="aucune coroutine",
            reproduce=SHOWN,
        )
    forgotten = next(name for name in names if name in wanted - set(seen))
    raise Wrong(
        f"{forgotten}() est écrite, mais jamais exécutée.",
        expected=", ".join(names),
        received=", ".join(sorted(set(seen))[:20]),
        reproduce=SHOWN,
    )
