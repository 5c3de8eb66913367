"""Ce que la machine doit à une copie, et ce qu'elle ne lui doit pas."""

from pathlib import Path

import pytest

from grader.discovery.extract import IMPLICIT_LOOP
from grader.discovery.interpreters import Interpreter
from grader.discovery.modules import MAX_ANNOUNCED, Machine, announced, to_install
from tests.grader.discovery.copies import submission


def made(minor: int, *modules: str, standard: tuple[str, ...] = ("asyncio",)) -> Interpreter:
    path = Path(f"/python3.{minor}")
    return Interpreter(path, (3, minor, 0), path, frozenset(modules), (), frozenset(standard))


OLD = made(11, "requests", "rich", standard=("asyncio", "telnetlib"))
BARE = made(13)
NEW = made(12, "requests", "aiohttp")


@pytest.mark.parametrize(
    ("content", "modules"),
    [
        (b"requests\naiohttp>=3.9\n", {"requests", "aiohttp"}),
        (b"# rien\n\n-r autres.txt\n--pre\n./local\nhttps://x/y.whl\n", set()),
        (b"Python-Dotenv == 1.0 ; python_version > '3'\n", {"dotenv"}),
        (b"PyYAML~=6\nPillow\nascii-magic[x] # images\n", {"yaml", "PIL", "ascii_magic"}),
        ("numpy==2\r\n".encode("utf-16"), {"numpy"}),
        (b"\xef\xbb\xbfnumpy\n", {"numpy"}),
        (b"numpy @ git+https://x\n", {"numpy"}),
        (b"\xff\x00caf\xe9\n", set()),
        (b"", set()),
    ],
)
def test_what_a_copy_announces(content: bytes, modules: set[str]) -> None:
    assert announced(submission({"part1/Requirements.txt": content})) == modules
    assert announced(submission({"urls.txt": content})) == set()


def test_what_a_copy_announces_is_bounded() -> None:
    many = b"".join(b"module%d\n" % number for number in range(50_000))
    long = b"x" * 900_000
    copy = submission({"requirements.txt": many, "a/requirements.txt": long})
    assert len(announced(copy)) == MAX_ANNOUNCED


def test_what_pip_calls_them() -> None:
    assert to_install(["yaml", "aiohttp", "dotenv"]) == ["pyyaml", "aiohttp", "python-dotenv"]


@pytest.mark.parametrize(
    ("module", "missing"),
    [
        ("requests", True),  # dans la liste du correcteur
        ("telnetlib", True),  # d'un autre Python d'ici
        ("cgi", True),  # d'un Python qui n'est pas là
        ("tkinter", True),  # que ce Python-ci devrait avoir
        ("numpy", True),  # annoncé par la copie
        ("asyncio", False),
        ("pandas", False),  # ni l'un ni l'autre : c'est à la copie de s'en passer
    ],
)
def test_what_the_machine_owes(module: str, missing: bool) -> None:
    machine = Machine([OLD, BARE], frozenset({"numpy"}))
    assert machine.missing(BARE, frozenset({module})) == ({module} if missing else set())


@pytest.mark.parametrize(
    ("required", "minor"),
    [
        ((), 13),
        (("requests",), 12),
        (("requests", "rich"), 11),
        (("rich",), 11),
        (("aiohttp",), 12),
        (("telnetlib",), 11),
        (("pandas",), 13),
        (("requests", "pandas"), 12),
        (("itertools.batched",), 13),
        (("requests", "itertools.batched"), 12),
        (("warnings.deprecated",), 13),
        ((IMPLICIT_LOOP,), 13),
    ],
)
def test_the_newest_that_lacks_the_least(required: tuple[str, ...], minor: int) -> None:
    machine = Machine([OLD, BARE, NEW], frozenset())
    modules = frozenset(required)
    assert machine.ranked(modules, modules)[0].version == (3, minor, 0)


def test_a_loop_that_nobody_created_is_for_the_pythons_that_create_it() -> None:
    """L'idiome du sujet, tel qu'on l'écrivait : Python 3.14 le refuse."""
    machine = Machine([made(14, "requests"), made(15), BARE], frozenset())
    wanted = frozenset({IMPLICIT_LOOP})
    assert [one.version[1] for one in machine.ranked(wanted, wanted)] == [13, 15, 14]
    assert machine.missing(made(14), wanted) == wanted


def test_what_it_can_do_without_counts_less() -> None:
    machine = Machine([OLD, BARE, NEW], frozenset())
    required, optional = frozenset({"rich"}), frozenset({"rich", "aiohttp"})
    assert [one.version[1] for one in machine.ranked(required, optional)] == [11, 12, 13]
