"""Des étapes, des contrôles et des essais de rien, pour juger sans rien lancer."""

from pathlib import Path, PurePosixPath

from grader.discovery.files import Submission
from grader.discovery.names import Found
from grader.driving.setting import Script
from grader.engine.preparing import Prepared
from grader.model.records import Check, Event, Failure, Launch, Outcome, Step
from grader.sandbox.cell import Runtime


def check(
    name: str, *, points: float = 1.0, needs: tuple[str, ...] = (), static: bool = False
) -> Check:
    commands = ("python {script}", "nc {host} {port}", "echo '{pseudo} {word}' {url} {file}")
    return Check(name, name, "…", points, 2.0, needs, static, ("a", "b", "c"), commands)


def step(name: str, *checks: Check, needs: tuple[str, ...] = ()) -> Step:
    return Step(name, name, "server", f"{name}.py", (), needs, checks)


def script(path: str = "x.py", **launch: object) -> Script:
    runtime = Runtime(Path("/usr/bin/python3"), ())
    return Script(PurePosixPath(path), runtime, "3.12.1", (), Launch(**launch))  # type: ignore[arg-type]


def prepared(*steps: Step, broken: dict[str, str] | None = None) -> Prepared:
    """Une copie où se trouvent ces étapes."""
    return Prepared(
        submission=Submission(Path("/copie"), ()),
        found={one.id: Found(PurePosixPath(one.file)) for one in steps},
        scripts={one.id: script(one.file) for one in steps},
        broken=broken or {},
        empty={},
    )


def right(*notes: str) -> Outcome:
    return Outcome(1.0, notes=list(notes), timeline=[Event("A", "note", "juste", 0.0)], seconds=1.0)


def wrong(message: str = "Non.", *, credit: float = 0.0, timed_out: bool = False) -> Outcome:
    return Outcome(credit, Failure(message), timed_out=timed_out, seconds=1.0)


def unjudged() -> Outcome:
    return Outcome(0.0, unjudged="il manque un Python", seconds=1.0)


def broken() -> Outcome:
    return Outcome(0.0, error="Traceback : panne", seconds=1.0)
