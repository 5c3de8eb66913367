"""Ce que le sujet impose dans le texte même des scripts : des noms, et qui est asynchrone."""

from grader.checks.registry import check
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from wording.numbers import count

FETCH = {"get_content": 1, "write_content": 2}


def _require_functions(arena: Arena, names: dict[str, int | None], *, is_async: bool) -> None:
    known = {
        name: facts
        for source in arena.job.script.sources
        for name, facts in source.functions.items()
    }
    missing = [name for name in names if name not in known]
    if missing:
        listed = " et ".join(f"{name}()" for name in missing)
        credit = 1 - len(missing) / len(names)
        raise Wrong(
            f"Il manque {listed}.",
            expected=", ".join(names),
            received=", ".join(sorted(known)[:20]),
            credit=credit / 2,
        )
    for name, parameters in names.items():
        if known[name].is_async != is_async:
            kind = "asynchrone (async def)" if is_async else "ordinaire (def)"
            raise Wrong(f"{name}() n'est pas une fonction {kind}.", credit=0.5)
        if parameters is not None and known[name].parameters < parameters:
            raise Wrong(f"{name}() ne prend pas {count(parameters, 'argument')}.", credit=0.5)


@check("I.2.sync.functions")
async def sync_functions(arena: Arena) -> None:
    _require_functions(arena, dict(FETCH), is_async=False)


@check("I.2.async.functions")
async def async_functions(arena: Arena) -> None:
    _require_functions(arena, dict(FETCH), is_async=True)


@check("II.3.client.functions")
async def client_functions(arena: Arena) -> None:
    _require_functions(arena, {"async_input": None, "async_receive": None}, is_async=True)


@check("II.4.server.clients")
async def clients(arena: Arena) -> None:
    names = {name for source in arena.job.script.sources for name in source.globals}
    if "CLIENTS" not in names:
        raise Wrong(
            "Il n'y a pas de variable globale CLIENTS.",
            expected="CLIENTS = {}",
            received=", ".join(sorted(names)[:20]),
        )
