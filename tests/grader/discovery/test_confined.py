"""Un programme à qui l'on donne des sources hostiles : enfermé, borné, et rien n'en reste."""

import os
import time
from pathlib import Path

import pytest

from grader.discovery import confined
from grader.discovery.confined import Sandbox, ask
from grader.discovery.interpreters import Interpreter
from tests.grader.commandline import processes
from tests.grader.discovery.copies import OURS

BOTH = pytest.mark.parametrize("sandbox", ["bwrap", "none"])


@BOTH
def test_it_reads_what_it_is_given_and_answers(sandbox: Sandbox) -> None:
    data = os.urandom(3_000_000)
    program = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"
    assert ask(OURS, program, data, 20.0, sandbox=sandbox) == data[::-1]


@BOTH
def test_it_is_stopped_in_time_and_what_it_said_is_kept(sandbox: Sandbox) -> None:
    marker = f"tp6-marque-{os.getpid()}-{sandbox}"
    program = f"import time\nprint('un', flush=True)\ntime.sleep(600)\n# {marker}"
    started = time.monotonic()
    assert ask(OURS, program, b"", 3.0, sandbox=sandbox) == b"un\n"
    assert time.monotonic() - started < 10
    assert processes(marker) == []


@BOTH
def test_its_answer_is_bounded(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "MAX_ANSWER", 100_000)
    program = "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 1000)"
    assert 100_000 <= len(ask(OURS, program, b"", 20.0, sandbox=sandbox)) < 2_000_000


@BOTH
def test_nothing_of_ours_is_shown_to_it(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "mot de passe")
    program = "import os; print(os.environ.get('SECRET'), os.environ.get('PYTHONPATH'))"
    assert ask(OURS, program, b"", 20.0, sandbox=sandbox) == b"None None\n"


@pytest.mark.sandbox
def test_in_the_sandbox_neither_network_nor_files(tmp_path: Path) -> None:
    program = f"""
import os, socket
print(os.path.exists({str(tmp_path)!r}), os.getuid(), [name for _, name in socket.if_nameindex()])
try:
    open("/usr/x", "w")
except OSError as error:
    print(error.strerror)
"""
    said = ask(OURS, program, b"", 20.0, sandbox="bwrap").decode()
    assert said == "False 1000 ['lo']\nRead-only file system\n"


@BOTH
def test_a_python_that_does_not_start_says_nothing(sandbox: Sandbox) -> None:
    absent = Interpreter(Path("/absent"), (3, 11, 0), Path("/"), frozenset(), ())
    assert ask(absent, "print(1)", b"", 20.0, sandbox=sandbox) == b""
