"""Le processus du correcteur, quoi que lui laisse qui le lance : signaux, limites, sorties."""

import errno
import fcntl
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.command.exits import BAD_INPUT, NOT_FULL, OK
from grader.command.process import shortage
from tests.support.processes import ENVIRONMENT, ROOT
from tests.support.terminal import Terminal

TEXT = "écrit ✗\n"
LINES = f"""
import sys
from grader.command.process import as_process
def main():
    {{body}}
    return {NOT_FULL}
sys.exit(as_process(main))
"""
WRITES = f"for _ in range(1000): print({TEXT!r}, end='')"


def launched(
    body: str,
    *,
    output: int = subprocess.PIPE,
    before: Callable[[], None] | None = None,
    **environment: str,
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", LINES.format(body=body)],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        stdout=output,
        stderr=subprocess.PIPE,
        preexec_fn=before,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "écrit ✗"), ("latin-1", "écrit ?"), ("ascii", "?crit ?"), ("cp1252", "écrit ?")],
)
def test_an_output_in_another_encoding(encoding: str, shown: str) -> None:
    result = launched(WRITES, PYTHONUTF8="0", PYTHONIOENCODING=f"{encoding}:strict")
    assert (result.returncode, result.stderr) == (NOT_FULL, b"")
    assert result.stdout.decode(encoding).splitlines() == [shown] * 1000


def test_a_full_output_is_said_once_all_is_done(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        body = f"{WRITES}\n    open({str(tmp_path / 'fini')!r}, 'w')"
        result = launched(body, output=full.fileno(), PYTHONWARNINGS="ignore")
    assert result.returncode == BAD_INPUT
    assert result.stderr.decode() == "La sortie standard est perdue : le disque est plein.\n"
    assert (tmp_path / "fini").exists()


def test_an_output_nobody_reads_costs_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = launched(WRITES, output=writer)
    os.close(writer)
    assert (result.returncode, result.stderr) == (NOT_FULL, b"")


def test_an_output_made_non_blocking_by_another_program_loses_nothing() -> None:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    command = [sys.executable, "-c", LINES.format(body=WRITES)]
    with subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=writer) as process:
        os.close(writer)
        with open(reader, encoding="utf-8") as text:
            assert text.read() == TEXT * 1000
    assert process.returncode == NOT_FULL


TERMINALS = "print([stream.isatty() for stream in (sys.stdout, sys.stderr)])"


def test_a_terminal_remains_one_and_a_pipe_does_not_become_one() -> None:
    assert launched(TERMINALS).stdout == b"[False, False]\n"
    with Terminal("-c", LINES.format(body=TERMINALS)) as terminal:
        assert (terminal.wait(), terminal.text) == (NOT_FULL, "[True, True]")


@pytest.mark.parametrize(
    ("body", "code"), [("raise SystemExit(3)", 3), ("sys.exit()", OK), ("pass", NOT_FULL)]
)
def test_the_exit_code(body: str, code: int) -> None:
    assert launched(body).returncode == code


STATE = "import signal; print(signal.getsignal(signal.SIGCHLD), signal.pthread_sigmask(0, []))"


def spoil() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def test_signals_a_launcher_ignores_or_blocks() -> None:
    result = launched(STATE, before=spoil)
    assert result.stdout == b"0 set()\n"  # Handlers.SIG_DFL


def test_a_child_is_waited_for_where_they_are_ignored() -> None:
    result = launched("import subprocess; print(subprocess.call(['false']))", before=spoil)
    assert result.stdout == b"1\n"


@pytest.mark.parametrize("ignored", [False, True])
def test_nohup_is_respected(ignored: bool) -> None:
    def nohup() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)

    result = launched("import os, signal; os.kill(os.getpid(), signal.SIGHUP)", before=nohup)
    assert (result.returncode, result.stderr) == (NOT_FULL if ignored else 129, b"")


def test_as_many_files_as_the_system_allows() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))

    body = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    assert int(launched(body, before=narrow).stdout) == min(hard, 65_536)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "un processus de plus"),
        (RuntimeError("can't start new thread"), "un processus de plus"),
        (OSError(errno.EMFILE, "Too many open files"), "un fichier ouvert de plus (ulimit -n : "),
        (OSError(errno.ENOSPC, "No space left on device"), "plus de place sur le disque"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "La mémoire manque."),
        (MemoryError(), "La mémoire manque."),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in []"), "TMPDIR"),
    ],
)
def test_what_the_machine_lacks_is_said(error: Exception, said: str) -> None:
    assert said in shortage(error)
    assert shortage(error).endswith(".")


@pytest.mark.parametrize("error", [ValueError("x"), OSError(errno.ENOENT, "x"), KeyError("x")])
def test_what_is_our_fault_is_not(error: Exception) -> None:
    assert shortage(error) == ""
