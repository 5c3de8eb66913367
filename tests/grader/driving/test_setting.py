"""Le script d'un essai est celui de son étape."""

from pathlib import Path, PurePosixPath

from grader.driving.setting import Job, Script
from grader.engine.catalogue import select
from grader.model.records import Launch
from grader.sandbox.cell import Runtime


def script(name: str) -> Script:
    return Script(PurePosixPath(name), Runtime(Path("/usr/bin/python3"), ()), "3.13", ())


def test_a_job_is_about_the_script_of_its_step() -> None:
    (step,) = select("II.5.client")
    scripts = {"II.5.server": script("serveur.py"), "II.5.client": script("client.py")}
    assert Job(step, step.checks[0], scripts, seed=1).script is scripts["II.5.client"]


def test_a_script_is_launched_bare_until_one_learns_better() -> None:
    assert script("x.py").launch == Launch()
