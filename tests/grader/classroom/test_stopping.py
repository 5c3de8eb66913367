"""Arrêter une classe : aussitôt, sans rien perdre de fini, ni rien laisser courir."""

import signal
import time
from pathlib import Path

import pytest

from grader.reports.restoring import restore
from grader.sandbox.appetite import processes_of
from tests.grader.commandline import HASTY, processes, submission
from tests.support.processes import Process
from tests.support.waiting import wait_until

LONGEST = 60.0  # secondes ; pour commencer, sur une machine chargée
PROMPT = 10.0  # secondes : large pour une machine chargée ; une copie, elle, en dort 600
CLASS = """
import subprocess
import sys
from pathlib import Path, PurePosixPath
from unittest import mock
from grader.classroom.copies import Copy, Student
from grader.classroom.reserved import reserved
from grader.classroom.running import ClassOptions, ToGrade, grade_class
from grader.command.process import as_process
from grader.engine import pool
from grader.engine.catalogue import select

folder = Path(sys.argv[1])
real = pool.run

def run(setting, job):
    if job.seed > 1:  # seule ada finit
        subprocess.run(["sleep", "600"], cwd=folder)
    return real(setting, job)

@mock.patch.object(pool, "run", run)
def main():
    names = ("ada", "lente", "longue")
    copies = [
        Copy(name, PurePosixPath(name), (Student(name),), folder / name, report=name)
        for name in names
    ]
    given = [ToGrade(copy, seed) for seed, copy in enumerate(copies, 1)]
    chosen = ClassOptions(folder / "notes", select("I.1.sync"), ("I.1.sync",))
    with reserved(folder / "notes"):
        grade_class(given, chosen, lambda copy, news: print(copy.name, news.what, flush=True))
    return 0

sys.exit(as_process(main))
"""


@pytest.mark.proof
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.sandbox
def test_a_stop_loses_nothing_finished(number: signal.Signals, tmp_path: Path) -> None:
    """Et ne laisse rien courir."""
    for name in ("ada", "lente", "longue"):
        submission(tmp_path / name, HASTY)
    with Process("-c", CLASS, str(tmp_path)) as command:
        command.expect("ada finished", LONGEST)
        _, *copy = processes_of(command.popen.pid)
        assert copy
        wait_until(lambda: any("sleep 600" in one for one in processes(str(tmp_path))), "rien")
        before = time.monotonic()
        command.popen.send_signal(number)
        assert command.wait() != 0
        assert time.monotonic() - before < PROMPT
    wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in copy), "il en reste")
    wait_until(lambda: not processes(str(tmp_path)), "il reste des programmes")
    assert [file.name for file in (tmp_path / "notes").glob("*.json")] == ["ada.json"]
    assert restore(tmp_path / "notes/ada.json", ()).seed == 1
