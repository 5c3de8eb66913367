"""Le filtre des appels système, lu comme le noyau le lirait."""

import errno
import platform
import struct

import pytest

from grader.sandbox.syscalls import ALLOW, ARCHITECTURES, DENIED, FAIL, X32_CALLS, denial_filter

REFUSED = FAIL | errno.ENOSYS
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
INSTRUCTION = struct.Struct("=HBBI")


def verdict(program: bytes, number: int, architecture: int) -> int:
    """Exécute le programme BPF sur cet appel."""
    data = struct.pack("=II", number, architecture)
    code = list(INSTRUCTION.iter_unpack(program))
    place = value = 0
    while True:
        operation, if_true, if_false, operand = code[place]
        place += 1
        if operation == LOAD:
            (value,) = struct.unpack_from("=I", data, operand)
        elif operation == RETURN:
            return int(operand)
        else:
            assert operation in (EQUAL, AT_LEAST)
            true = value == operand if operation == EQUAL else value >= operand
            place += if_true if true else if_false


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_only_the_listed_calls_are_refused(machine: str) -> None:
    program = denial_filter(machine)
    column = list(ARCHITECTURES).index(machine)
    denied = {numbers[column] for numbers in DENIED.values()}
    assert len(denied) == len(DENIED)
    for number in range(500):
        expected = REFUSED if number in denied else ALLOW
        assert verdict(program, number, ARCHITECTURES[machine]) == expected, number


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_other_sets_of_calls_are_refused(machine: str) -> None:
    program = denial_filter(machine)
    i386 = 0x4000_0003
    assert verdict(program, 0, i386) == REFUSED
    assert verdict(program, X32_CALLS, ARCHITECTURES[machine]) == REFUSED


def test_unknown_processor_has_no_filter() -> None:
    assert denial_filter("sparc64") == b""


def test_this_processor_is_the_default() -> None:
    assert denial_filter() == denial_filter(platform.machine())
