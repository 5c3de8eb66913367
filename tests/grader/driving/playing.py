"""Un scénario dans l'arène d'un contrôle, sans bac à sable ; il n'en doit rien rester."""

import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

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


def playing(
    place: Path,
    source: str,
    scenario: Callable[[Arena], Awaitable[None]],
    *,
    folder: str = "",
    patience: float = 1.0,
    alarms: int = -1,
) -> None:
    """Joue `scenario` dans l'arène d'une étape dont le script est `source`."""
    path = PurePosixPath(folder, "script.py")
    submission = Submission(place, (SourceFile(path, source.encode()),))
    setting = Setting("none", place, submission, alarms=alarms, authority=AUTHORITY)
    step = select("II.5.client")[0]
    check = replace(step.checks[0], deadline=LONG)
    runtime = Runtime(Path(sys.executable), ())
    script = Script(path, runtime, "3", (), Launch(folder=folder))
    job = Job(step, check, {step.id: script}, seed=random.randrange(1000), patience=patience)

    async def inside() -> None:
        async with Arena(setting, job) as arena:
            await scenario(arena)

    leaving_nothing(inside)
    assert list(place.iterdir()) == []
