"""Ce dont une arène hérite de qui a lancé le correcteur : rien qui se voie."""

import json
import os
import signal
import subprocess
import sys

import pytest

from grader.sandbox.inherited import stops_held
from tests.support.processes import ROOT

PROBE = """
import json, os, signal, subprocess, sys
from grader.sandbox.inherited import forget
forget()
code = (
    "import json, os, signal;"
    "status = dict(l.split(':', 1) for l in open('/proc/self/status').read().splitlines());"
    "print(json.dumps([status['SigIgn'].strip(), status['SigBlk'].strip(), oct(os.umask(0))]))"
)
command = [sys.executable, "-I", "-S", "-c", code]
print(subprocess.run(command, capture_output=True, text=True).stdout)
"""
# Python ignore pour lui-même SIGPIPE et SIGXFSZ ; la glibc se réserve 32 et 33, que nul n'y change.
PYTHON = 1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1) | 3 << (32 - 1)


def spoil() -> None:
    """Ce que laisse le pire des lanceurs."""
    everything = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
    for number in everything:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, everything)
    os.umask(0o777)


@pytest.mark.parametrize("spoilt", [False, True])
def test_a_program_starts_as_from_a_new_terminal(spoilt: bool) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        preexec_fn=spoil if spoilt else None,
        capture_output=True,
        text=True,
        check=True,
    )
    ignored, blocked, umask = json.loads(result.stdout)
    assert int(ignored, 16) & ~PYTHON == 0
    assert int(blocked, 16) == 0
    assert umask == "0o22"


CLOSING = """
import os
from grader.sandbox.inherited import keep_only
ends = [*os.pipe(), *os.pipe()]
for number in ends:
    os.set_inheritable(number, True)
seen = os.dup(1)
keep_only(ends[3], ends[1], seen)
opened = [number for number in range(3, 100) if os.path.exists(f"/proc/self/fd/{number}")]
standard = {os.readlink(f"/proc/self/fd/{number}") for number in range(3)}
left = any(map(os.get_inheritable, opened))
assert opened == [ends[1], ends[3], seen], opened
os.write(seen, f"{standard} {left}".encode())
"""


def test_only_what_is_kept_stays_open() -> None:
    result = subprocess.run(
        [sys.executable, "-c", CLOSING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "{'/dev/null'} False"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_waits_for_the_end_of_the_block(number: signal.Signals) -> None:
    seen: list[int] = []
    before = signal.signal(number, lambda got, _: seen.append(got))
    try:
        with stops_held():
            signal.raise_signal(number)  # os.kill choisirait peut-être un autre fil de pytest
            assert seen == []
        assert seen == [number]
    finally:
        signal.signal(number, before)
