"""Où dort chaque fil d'un programme, d'après le noyau."""

import os
import platform
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.driving import waiting
from grader.driving.waiting import CALLS, Wait, Watch, selectors, waits
from grader.sandbox.appetite import processes_of, slurp
from grader.world.diag import Diag
from tests.grader.driving.programs import child
from tests.support.waiting import wait_until

ABSENT = 2**22 + 1  # au-delà du plus grand numéro de processus
LONG = 500  # secondes que dort un programme, et que nul n'attendra
C = """
import ctypes, struct, sys
libc = ctypes.CDLL(None)
spec = ctypes.create_string_buffer(struct.pack("qq", 500, 250_000_000))
polled = ctypes.create_string_buffer(struct.pack("ihhihh", 0, 1, 0, -1, 1, 0), 16)
events = ctypes.create_string_buffer(64)
"""
EPOLL = "import select; watching = select.epoll(); watching.register(0, select.EPOLLIN)\n"


class Case(NamedTuple):
    source: str
    timeout: float | None = None
    reads: frozenset[int] = frozenset()
    selector: bool = False
    exact: bool = False
    counted: bool = False  # ce qu'il demande est ce qu'il reste d'une durée déjà entamée


KEYS = frozenset({0})
CASES = {
    "read": Case("import os; os.read(0, 1)", reads=KEYS),
    "readv": Case("import os; os.readv(0, [bytearray(1)])", reads=KEYS),
    "un verrou": Case("import threading; threading.Event().wait()"),
    "un verrou, un temps": Case(
        f"import threading; threading.Event().wait({LONG})", LONG, exact=True
    ),
    "un signal": Case("import signal; signal.pause()"),
    "sigsuspend": Case(f"{C}libc.sigsuspend(ctypes.create_string_buffer(128))"),
    "time.sleep": Case(f"import time; time.sleep({LONG})", LONG, exact=sys.version_info >= (3, 11)),
    "nanosleep": Case(f"{C}libc.nanosleep(spec, None)", 500.25),
    "select": Case(
        f"import select; select.select([0], [], [1], {LONG})", LONG, KEYS, selector=True
    ),
    "select, sans fin": Case(f"{C}import select; select.select([0], [], [])", None, KEYS, True),
    "poll": Case(f"{C}libc.poll(polled, 2, 500_250)", 500.25, KEYS, selector=True),
    "poll, sans fin": Case(f"{C}libc.poll(polled, 2, -1)", None, KEYS, selector=True),
    "ppoll": Case(f"{C}libc.ppoll(polled, 2, spec, None)", 500.25, KEYS, selector=True),
    "epoll": Case(f"{EPOLL}watching.poll({LONG})", LONG, KEYS, selector=True),
    "epoll, sans fin": Case(f"{EPOLL}watching.poll()", None, KEYS, selector=True),
    "epoll_pwait": Case(
        f"{EPOLL}{C}libc.epoll_pwait(watching.fileno(), events, 1, 500_250, None)",
        500.25,
        KEYS,
        selector=True,
    ),
    "epoll_pwait2": Case(
        f"{EPOLL}{C}libc.syscall(441, watching.fileno(), events, 1, spec, None, 8)",
        500.25,
        KEYS,
        selector=True,
    ),
    "un descripteur où l'on ne fait qu'écrire": Case(
        f"{EPOLL}watching.register(1, select.EPOLLOUT | select.EPOLLONESHOT)\n"
        "watching.poll(); watching.modify(0, 0); watching.poll()",
        None,
        frozenset(),
        selector=True,
    ),
    "asyncio": Case(
        f"import asyncio; asyncio.run(asyncio.sleep({LONG}))", LONG, selector=True, counted=True
    ),
}


def only(process: "subprocess.Popen[str]") -> Wait:
    """Le sommeil du seul fil de ce processus, quand il dort pour de bon."""
    found: list[Wait] = []

    def asleep() -> bool:
        found[:] = waits([process.pid]) or []
        return len(found) == 1 and found[0].known and found == waits([process.pid])

    wait_until(asleep, lambda: f"{found}")
    return found[0]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_thread_sleeps_in(case: Case) -> None:
    def right() -> bool:
        found = waits([process.pid])
        if not found or len(found) > 1 or not found[0].known:
            return False
        (wait,) = found
        read = wait.descriptors & {0, 1, 2}
        if (read, wait.selector, wait.exact) != (case.reads, case.selector, case.exact):
            return False
        if case.timeout is None or wait.timeout is None:
            return case.timeout is wait.timeout
        late = 20 * (case.exact or case.counted)  # secondes, sur une machine chargée
        return case.timeout - late - 0.002 <= wait.timeout <= case.timeout + 0.002

    with child(case.source, until_killed=True) as process:
        wait_until(right, lambda: f"{waits([process.pid])}")


def test_sockets_and_terminals() -> None:
    source = "import socket, select, sys\nlink = socket.socket(fileno=int(sys.argv[1]))\n"
    with ExitStack() as stack:
        one, other = map(stack.enter_context, socket.socketpair())
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-S", "-c", f"{source}link.recv(1)", str(other.fileno())],
                pass_fds=[other.fileno()],
                text=True,
            )
        )
        inode = os.fstat(other.fileno()).st_ino
        wait_until(lambda: only(process).sockets == {inode}, "la socket n'est pas vue")
        one.send(b"x")


def test_a_thread_that_works_is_not_asleep() -> None:
    with child("print(1, flush=True)\nwhile True: pass", until_killed=True) as process:
        assert process.stdout
        process.stdout.readline()
        assert waits([process.pid]) is None
        assert selectors([process.pid]) == []


def test_every_thread_of_every_process() -> None:
    source = "import threading, sys\nthreading.Thread(target=sys.stdin.read).start()"
    with child(source) as one, child(source) as other:
        wait_until(lambda: len(waits([one.pid, other.pid]) or ()) == 4, "quatre fils dorment")


def test_the_gone_do_not_sleep() -> None:
    assert waits([ABSENT]) == []
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # fini, pas encore relevé
        assert waits([process.pid]) == []


def test_a_thread_that_ran_has_taken_turns() -> None:
    with child("import sys\nfor line in sys.stdin: pass") as process:
        before = only(process).turns
        assert only(process).turns == before
        assert process.stdin
        process.stdin.write("une ligne\n")
        process.stdin.flush()
        wait_until(lambda: only(process).turns > before, "il n'a pas couru")


def test_what_has_not_run_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noted(path: str) -> bytes:
        read.append(path.rpartition("/")[2])
        return slurp(path)

    watch = Watch()
    with child("import sys\nfor line in sys.stdin: pass") as process:
        slept = only(process)
        monkeypatch.setattr(waiting, "slurp", noted)
        assert watch.waits([process.pid]) == watch.waits([process.pid]) == [slept]
        assert read == ["status", "syscall", "status"]
        assert not watch.runs()
        assert process.stdin
        process.stdin.write("une ligne\n")
        process.stdin.flush()
        wait_until(lambda: only(process).turns > slept.turns, "il n'a pas couru")
        read.clear()
        assert watch.waits([process.pid]) == [only(process)]
        assert read[:2] == ["status", "syscall"]


def test_what_has_not_run_may_become_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    with child("import sys; sys.stdin.read()") as process:
        slept = only(process)
        with monkeypatch.context() as patch:
            patch.setattr(waiting, "NAMES", {})
            assert [wait.known for wait in watch.waits([process.pid]) or ()] == [False]
        assert watch.waits([process.pid]) == [slept]
    assert watch.waits([process.pid]) == []


def test_who_ran_is_asked_first_whether_he_still_does() -> None:
    watch = Watch()
    source = "print(1, flush=True)\nwhile not sys.stdin.closed: pass"
    with child("import sys; sys.stdin.read()") as other, child(f"import sys\n{source}") as process:
        assert process.stdout
        process.stdout.readline()
        assert not watch.runs()
        assert watch.waits([other.pid, process.pid]) is None
        assert watch.runs()
        os.kill(process.pid, signal.SIGSTOP)
        wait_until(lambda: not watch.runs(), "il court encore")
        wait_until(lambda: len(watch.waits([other.pid, process.pid]) or ()) == 2, "ils dorment")
        assert not watch.runs()
        process.kill()


def test_a_call_we_do_not_know_proves_nothing() -> None:
    source = "import os, tempfile\nplace = tempfile.mkdtemp() + '/x'\nos.mkfifo(place)\nopen(place)"
    with child(source, until_killed=True) as process:

        def unknown() -> bool:
            found = waits([process.pid])
            return bool(found) and not any(wait.known for wait in found or ())

        wait_until(unknown, "l'ouverture d'un tube nommé passe pour connue")


def test_another_machine_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert waiting._names() == {}


def test_numbers_are_not_twice_the_same() -> None:
    for column in range(2):
        numbers = [call[column] for call in CALLS.values() if call[column] >= 0]
        assert len(numbers) == len(set(numbers))


BORN = """
import os, time
if {sibling} and os.fork() == 0:
    time.sleep(20)
if libc.syscall(56, {flags} | 17, 0, 0, 0, 0) == 0:
    time.sleep(20)
"""
CLONE_VM, CLONE_VFORK = 0x100, 0x4000


@contextmanager
def giving_birth(sibling: int, flags: int) -> Iterator[subprocess.Popen[str]]:
    source = C + BORN.format(sibling=sibling, flags=flags)
    with child(source, until_killed=True) as process:
        try:
            yield process
        finally:
            for one in processes_of(process.pid)[1:]:
                os.kill(one, signal.SIGKILL)  # il garderait sa sortie ouverte


@pytest.mark.skipif(platform.machine() != "x86_64", reason="un numéro d'appel de x86_64")
@pytest.mark.parametrize("sibling", [0, 1])
def test_the_kernel_giving_birth_is_working(sibling: int) -> None:
    """fork, ralenti par la machine : ce n'est pas attendre un enfant, même si l'on en a d'autres.

    Un parent que son enfant retient sans avoir sa mémoire est tel que le noyau y travaille.
    """
    with giving_birth(sibling, CLONE_VFORK) as process:
        state = Path(f"/proc/{process.pid}/status")
        wait_until(lambda: "State:\tD" in state.read_text("utf-8"), "il ne naît rien")
        assert waits([process.pid]) is None


@pytest.mark.skipif(platform.machine() != "x86_64", reason="un numéro d'appel de x86_64")
def test_waiting_for_a_child_to_be_born_is_not_working(monkeypatch: pytest.MonkeyPatch) -> None:
    """vfork : le parent, ininterruptible, dort tant que son enfant n'a rien lancé.

    Tant qu'il n'a pas d'enfant, le même sommeil est celui du noyau, qui lui prépare ses espaces.
    """
    with giving_birth(0, CLONE_VFORK | CLONE_VM) as process:
        wait_until(lambda: (waits([process.pid]) or [Wait(0, 0)])[0].known, "il travaillerait")
        real = slurp
        monkeypatch.setattr(
            "grader.driving.waiting.slurp",
            lambda path: b"" if path.endswith("/children") else real(path),
        )
        assert waits([process.pid]) is None
        monkeypatch.setattr(
            "grader.driving.waiting.slurp",
            lambda path: real(path).replace(b"State:\tD", b"State:\tS"),
        )
        assert [wait.known for wait in waits([process.pid]) or ()] == [False]


SERVER = """
import asyncio
async def handle(reader, writer):
    await reader.read()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
"""
SELECTORS = """
import selectors, socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
watching = selectors.DefaultSelector()
watching.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in watching.select(500):
        if key.fileobj is listener:
            watching.register(listener.accept()[0], selectors.EVENT_READ)
        else:
            key.fileobj.recv(100)
"""
THREADS = """
import socket, threading
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=listener.accept()[0].recv, args=[1]).start()
"""
HELPERS = """
import threading, time
threading.Thread(target=time.sleep, args=[500]).start()
def work():
    while True: pass
threading.Thread(target=work).start()
"""
WATCHING = {
    "asyncio": (f"{SERVER}\nasyncio.run(main())", True),
    "avec des fils qui dorment ou calculent": (f"{HELPERS}{SERVER}\nasyncio.run(main())", True),
    "uvloop": (
        f"import sys; sys.path[:] = {sys.path}\n{SERVER}\nimport uvloop; uvloop.run(main())",
        True,
    ),
    "selectors": (SELECTORS, True),
    "poll": (SELECTORS.replace("DefaultSelector", "PollSelector"), True),
    "select": (SELECTORS.replace("DefaultSelector", "SelectSelector"), True),
    "un fil par client": (THREADS, False),
}


@pytest.mark.parametrize(("source", "together"), WATCHING.values(), ids=WATCHING)
def test_who_watches_every_socket_at_once(source: str, together: bool) -> None:
    with child(source, until_killed=True) as process, ExitStack() as stack, Diag() as diag:
        assert process.stdout
        place = ("127.0.0.1", int(process.stdout.readline()))
        links = [stack.enter_context(socket.create_connection(place)) for _ in range(3)]

        def ends() -> set[int]:
            found = (diag.connection(link.getpeername(), link.getsockname()) for link in links)
            return {end.inode for end in found if end}

        def watched() -> bool:
            return any(ends() <= wait.sockets for wait in selectors([process.pid]))

        wait_until(lambda: 0 not in ends(), "ils ne sont pas tous acceptés")
        if together:
            wait_until(watched, lambda: f"{ends()} {waits([process.pid])}")
        else:
            assert not any(watched() for _ in range(20))


def test_a_selector_within_a_selector() -> None:
    source = (
        f"{EPOLL}outer = select.epoll(); outer.register(watching, select.EPOLLIN); outer.poll()"
    )
    with child(source, until_killed=True) as process:
        wait_until(lambda: 0 in only(process).descriptors, "le sélecteur du dedans n'est pas vu")


def test_too_many_polled_proves_nothing() -> None:
    source = (
        f"{C}many = ctypes.create_string_buffer(b'\\xff' * 8 * 5000)\nlibc.poll(many, 5000, -1)"
    )
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (5000, 5000))\n"
    with child(limit + source, until_killed=True) as process:

        def unknown() -> bool:
            found = waits([process.pid])
            return bool(found) and not any(wait.known for wait in found or ())

        wait_until(unknown, lambda: f"{waits([process.pid])}")
