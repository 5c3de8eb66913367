"""Relève, avec strace, les appels système de programmes ordinaires : `calls.json`.

    python -m tests.grader.sandbox.record_calls NOM [PYTHON]

NOM : `textbook` (la copie modèle et les copies inhabituelles, dans leurs cellules), `libraries`
(les bibliothèques que les copies emploient), `commands` (les commandes du système) ou `everyday`
(la bibliothèque standard). Ce dernier se relève avec chaque version de Python : `PYTHON` est l'une
d'elles.
"""

import json
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.sandbox import cell
from grader.sandbox.cell import BubblewrapCell, Runtime
from tests.grader.variants import grade_variant, odd, textbook

HERE = Path(__file__).parent
CALLS = HERE / "calls.json"
TRACE = ("strace", "-f", "-qq", "-e", "signal=none", "-o")
LINE = re.compile(r"(?P<process>\d+) +(?P<call>[a-z]\w*)\((?P<arguments>.*)")
DETAILED = {"socket", "socketpair", "prctl", "fcntl"}  # dont un argument décide
FLAGS = re.compile(r"\|(SOCK_CLOEXEC|SOCK_NONBLOCK)")


def calls(trace: Iterable[str], *, after: str = "") -> set[str]:
    """Les appels d'une trace ; `after` : seulement ceux des processus qui lancent ce programme."""
    found: set[str] = set()
    outside: set[str] = set()
    inside: set[str] = set()
    for line in trace:
        match = LINE.match(line)
        if not match:
            continue
        process = match["process"]
        if after and process not in inside:
            if process in outside or not inside:
                outside.add(process)
                if match["call"] != "execve" or f'/{after}"' not in match["arguments"]:
                    continue
            inside.add(process)
        found.add(_detailed(match["call"], match["arguments"]))
    return found


def _detailed(call: str, arguments: str) -> str:
    if call not in DETAILED:
        return call
    words = FLAGS.sub("", arguments).split(")")[0].split(" <")[0].split(", ")
    kept = {"socket": words[:3], "socketpair": words[:1], "prctl": words[:1], "fcntl": words[1:2]}
    return " ".join([call, *kept[call]])


def of_program(command: Sequence[str]) -> set[str]:
    """Les appels d'un programme lancé devant un terminal."""
    _, terminal = pty.openpty()
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        subprocess.run(
            [*TRACE, str(trace), *command],
            stdin=terminal,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            check=True,
        )
        return calls(trace.read_text("utf-8", "replace").splitlines())


def of_copies() -> set[str]:
    """Ceux des copies justes, telles qu'on les juge : dans leur cellule, processus 1 compris."""
    real = BubblewrapCell.command
    cell.EXECUTE_ONLY = 0o755  # sans quoi strace ne suivrait pas le processus 1
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        traces = Path(name)
        traces.chmod(0o777)

        def command(
            self: BubblewrapCell, runtime: Runtime, arguments: Sequence[str], folder: str
        ) -> list[str]:
            trace = tempfile.mktemp(dir=traces)
            return [*TRACE, trace, "/usr/bin/env", *real(self, runtime, arguments, folder)]

        BubblewrapCell.command = command  # type: ignore[method-assign]
        for variant in (textbook(), *odd()):
            report = grade_variant(variant)
            print(variant.name, report.earned, "/", report.points, flush=True)
        found: set[str] = set()
        for trace in traces.iterdir():
            found |= calls(trace.read_text("utf-8", "replace").splitlines(), after="prlimit")
        return found


def main(name: str, python: str = sys.executable) -> None:
    if name == "textbook":
        label, found = name, of_copies()
    else:
        version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout
        label = f"{name}, {version.strip()}"
        found = of_program([python, str(HERE / "ordinary" / f"{name}.py")])
    known = json.loads(CALLS.read_text("utf-8")) if CALLS.exists() else {}
    known[label] = sorted(found)
    CALLS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
