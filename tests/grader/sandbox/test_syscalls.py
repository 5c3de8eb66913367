"""Le filtre des appels système, lu comme le noyau le lirait ; ce qu'il permet doit servir."""

import errno
import fcntl
import json
import os
import platform
import socket
import struct
from collections.abc import Callable

import pytest

from grader.sandbox import syscalls
from grader.sandbox.calls import CALLS
from grader.sandbox.syscalls import (
    ALLOW,
    ARCHITECTURES,
    CONDITIONS,
    FAIL,
    X32_CALLS,
    call_filter,
)
from tests.grader.sandbox.record_calls import CALLS as OBSERVED
from tests.grader.sandbox.record_calls import HERE, calls
from tests.grader.sandbox.test_cell import live
from tests.grader.world.arena import in_arena

REFUSED = FAIL | errno.ENOSYS
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
INSTRUCTION = struct.Struct("=HBBI")
MACHINES = pytest.mark.parametrize("machine", ARCHITECTURES)
NUMBERS = {call: row for group in CALLS.values() for call, row in group.items()}
# Vus aussi, et refusés : qui les fait s'en passe.
DONE_WITHOUT = {
    "clone3",  # ses arguments sont en mémoire, où un filtre ne lit pas : la libc revient à clone
    *("io_uring_enter", "io_uring_setup"),
    *("get_mempolicy", "mbind", "set_mempolicy"),
    *("setfsgid", "setfsuid", "prctl PR_CAPBSET_READ"),
    *("fgetxattr", "flistxattr", "fsetxattr", "removexattr", "setxattr"),
    *("fstatfs", "renameat2"),
    *("timer_create", "timer_settime"),  # le noyau les compte pour tout le compte
}


def verdict(program: bytes, number: int, architecture: int, *arguments: int) -> int:
    """Exécute le programme BPF sur cet appel."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *padded)
    code = list(INSTRUCTION.iter_unpack(program))
    place = value = 0
    while True:
        operation, if_true, if_false, operand = code[place]
        place += 1
        if operation == LOAD:
            (value,) = struct.unpack_from("=I", data, operand)
        elif operation == AND:
            value &= operand
        elif operation == RETURN:
            return int(operand)
        else:
            assert operation in (EQUAL, AT_LEAST)
            true = value == operand if operation == EQUAL else value >= operand
            place += if_true if true else if_false


def judged(call: str, *arguments: int) -> int:
    """Ce que le filtre répond à cet appel : 0, ou un numéro d'erreur ; le même partout."""
    answers = set()
    for machine, architecture in ARCHITECTURES.items():
        number = NUMBERS[call][list(ARCHITECTURES).index(machine)]
        assert number is not None
        answers.add(verdict(call_filter(machine), number, architecture, *arguments))
    (answer,) = answers
    return 0 if answer == ALLOW else answer & 0xFFFF


@MACHINES
def test_only_the_listed_calls_are_allowed(machine: str) -> None:
    program = call_filter(machine)
    column = list(ARCHITECTURES).index(machine)
    conditional = {NUMBERS[call][column] for call in CONDITIONS}
    free = {row[column] for call, row in NUMBERS.items() if call not in CONDITIONS}
    assert not free & conditional
    for number in set(range(600)) - conditional:
        expected = ALLOW if number in free else REFUSED
        assert verdict(program, number, ARCHITECTURES[machine]) == expected, number


@MACHINES
def test_other_sets_of_calls_are_refused(machine: str) -> None:
    program = call_filter(machine)
    i386, read = 0x4000_0003, 0
    assert verdict(program, read, i386) == REFUSED
    assert verdict(program, X32_CALLS | read, ARCHITECTURES[machine]) == REFUSED


@MACHINES
def test_every_jump_is_short_enough(machine: str) -> None:
    for operation, if_true, if_false, _ in INSTRUCTION.iter_unpack(call_filter(machine)):
        assert operation in (LOAD, AND, EQUAL, AT_LEAST, RETURN)
        assert max(if_true, if_false) < 256


def test_sockets_of_three_families() -> None:
    nonblocking = socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    for family in (socket.AF_INET, socket.AF_INET6):
        for kind, protocol in ((nonblocking, 0), (socket.SOCK_STREAM, 6), (socket.SOCK_DGRAM, 17)):
            assert judged("socket", family, kind, protocol) == 0
        for kind, protocol in ((socket.SOCK_RAW, 1), (socket.SOCK_STREAM, 132), (5, 0), (1, 262)):
            assert judged("socket", family, kind, protocol) == errno.EAFNOSUPPORT
    assert judged("socket", socket.AF_UNIX, nonblocking, 0) == 0
    assert judged("socket", socket.AF_NETLINK, socket.SOCK_RAW, 0) == 0
    assert judged("socket", socket.AF_NETLINK, socket.SOCK_RAW, 4) == errno.EAFNOSUPPORT
    for other in range(60):
        if other not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
            assert judged("socket", other, socket.SOCK_STREAM, 0) == errno.EAFNOSUPPORT
        if other != socket.AF_UNIX:
            assert judged("socketpair", other, socket.SOCK_STREAM, 0) == errno.EAFNOSUPPORT
    assert judged("socketpair", socket.AF_UNIX, nonblocking, 0) == 0


def test_no_memory_that_is_shared_and_nameless() -> None:
    private, shared, validated, anonymous, stack = 2, 1, 3, 0x20, 0x20000
    for flags in (private | anonymous | stack, shared, private, validated):
        assert judged("mmap", 0, 4096, 3, flags) == 0
    for flags in (shared | anonymous, validated | anonymous, shared | anonymous | 0x8000):
        assert judged("mmap", 0, 4096, 3, flags) == errno.EPERM


def test_no_namespace_of_one_s_own() -> None:
    thread, child = 0x003D_0F00, 0x0120_0011
    assert judged("clone", thread) == judged("clone", child) == 0
    for bit in (17, 25, 26, 27, 28, 29, 30):
        assert judged("clone", child | 1 << bit) == errno.EPERM


def test_no_wide_pipe_and_no_other_prctl() -> None:
    assert judged("fcntl", 3, fcntl.F_SETFL, os.O_NONBLOCK) == 0
    assert judged("fcntl", 3, fcntl.F_SETPIPE_SZ, 1 << 20) == errno.EINVAL
    assert judged("prctl", syscalls.PR_SET_NAME) == 0
    for option in (1, 4, 22, 36, 0x59616D61):
        assert judged("prctl", option) == errno.EINVAL


def test_unknown_processor_has_no_filter() -> None:
    assert call_filter("sparc64") == b""


def test_this_processor_is_the_default() -> None:
    assert call_filter() == call_filter(platform.machine())
    assert call_filter() is call_filter()


def observed() -> set[str]:
    return {call for calls in json.loads(OBSERVED.read_text("utf-8")).values() for call in calls}


def needed() -> set[str]:
    return observed() - DONE_WITHOUT


@pytest.mark.sandbox
def test_each_line_is_there_because_somebody_needs_it() -> None:
    """Une ligne dont personne n'a l'usage est de trop ; et tout ce qui est vu a sa ligne."""
    assert {call.split()[0] for call in needed()} == set(NUMBERS)
    assert observed() >= DONE_WITHOUT


FLAGS: dict[str, Callable[[str], int]] = {
    "socket": lambda name: int(getattr(socket, name, 0)),
    "socketpair": lambda name: int(getattr(socket, name)),
    "fcntl": lambda name: int(getattr(fcntl, name)),
    "prctl": lambda name: {"PR_SET_NAME": syscalls.PR_SET_NAME}[name],
}


@pytest.mark.parametrize("call", FLAGS)
@pytest.mark.sandbox
def test_each_value_is_there_because_somebody_needs_it(call: str) -> None:
    used = [tuple(map(FLAGS[call], one.split()[1:])) for one in needed() if one.split()[0] == call]
    place = 1 if call == "fcntl" else 0  # le premier argument relevé
    for combination in CONDITIONS[call].combinations:
        kept = [
            values
            for values in used
            if all(values[among.argument - place] in among.values for among in combination)
        ]
        for among in combination:
            assert {values[among.argument - place] for values in kept} == set(among.values)


TRACE = """\
7 execve("/usr/bin/bwrap", ["bwrap"], 0x1) = 0
7 mount("none", "/") = 0
8 pivot_root(".", ".") = 0
7 execve("/usr/bin/prlimit", ["prlimit"], 0x1) = 0
7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3
9 fcntl(3, F_GETFD <unfinished ...>
8 umount2("/old", 2) = 0
9 +++ exited with 0 +++
"""


def test_a_trace_is_read_from_the_program_on() -> None:
    expected = {"execve", "socket AF_INET SOCK_STREAM IPPROTO_IP", "fcntl F_GETFD"}
    assert calls(TRACE.splitlines(), after="prlimit") == expected
    assert calls(TRACE.splitlines()) == expected | {"mount", "pivot_root", "umount2"}


@pytest.mark.proof
@in_arena
async def test_everyday_works_in_a_cell() -> None:
    code, written, _ = live((HERE / "ordinary/everyday.py").read_text("utf-8"))
    assert (code, written[-1]) == (0, "fini"), written
    assert not [line for line in written if "Traceback" in line], written


@pytest.mark.proof
@in_arena
async def test_libraries_work_in_a_cell() -> None:
    no_complaint("libraries")


@pytest.mark.proof
@in_arena
async def test_commands_work_in_a_cell() -> None:
    no_complaint("commands")


def no_complaint(name: str) -> None:
    code, written, _ = live((HERE / f"ordinary/{name}.py").read_text("utf-8"))
    assert code == 0, written
    assert "fini" in written, written
    assert not [line for line in written if "!!" in line], written
