"""Un script de la collection, joué dans ce processus-ci : dix fois moins cher qu'un autre Python.

Pour ce qui ne dépend que de ses arguments et du réseau : son aide, ses refus, ce qu'il dit d'une
panne. Un signal, un terminal, une limite du système demandent un vrai processus (`processes.run`).
"""

import io
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from tests.support.processes import ROOT


def play(script: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Ce que ferait `processes.run` : le script, tout entier, et son code de sortie."""
    command, out, err = [script, *arguments], io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", command),
        patch.object(sys, "stdin", io.StringIO(stdin)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            runpy.run_path(str(ROOT / script), run_name="__main__")
            code = 0
        except SystemExit as end:
            code = _code(end)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def _code(end: SystemExit) -> int:
    """Comme Python : un texte est un message, et un échec."""
    if isinstance(end.code, str):
        print(end.code, file=sys.stderr)
        return 1
    return end.code or 0
