"""La table des appels permis : chacun une fois, et des numéros qui sont ceux du noyau."""

import platform
import re
from collections import Counter
from pathlib import Path

import pytest

from grader.sandbox.calls import CALLS

ROWS = [(call, row) for group in CALLS.values() for call, row in group.items()]
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def test_each_call_stands_once() -> None:
    assert max(Counter(call for call, _ in ROWS).values()) == 1
    assert max(Counter(number for _, (number, _) in ROWS).values()) == 1


def test_each_group_says_why_and_is_in_order() -> None:
    for why, group in CALLS.items():
        assert why.strip()
        assert list(group) == sorted(group)


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_numbers_are_possible(machine: str, column: int) -> None:
    assert all(0 <= number < 500 for _, row in ROWS if (number := row[column]) is not None), machine


@pytest.mark.skipif(platform.machine() != "x86_64", reason="les en-têtes d'un autre processeur")
@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_numbers_are_those_of_the_kernel(machine: str, column: int) -> None:
    if not HEADERS[machine].exists():
        pytest.skip(f"il faut {HEADERS[machine]} (linux-libc-dev)")
    text = HEADERS[machine].read_text("ascii")
    defined = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)
    known = {name: int(number) for name, number in defined}
    found = {call: row[column] for call, row in ROWS if call in known}
    assert len(found) > 90
    assert found == {call: known[call] for call in found}
