"""Les faits des scripts d'une copie, même faits pour nuire à qui les lit."""

import sys
from pathlib import Path
from typing import Literal, get_args

import pytest

from grader.discovery import sources
from grader.discovery.confined import Sandbox
from grader.discovery.extract import READY
from grader.discovery.interpreters import Interpreter
from grader.discovery.sources import (
    PROGRAM,
    TOO_HARD,
    FunctionFacts,
    ReadingError,
    SourceFacts,
    facts,
)
from tests.grader.discovery.copies import OURS, ROOT


def read(*scripts: bytes) -> list[SourceFacts]:
    return facts(OURS, scripts, sandbox="none")


def one(source: bytes) -> SourceFacts:
    (result,) = read(source)
    return result


def test_facts_of_a_step_of_this_collection() -> None:
    source = (ROOT / "part2/chat_server_ii_5.py").read_bytes()
    found = one(source)
    assert {"asyncio", "sys"} <= found.imports
    handle_packet = found.functions["handle_packet"]
    assert handle_packet == FunctionFacts(is_async=True, parameters=2, line=handle_packet.line)
    lines = source.decode().splitlines()
    assert lines[handle_packet.line - 1].startswith("async def handle_packet(")
    assert lines[found.globals["CLIENTS"] - 1].startswith("CLIENTS")
    assert 8888 in found.integers
    assert "127.0.0.1" in found.strings
    assert found.syntax_error == ""


def test_answers_come_in_order_one_for_each_script() -> None:
    found = facts(
        OURS, [b"import a.b", b"", b"def (", b"from c import d\nfrom . import e"], sandbox="none"
    )
    assert [sorted(one.imports) for one in found] == [["a"], [], [], ["c"]]
    assert [bool(one.syntax_error) for one in found] == [False, False, True, False]
    assert found[3].modules == ("c.d", ".e")
    assert read() == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"x = 1\n\ndef f(:\n", "erreur de syntaxe à la ligne 3 : "),
        (b"open('C:\\Users\\x')", "erreur de syntaxe à la ligne 1 : (unicode error)"),
        ("x = '\u202e".encode(), "erreur de syntaxe à la ligne 1 : "),
        ("print(“é”)".encode(), "erreur de syntaxe à la ligne 1 : "),
        (b"\x1b[31m", "erreur de syntaxe à la ligne 1 : "),
        (b"a = 1\0", "illisible : contient des octets nuls"),
        ("é".encode("utf-16"), "illisible : enregistré en UTF-16"),
        (b"x = '\xe9'", "illisible : enregistré en Windows-1252 (ou latin-1), alors que"),
        (b"# d\xe9but\nx = 1", "illisible : enregistré en Windows-1252 (ou latin-1), alors que"),
        (b"return 1", "erreur de syntaxe à la ligne 1 : 'return' outside function"),
        (b"# coding: rien-de-tel\n", "illisible : ni de l'UTF-8"),
        (b"# coding: rot13\n", "illisible : ni de l'UTF-8"),
        (b"-" * 1_000_000 + b"1", TOO_HARD.syntax_error),
        (b"x" + b"()" * 400_000, TOO_HARD.syntax_error),
        (b"[" * 1_000_000, "erreur de syntaxe à la ligne 1 : "),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_cannot_be_read_is_said_in_one_line(source: bytes, message: str) -> None:
    error = one(source).syntax_error
    assert error.startswith(message)
    assert error.isprintable()
    assert len(error) < 250


def test_a_script_in_another_encoding_is_read() -> None:
    assert one(b"# coding: latin-1\nx = '\xe9'").strings == ("é",)
    assert one(b"\xef\xbb\xbfx = '\xc3\xa9'").strings == ("é",)
    assert one(b"x = '\\ud800'").strings == ("\ud800",)


FRAGILE = """
        match source:
            case b"mort":
                os.kill(os.getpid(), 11)
            case b"moitie":
                os.write(writer, b'{"modules": [')
                os.kill(os.getpid(), 9)
            case b"lent":
                import time; time.sleep(60)
            case b"boucle":
                while True:
                    pass
        facts = analyse(source)
"""


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une analyse que certains scripts tuent ou retardent, et qui renonce plus tôt."""
    code = PROGRAM
    for line, other in {
        "\n        facts = analyse(source)\n": FRAGILE,
        "READ_SECONDS = 5.0": "READ_SECONDS = 0.1",
    }.items():
        assert code.count(line) == 1
        code = code.replace(line, other)
    monkeypatch.setattr(sources, "PROGRAM", code)


@pytest.mark.usefixtures("fragile")
def test_the_scripts_after_one_that_kills_the_analysis_are_read() -> None:
    found = facts(
        OURS, [b"import a", b"mort", b"import b", b"mort", b"moitie", b"import c"], sandbox="none"
    )
    assert [sorted(one.imports) for one in found] == [["a"], [], ["b"], [], [], ["c"]]
    assert [one == TOO_HARD for one in found] == [False, True, False, True, True, False]


@pytest.mark.usefixtures("fragile")
def test_the_whole_analysis_is_bounded_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SECONDS", 8.0)
    found = read(b"import a", b"lent", b"lent", b"import b")
    assert sorted(found[0].imports) == ["a"]
    assert found[1:] == [TOO_HARD] * 3


@pytest.mark.usefixtures("fragile")
def test_one_script_is_bounded_in_processor_time() -> None:
    found = read(b"import a", b"boucle", b"import b")
    assert [sorted(one.imports) for one in found] == [["a"], [], ["b"]]
    assert found[1] == TOO_HARD


def test_what_python_says_is_shown_without_danger() -> None:
    hostile = "a\x1b[2J\n\u202e" + "x" * 1_000
    shown = sources._explain(b"", "syntax", 3, hostile)
    assert shown.startswith("erreur de syntaxe à la ligne 3 : a␛[2J␊\\u202exx")
    assert len(shown) < 250


def test_without_an_interpreter_nothing_can_be_read() -> None:
    absent = Interpreter(Path("/absent"), (3, 11, 0), Path("/"), frozenset(), ())
    with pytest.raises(ReadingError, match=r"Python 3\.11\.0 \(/absent\) n'a pas démarré"):
        facts(absent, [b"x", b"y"], sandbox="none")


# Des « finally » emboîtés : deux fois plus de code à chaque niveau.
BOMB = "\n".join(f"{' ' * n}try: a\n{' ' * n}finally:" for n in range(60)) + "\n" + " " * 60 + "b"


@pytest.mark.proof
@pytest.mark.parametrize("sandbox", ["bwrap", "none"])
def test_compiling_is_bounded_and_costs_nothing(sandbox: Literal["bwrap", "none"]) -> None:
    source = f"import requests\n{BOMB}\n".encode()
    found = facts(OURS, [source] * 16 + [b"return"], sandbox=sandbox)
    assert [sorted(one.imports) for one in found[:16]] == [["requests"]] * 16
    assert not any(one.syntax_error for one in found)  # plus le temps de compiler le dernier


@pytest.mark.sandbox
def test_reading_is_bounded_in_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Les étapes se lisent d'abord ; une machine chargée n'y change rien."""
    assert "TOTAL = 10.0 " in PROGRAM
    monkeypatch.setattr(sources, "PROGRAM", PROGRAM.replace("TOTAL = 10.0 ", "TOTAL = 0.3 "))
    hard = b"[" + b"a, " * 15_000 + b"]"
    found = read(b"import a", *[hard] * 20, b"import b")
    assert found[0].imports == {"a"}
    assert found[1] != TOO_HARD
    assert found[-1] == TOO_HARD


@pytest.mark.sandbox
def test_in_the_sandbox_nothing_else_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Une faute de l'analyseur ne donnerait qu'une cellule, où il n'y a rien."""
    (tmp_path / "secret").write_text("x")
    escape = f'import os\nprint({READY!r})\nprint(\'{{"error": ["syntax", 1, "%s"]}}\' % '
    escape += f"os.path.exists('{tmp_path}/secret'))"
    monkeypatch.setattr(sources, "PROGRAM", escape)
    said = {
        sandbox: facts(OURS, [b""], sandbox=sandbox)[0].syntax_error[-5:]
        for sandbox in get_args(Sandbox)
    }
    assert said == {"bwrap": "False", "none": " True"}


@pytest.mark.parametrize(
    ("minor", "source"),
    [
        (12, b"type Names = list[str]\n"),
        (12, b"def first[T](names: list[T]) -> T: ...\nclass Box[T]: ...\n"),
        (12, b'print(f"{d["dossier"]}/{e["nom"]}")\n'),
        (12, b"print(f\"{'\\n'.join(lines)}\")\n"),
        (14, b"try: pass\nexcept OSError, EOFError: pass\n"),
        (14, b"x = t'{y}'\n"),
        (15, b"lazy import json\nlazy from os import path\n"),
    ],
)
def test_a_script_for_a_newer_python_is_told_from_a_wrong_one(minor: int, source: bytes) -> None:
    if sys.version_info >= (3, minor):
        assert one(source).syntax_error == ""
        return
    found = one(source)
    assert found.newer == f"3.{minor}"
    assert found.syntax_error.endswith(f" demande Python 3.{minor} ou plus récent")
    wrong = one(source + b"def f(:\n")
    assert (wrong.newer, "erreur de syntaxe" in wrong.syntax_error) == ("", True)


def test_required_imports() -> None:
    source = b"""
import a.b, sys
try:
    import c
except ImportError:
    import d
try:
    import e
except ModuleNotFoundError:
    print("pip install e")
    sys.exit(1)
try:
    import f
except OSError:
    pass
if TYPE_CHECKING:
    import g
def main():
    from h import i
from . import j
"""
    assert one(source).required == {"a", "sys", "e", "f", "h"}
    assert one(source).imports == {"a", "sys", "c", "d", "e", "f", "g", "h"}
