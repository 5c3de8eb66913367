"""Un scénario dans l'arène d'un contrôle, sans bac à sable ; il n'en doit rien rester."""

import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Literal

from grader.discovery.files import SourceFile, Submission
from grader.driving.arena import Arena
from grader.driving.setting import Job, Script, Setting
from grader.engine.catalogue import select
from grader.model.records import Launch
from grader.sandbox.cell import Runtime
from grader.world.authority import Authority
from tests.grader.driving.programs import leaving_nothing

AUTHORITY = Authority()
LONG = 60.0  # secondes qu'on n'attendra pas


def prepared(
    place: Path,
    source: str,
    *,
    sandbox: Literal["bwrap", "none"] = "none",
    folder: str = "",
    patience: float = 1.0,
    alarms: int = -1,
) -> tuple[Setting, Job]:
    """De quoi mener une étape dont le script est `source`."""
    path = PurePosixPath(folder, "script.py")
    submission = Submission(place, (SourceFile(path, source.encode()),))
    setting = Setting(sandbox, place, submission, alarms=alarms, authority=AUTHORITY)
    step = select("II.5.client")[0]
    check = replace(step.checks[0], deadline=LONG)
    roots = {Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix)}
    outside = tuple(root for root in roots if not root.is_relative_to("/usr"))
    script = Script(path, Runtime(Path(sys.executable), outside), "3", (), Launch(folder=folder))
    job = Job(step, check, {step.id: script}, seed=random.randrange(1000), patience=patience)
    return setting, job


def playing(
    place: Path,
    source: str,
    scenario: Callable[[Arena], Awaitable[None]],
    *,
    folder: str = "",
    patience: float = 1.0,
    alarms: int = -1,
) -> None:
    """Joue `scenario` dans l'arène de cette étape."""
    setting, job = prepared(place, source, folder=folder, patience=patience, alarms=alarms)

    async def inside() -> None:
        async with Arena(setting, job) as arena:
            await scenario(arena)

    leaving_nothing(inside)
    assert list(place.iterdir()) == []
