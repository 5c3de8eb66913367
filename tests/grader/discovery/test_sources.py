"""Les faits des scripts d'une copie, même faits pour nuire à qui les lit."""

import sys
from pathlib import Path, PurePosixPath

import pytest

from grader.discovery import sources
from grader.discovery.interpreters import Interpreter
from grader.discovery.sources import TOO_HARD, FunctionFacts, SourceFacts, facts, local_modules
from tests.grader.discovery.copies import ROOT, submission

OURS = Interpreter(
    Path(sys.executable), (3, 11, 0), Path(sys.prefix), frozenset(), (Path(sys.prefix),)
)


def one(source: bytes) -> SourceFacts:
    (result,) = facts(OURS, [source])
    return result


def test_facts_of_a_step_of_this_collection() -> None:
    found = one((ROOT / "part2/chat_server_ii_5.py").read_bytes())
    assert {"asyncio", "sys"} <= found.imports
    assert found.functions["handle_packet"] == FunctionFacts(is_async=True, parameters=2)
    assert "CLIENTS" in found.globals
    assert 8888 in found.integers
    assert "127.0.0.1" in found.strings
    assert found.syntax_error == ""


def test_answers_come_in_order_one_for_each_script() -> None:
    found = facts(OURS, [b"import a.b", b"", b"def (", b"from c import d\nfrom . import e"])
    assert [sorted(one.imports) for one in found] == [["a"], [], [], ["c"]]
    assert [bool(one.syntax_error) for one in found] == [False, False, True, False]
    assert found[3].modules == ("c.d", ".e")
    assert facts(OURS, []) == []


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
        (b"x = '\xe9'", "illisible : ni de l'UTF-8"),
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
                    os.write(1, b'{"modules": [')
                    os.kill(os.getpid(), 9)
                case b"lent":
                    time.sleep(60)
                case b"boucle":
                    while True:
                        pass
            facts = analyse(source)
"""


@pytest.fixture
def fragile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Une analyse que certains scripts tuent ou retardent, et qui renonce plus tôt."""
    code = sources.SCRIPT.read_text()
    for line, other in {
        "\n            facts = analyse(source)\n": FRAGILE,
        "CPU_SECONDS = 5": "CPU_SECONDS = 0",
        "import gc\n": "import gc\nimport os\n",
    }.items():
        assert code.count(line) == 1
        code = code.replace(line, other)
    (tmp_path / "extract.py").write_text(code)
    monkeypatch.setattr(sources, "SCRIPT", tmp_path / "extract.py")


@pytest.mark.usefixtures("fragile")
def test_the_scripts_after_one_that_kills_the_analysis_are_read() -> None:
    found = facts(OURS, [b"import a", b"mort", b"import b", b"mort", b"moitie", b"import c"])
    assert [sorted(one.imports) for one in found] == [["a"], [], ["b"], [], [], ["c"]]
    assert [one is TOO_HARD for one in found] == [False, True, False, True, True, False]


@pytest.mark.usefixtures("fragile")
def test_the_whole_analysis_is_bounded_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SECONDS", 1.0)
    found = facts(OURS, [b"import a", b"lent", b"lent", b"import b"])
    assert sorted(found[0].imports) == ["a"]
    assert found[1:] == [TOO_HARD] * 3


@pytest.mark.usefixtures("fragile")
def test_one_script_is_bounded_in_processor_time() -> None:
    found = facts(OURS, [b"import a", b"boucle", b"import b"])
    assert [sorted(one.imports) for one in found] == [["a"], [], ["b"]]
    assert found[1] is TOO_HARD


def test_what_python_says_is_shown_without_danger() -> None:
    hostile = "a\x1b[2J\n\u202e" + "x" * 1_000
    shown = sources._explain(b"", "syntax", 3, hostile)
    assert shown.startswith(r"erreur de syntaxe à la ligne 3 : a\x1b[2J\n\u202exx")
    assert len(shown) < 250


def test_without_an_interpreter_nothing_can_be_read() -> None:
    absent = Interpreter(Path("/absent"), (3, 11, 0), Path("/"), frozenset(), ())
    assert facts(absent, [b"x", b"y"]) == [TOO_HARD, TOO_HARD]


def imported(files: dict[str, str], path: str) -> list[str]:
    copy = submission({name: content.encode() for name, content in files.items()})
    found = facts(OURS, [file.content for file in copy.files])
    by_path = {file.path: one for file, one in zip(copy.files, found, strict=True)}
    return list(map(str, local_modules(copy, PurePosixPath(path), by_path)))


def test_local_modules_follow_the_imports() -> None:
    files = {
        "part2/server.py": "import asyncio, outils\nfrom pack.sub import x\nimport commun",
        "part2/outils.py": "from reseau import f\nimport server",
        "part2/reseau.py": "",
        "part2/autre.py": "",
        "part2/pack/__init__.py": "from . import voisin\nfrom .plus import *",
        "part2/pack/sub.py": "from ..reseau import f",
        "part2/pack/voisin.py": "",
        "part2/pack/plus/__init__.py": "from ...autre2 import f",
        "part2/pack/inutile.py": "",
        "part2/autre2.py": "",
        "commun.py": "",
        "outils.py": "import inconnu",
    }
    assert imported(files, "part2/server.py") == [
        *("commun.py", "part2/autre2.py", "part2/outils.py", "part2/pack/__init__.py"),
        *("part2/pack/plus/__init__.py", "part2/pack/sub.py", "part2/pack/voisin.py"),
        "part2/reseau.py",
    ]
    assert imported(files, "commun.py") == []


def test_local_modules_of_odd_imports() -> None:
    files = {
        "a.py": "from . import *\nfrom .... import x\nimport a, b.c.d\nfrom .b import c",
        "b/c.py": "import e",
        "b/e.py": "",
        "b/c/d.py": "",
    }
    assert imported(files, "a.py") == ["b/c/d.py", "b/c.py", "b/e.py"]


def test_a_file_without_facts_is_listed_but_not_followed() -> None:
    copy = submission({"a.py": b"import b", "b.py": b"import c", "c.py": b""})
    by_path = {PurePosixPath("a.py"): one(b"import b")}
    assert local_modules(copy, PurePosixPath("a.py"), by_path) == (PurePosixPath("b.py"),)
