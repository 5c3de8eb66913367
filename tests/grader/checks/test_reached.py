"""Une copie sans coroutine, ou dont l'une des deux fonctions n'est jamais appelée."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from grader.checks.reached import require_coroutines
from grader.discovery.sources import FunctionFacts, SourceFacts
from grader.driving.failures import Wrong

NAMES = ("async_input", "async_receive")


def judged(
    notes: bytes | None, *, written: tuple[str, ...] = NAMES, is_async: bool = True
) -> Wrong | None:
    """Ce qu'on reproche à une copie où sont écrites ces fonctions, et qui a laissé ces notes."""

    async def wait(fact: Callable[[], object], _program: object) -> object:
        return fact()

    source = SourceFacts(functions={name: FunctionFacts(is_async, 1, 1) for name in written})
    script = SimpleNamespace(sources=(source,))
    arena: Any = SimpleNamespace(wait=wait, job=SimpleNamespace(script=script))
    program: Any = SimpleNamespace(cell=SimpleNamespace(read=lambda _path, _limit: notes))
    try:
        asyncio.run(require_coroutines(arena, program, NAMES))
    except Wrong as wrong:
        return wrong
    return None


def test_both_are_executed() -> None:
    assert judged(b"x.py\tmain\nx.py\tasync_input\nx.py\tasync_receive\n") is None


def test_other_names_are_theirs_to_choose() -> None:
    assert judged(b"x.py\tmain\n", written=("saisie", "lecture")) is None


def test_an_ordinary_function_is_not_a_coroutine_forgotten() -> None:
    """Elle s'exécute peut-être : c'est à un autre contrôle de dire qu'elle n'est pas asynchrone."""
    assert judged(b"x.py\tmain\n", is_async=False) is None


def test_nothing_is_concluded_without_a_witness() -> None:
    assert judged(None) is None


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        (b"", "aucune coroutine n'y est exécutée"),
        (b"/usr/lib/aiohttp/client.py\tget\n", "aucune coroutine n'y est exécutée"),
        (b"x.py\tasync_input\n", "async_receive() est écrite, mais jamais exécutée."),
        (b"x.py\tmain\n", "async_input() est écrite, mais jamais exécutée."),
    ],
)
def test_what_is_told(notes: bytes, said: str) -> None:
    wrong = judged(notes)
    assert wrong
    assert said in wrong.failure.message
    assert (wrong.credit, wrong.timed_out) == (0.0, False)
    assert wrong.failure.reproduce
