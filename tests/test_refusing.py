"""Sans espaces de noms, les tests passent, et disent par leur nom ceux qui n'ont pas été lancés."""

import platform
import re
import sys

import pytest

from tests.refusing import MACHINES
from tests.support.processes import run

pytestmark = pytest.mark.skipif(platform.machine() not in MACHINES, reason="ses appels : inconnus")
BORN = """
import os, threading
thread = threading.Thread(target=print, args=["un fil"], kwargs={"flush": True})
thread.start()
thread.join()
print(os.system("true"))
"""


def test_processes_and_threads_are_born_but_no_namespace() -> None:
    done = run("tests/refusing.py", sys.executable, "-c", BORN)
    assert (done.returncode, done.stdout, done.stderr) == (0, "un fil\n0\n", "")
    isolated = run("tests/refusing.py", sys.executable, "tests/isolated.py", "true")
    assert isolated.stderr == "Pas de réseau à part ici : le port 8888 doit être libre.\n"


@pytest.mark.proof
def test_what_could_not_be_run_is_counted_and_named() -> None:
    files = ["tests/grader/world/test_connections.py", "tests/test_make.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    done = run("tests/refusing.py", *command, "-k", "internet or folder")
    assert done.returncode == 0, done.stdout
    said, *names = re.findall(r"^(Sans bac à sable.*|  tests/\S+.*)$", done.stdout, re.M)
    assert said == f"Sans bac à sable, {len(names)} tests n'ont pas été lancés :"
    assert "  tests/test_make.py::test_the_grader_is_given_the_folder" in names
