"""Jouer une fonction de contrôle devant un petit programme, sans bac à sable."""

import asyncio
import functools
import os
import sys
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from unittest.mock import patch

import pytest

from grader.checks.staying import TOLD_AT_ONCE
from grader.discovery import extract, sources
from grader.discovery.files import SourceFile, Submission
from grader.discovery.sources import SourceFacts
from grader.driving.arena import Arena
from grader.driving.setting import Job, Script, Setting
from grader.engine.catalogue import select
from grader.engine.functions import functions
from grader.engine.trial import run
from grader.model.records import Launch, Outcome
from grader.sandbox.cell import Runtime
from grader.world.authority import Authority
from tests.grader.variants import TEXTBOOK

Play = Callable[[Arena], Awaitable[Launch | None]]
AUTHORITY = Authority()
# Avec les autres, un contrôle ne l'apprend qu'à la fin, ou se tait (checks/staying.py).
TELLS_AT_ONCE = pytest.mark.skipif(
    sys.version_info < TOLD_AT_ONCE,
    reason="ce Python ne dit qu'à la fin l'exception de qui sert un client",
)


def play(
    folder: Path,
    step: str,
    source: str,
    function: Play | str,
    *,
    launch: Launch | None = None,
    deadline: float = 0.0,
    others: Mapping[str, str] | None = None,
) -> Outcome:
    """Joue `function`, ou le contrôle de ce nom, comme le ferait le correcteur.

    `source` est le script de cette étape, `others` les autres fichiers de la copie ; les ports y
    sont ceux que donne le système.
    """
    (found,) = select(step)
    check = found.checks[0]
    if isinstance(function, str):
        check = next(one for one in found.checks if one.id == f"{step}.{function}")
        function = functions()[check.id]
    path = PurePosixPath("x.py")
    files = {path: source} | {PurePosixPath(name): text for name, text in (others or {}).items()}
    submission = Submission(folder, tuple(SourceFile(p, t.encode()) for p, t in files.items()))
    runtime = Runtime(Path(sys.executable), ())
    script = Script(path, runtime, "3", _facts(source), launch or Launch())
    check = replace(check, deadline=deadline or check.deadline)
    job = Job(
        found, check, {step: script}, seed=os.getpid()
    )  # les ports d'un autre test en dépendent aussi
    with patch.dict(functions(), {check.id: _tidily(function)}):
        outcome = run(Setting("none", folder, submission, authority=AUTHORITY), job)
    assert not outcome.error, outcome.error
    return outcome


@functools.cache
def _facts(source: str) -> tuple[SourceFacts, ...]:
    """Lus ici même : ils ne sont pas hostiles, et un processus de plus coûterait un tiers."""
    data = source.encode()
    with warnings.catch_warnings(action="ignore"):
        return (sources._facts(extract.analyse(data), data),)


def _tidily(function: Play) -> Play:
    """Le même contrôle ; son processus ne finit pas avec lui : ses connexions sont à refermer."""

    async def check(arena: Arena) -> Launch | None:
        try:
            return await function(arena)
        finally:
            for peer in arena.peers:
                if not peer.closed:
                    peer.close()
            await asyncio.sleep(0)

    return check


def message(outcome: Outcome) -> str:
    """Ce que dit l'échec ; vide s'il n'y en a pas."""
    return outcome.failure.message if outcome.failure else ""


def textbook(step: str, *edits: tuple[str, str]) -> str:
    """Le serveur de la copie modèle, retouché, sur un port que donne le système."""
    (found,) = select(step)
    text = (TEXTBOOK / found.file).read_text(encoding="utf-8").replace("8888", "0")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text
