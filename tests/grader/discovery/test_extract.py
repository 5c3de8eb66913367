"""Les faits d'un script, sans l'exécuter."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.discovery.extract import IMPLICIT_LOOP, READY, analyse, main, refusal
from tests.grader.discovery.copies import ROOT


def fact(source: str, name: str) -> Any:
    return analyse(source.encode())[name]


def test_imports() -> None:
    source = """
import socket, os.path as p
from aiohttp import web
from . import local
from ..pack.mod import name as other
def f():
    try:
        import requests
    except ImportError:
        from rich import *
"""
    assert set(fact(source, "modules")) == {
        *("socket", "os.path", "aiohttp.web", ".local", "..pack.mod.name", "requests", "rich"),
    }


LOOP = "loop = asyncio.get_event_loop()\nloop.run_until_complete(main())\n"


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("itertools.batched(x, 2)", ["itertools.batched"]),
        ("a.b.c = x", ["a.b"]),
        ("f().b", []),
        (LOOP, ["asyncio.get_event_loop", "loop.run_until_complete", IMPLICIT_LOOP]),
        (f"asyncio.set_event_loop(l)\n{LOOP}", ["asyncio.set_event_loop"]),
        ("async def main():\n asyncio.get_event_loop()\nl.run_until_complete(main())", []),
    ],
)
def test_what_it_takes_in_modules(source: str, uses: list[str]) -> None:
    found = fact(source, "uses")
    assert set(uses) <= set(found)
    assert (IMPLICIT_LOOP in found) is (IMPLICIT_LOOP in uses)


def test_functions() -> None:
    source = """
def get_content(url): ...
async def write_content(content, /, file, *rest, mode="w", **options):
    def inner(a): ...
    def get_content(a, b, c): ...
class Client:
    async def async_input(self): ...
def get_content(url, timeout): ...
"""
    assert fact(source, "functions") == {
        "get_content": [0, 2, 8],
        "write_content": [1, 3, 3],
        "inner": [0, 1, 4],
        "async_input": [1, 1, 7],
    }


def test_globals() -> None:
    source = """
CLIENTS: dict = {}
(a, [b, *c]), d.attribute, e[0] = x
f += 1
if (g := 1):
    for h in (): pass
    with x as i: pass
def function(parameter):
    global created
    local = created = 1
class Class:
    attribute = 1
j = [k for k in x]
k2 = lambda: (m := 1)
import n
"""
    assert fact(source, "globals") == {
        "CLIENTS": 2,
        "a": 3,
        "b": 3,
        "c": 3,
        "f": 4,
        "g": 5,
        "h": 6,
        "i": 7,
        "j": 13,
        "k2": 14,
        "created": 9,
    }


def test_constants() -> None:
    source = "x = [8888, 0, -1, 65535, 65536, True, 8888, 1.5, 'a', b'b', f'c{d}e', 'é']"
    assert fact(source, "integers") == [1, 8888, 65535]
    assert fact("x = True", "integers") == []
    assert fact(source, "strings") == ["a", "é", "c", "e"]


def test_what_it_says_is_bounded() -> None:
    source = "\n".join(f"n{i} = 'x{i}'" for i in range(3_000))
    source += "\n" + "\n".join(f"def f{i}(): import m{i}" for i in range(3_000))
    facts = analyse(source.encode())
    sizes = {name: len(values) for name, values in facts.items()}
    assert sizes == {
        "modules": 2_000,
        "required": 2_000,
        "uses": 0,
        "globals": 2_000,
        "functions": 2_000,
        "integers": 0,
        "strings": 1_000,
    }


def test_long_strings_are_left_out() -> None:
    assert fact(f"x = '{'a' * 300}', '{'b' * 301}'", "strings") == ["a" * 300]


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        (b"x = 1\ndef f(:\n", "syntax", 2),
        (b"def f():\nx = 1", "syntax", 2),
        (b"if 1:\n\tx\n        y", "syntax", 3),
        (b"1" * 5_000, "syntax", 1),
        (b"(" * 1_000, "syntax", 1),
        (b"1+" * 100_000 + b"1", "nested", 0),
        (b"-" * 100_000 + b"1", "nested", 0),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else None,
)
def test_errors(source: bytes, kind: str, line: int) -> None:
    error = analyse(source)["error"]
    assert error[:2] == [kind, line]
    assert len(error[2]) <= 200


def test_a_valid_script_is_described_without_being_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert analyse(b"print('lance')\nraise SystemExit")["strings"] == ["lance"]
    assert capsys.readouterr().out == ""


def test_an_empty_script_has_no_facts() -> None:
    assert not any(analyse(b"").values())


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"return 1", "'return' outside function"),
        (b"x = 1\nawait x", "'await' outside function"),
        (b"def f(a, a): ...", "duplicate argument 'a' in function definition"),
    ],
)
def test_what_python_refuses_beyond_grammar(source: bytes, message: str) -> None:
    assert "error" not in analyse(source)
    assert refusal(source) == ["syntax", source.count(b"\n") + 1, message]
    assert refusal(b"x = 1") is None


def test_one_answer_a_script_after_saying_it_is_there(tmp_path: Path) -> None:
    """Comme l'appelle sources.py, dans un processus à lui : main() y pose des limites."""
    scripts = [b"import a", b"def (", b"return", b""]
    given = json.dumps([len(script) for script in scripts]).encode() + b"\n" + b"".join(scripts)
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        f"from {main.__module__} import main; main()",
    ]
    said = subprocess.run(command, input=given, capture_output=True, check=True, cwd=tmp_path)
    ready, *answers = said.stdout.decode().splitlines()
    assert ready == READY
    assert [list(json.loads(answer)) == ["error"] for answer in answers] == [
        *(False, True, True, False),
    ]
    assert json.loads(answers[0]) == analyse(scripts[0])
