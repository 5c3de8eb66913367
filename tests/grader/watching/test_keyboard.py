"""Les touches une à une, et le terminal rendu tel qu'on l'a trouvé, quoi qu'il arrive."""

import os
import pty
import signal
import termios
import time
from collections.abc import Iterator

import pytest

from grader.watching.keyboard import MAX_KEYS, one_by_one, read
from tests.grader.watching.processes import children_of
from tests.support.terminal import Terminal
from tests.support.waiting import DEADLINE

LOCAL = 3  # place des modes locaux, dans ce que rend tcgetattr


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """Les deux bouts d'un terminal : le nôtre, et celui du programme."""
    master, slave = pty.openpty()
    yield master, slave
    for end in (master, slave):
        os.close(end)


def is_raw(terminal: int) -> bool:
    """Touche par touche, sans écho ; Ctrl-C et Ctrl-Z restent des signaux."""
    local = termios.tcgetattr(terminal)[LOCAL]
    assert local & termios.ISIG
    assert bool(local & termios.ICANON) is bool(local & termios.ECHO)
    return not local & termios.ICANON


def test_a_key_is_read_at_once(ends: tuple[int, int]) -> None:
    master, slave = ends
    with one_by_one(slave):
        assert is_raw(slave)
        os.write(master, b"n")
        assert read(slave) == "n"
        os.write(master, "hé".encode())
        assert read(slave) == "hé"
        os.write(master, b"\x1b[A")
        assert read(slave) == ""
    assert signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL


def test_nothing_more_will_come() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    assert read(reader) == ""
    os.write(writer, b"x" * 2 * MAX_KEYS)
    assert read(reader) == "x" * MAX_KEYS
    assert read(reader) == "x" * MAX_KEYS
    os.close(writer)
    assert read(reader) is None
    os.close(reader)
    assert read(reader) is None


PROGRAM = """
import signal, sys
from grader.watching.keyboard import one_by_one, read
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
with one_by_one(0):
    print("prêt", flush=True)
    while key := read(0):
        print(f"[{key}]", flush=True)
        if key == "x":
            raise ValueError(key)
        if key == "q":
            break
"""
# Ce que fait un shell : une commande à qui l'on prête le terminal, et que l'on reprend quand elle
# s'arrête ou finit.
SHELL = f"""
import os, signal, subprocess, sys, termios, time
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
def lend(group):
    os.tcsetpgrp(0, group)
def borrow():
    lend(os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
def state():
    local = termios.tcgetattr(0)[3]
    return "rendu" if local & termios.ICANON and local & termios.ECHO else "gardé"
usual = termios.tcgetattr(0)
command = [sys.executable, "-c", {PROGRAM!r}]
quiet = subprocess.DEVNULL
child = subprocess.Popen(command, process_group=0, stderr=quiet, preexec_fn=borrow)
for rank in range(1, 10):
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        break
    lend(os.getpgrp())
    told = state()
    termios.tcsetattr(0, termios.TCSADRAIN, usual)
    print("arrêt", rank, "par", os.WSTOPSIG(status), told, flush=True)
    input()
    lend(child.pid)
    os.kill(child.pid, signal.SIGCONT)
lend(os.getpgrp())
print("fini", os.waitstatus_to_exitcode(status), state(), flush=True)
"""


@pytest.mark.parametrize(
    ("key", "end"),
    [("q", "fini 0 rendu"), ("x", "fini 1 rendu"), ("\x03", "fini -2 rendu")],
)
def test_the_terminal_is_given_back_at_the_end(key: str, end: str) -> None:
    with Terminal("-c", SHELL) as terminal:
        terminal.expect("prêt")
        terminal.press("n")
        terminal.expect("[n]")
        assert terminal.lines == ["prêt", "[n]"]  # sans écho
        terminal.press(key)
        terminal.expect(end)


def test_the_terminal_is_given_back_to_a_kill() -> None:
    with Terminal("-c", SHELL) as terminal:
        terminal.expect("prêt")
        (child,) = children_of(terminal.popen.pid)
        os.kill(child, signal.SIGTERM)
        terminal.expect("fini 143 rendu")


def test_the_time_of_a_stop() -> None:
    with Terminal("-c", SHELL) as terminal:
        terminal.expect("prêt")
        for rank in (1, 2):
            terminal.press("\x1a")
            terminal.expect(f"arrêt {rank} par {signal.SIGTSTP.value} rendu")
            terminal.press("\n")
            is_back(terminal)
        terminal.press("q")
        terminal.expect("fini 0 rendu")


def test_a_stop_nobody_sees_coming() -> None:
    """Le shell remet le terminal en état ; à nous de le reprendre."""
    with Terminal("-c", SHELL) as terminal:
        terminal.expect("prêt")
        (child,) = children_of(terminal.popen.pid)
        os.kill(child, signal.SIGSTOP)
        terminal.expect(f"arrêt 1 par {signal.SIGSTOP.value} gardé")
        terminal.press("\n")
        is_back(terminal)
        terminal.press("q")
        terminal.expect("fini 0 rendu")


def is_back(terminal: Terminal) -> None:
    """Une touche est lue sans Entrée."""
    before = terminal.text.count("[n]")
    limit = time.monotonic() + DEADLINE
    while terminal.text.count("[n]") == before:
        assert time.monotonic() < limit, terminal.text
        terminal.press("n")
        time.sleep(0.05)
