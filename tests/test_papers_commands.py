"""Les commandes des documents se lancent, dans l'ordre, et montrent ce qu'ils en disent."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.papers import commands, fenced
from tests.support.processes import ENVIRONMENT, ROOT

RELEASE, DEBUG = ROOT / "docs/publier.md", ROOT / "docs/deboguer.md"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{ENVIRONMENT['PATH']}"


def shell(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=ENVIRONMENT | {"PATH": PATH},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(("command", "shown"), commands(RELEASE))
def test_versions_are_those_shown(command: str, shown: str) -> None:
    assert shell(command, ROOT).stdout == shown


@pytest.mark.proof
@pytest.mark.sandbox
@pytest.mark.xdist_group("port-8888")
def test_debugging_works_as_told(tmp_path: Path) -> None:
    """Une copie du dépôt : ces commandes y écrivent."""
    copy = tmp_path / "depot"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
    shutil.copytree(ROOT, copy, ignore=ignored)
    told = commands(DEBUG)
    assert len(told) > 5
    for command, _ in told:
        done = shell(command, copy)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == (" -m grader " in command), f"{command}\n{done.stderr}"
    (script,) = fenced(DEBUG, "python")
    (copy / "seul.py").write_text(script, "utf-8")
    done = shell("python seul.py", copy)
    assert "le texte n'est pas celui demandé" in done.stdout, done.stderr
    assert "serveur start python x.py" in done.stdout
