"""Le Python de chaque script, et à qui la faute quand aucun ne convient."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import pytest

from grader.discovery import reading
from grader.discovery.confined import Sandbox
from grader.discovery.interpreters import Interpreter
from grader.discovery.modules import Machine
from grader.discovery.reading import Choice, Reading
from grader.discovery.sources import ReadingError, SourceFacts
from tests.grader.discovery.copies import OURS, submission
from tests.grader.discovery.test_modules import made

BARE, FURNISHED = made(13), made(11, "requests")
Asked = list[tuple[int, int]]  # version de Python, nombre de scripts lus


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Les lectures faites, par des Python qui n'en sont pas : « 13 » ne se lit qu'avec 3.13."""
    calls: Asked = []

    def facts(
        interpreter: Interpreter, sources: Sequence[bytes], *, sandbox: Sandbox
    ) -> list[SourceFacts]:
        assert sandbox == "none"
        minor = interpreter.version[1]
        calls.append((minor, len(sources)))
        if interpreter.path == Path("/absent"):
            raise ReadingError("n'a pas démarré")
        return [_said(minor, source.decode()) for source in sources]

    monkeypatch.setattr(reading, "facts", facts)
    return calls


def _said(minor: int, source: str) -> SourceFacts:
    needed, *names = source.split()
    if int(needed) > minor:
        newer = f"3.{needed}" if int(needed) < 99 else ""
        return SourceFacts(syntax_error=f"la ligne 9 n'est pas pour {minor}", newer=newer)
    modules = tuple(name.removesuffix("?") for name in names)
    required = frozenset(name for name in names if not name.endswith("?"))
    return SourceFacts(imports=frozenset(modules), modules=modules, required=required)


Choose = Callable[..., Choice]


def choose(files: dict[str, str], *interpreters: Interpreter, beside: Sequence[str] = ()) -> Choice:
    copy = submission({name: content.encode() for name, content in files.items()})
    machine = Machine(interpreters, frozenset())
    known = Reading(copy, machine, sandbox="none")
    first = PurePosixPath(next(iter(files)))
    others = [PurePosixPath(name) for name in beside]
    known.follow([first, *others])
    return known.choose(first, others)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("source", "minor"),
    [
        ("11", 13),
        ("11 requests", 11),
        ("11 requests?", 11),
        ("11 requests local", 11),
        ("11 pandas", 13),
        ("13", 13),
        ("13 requests?", 13),
    ],
)
def test_the_python_of_a_script(source: str, minor: int) -> None:
    choice = choose({"a.py": source, "local.py": "11"}, BARE, FURNISHED)
    assert choice.interpreter.version[1] == minor
    assert (choice.broken, choice.unavailable) == ("", "")
    assert choice.sources[0].path == "a.py"


@pytest.mark.usefixtures("asked")
def test_a_file_that_it_imports_must_be_read_too() -> None:
    files = {"a.py": "11 requests? local", "local.py": "13"}
    choice = choose(files, BARE, FURNISHED)
    assert choice.interpreter is BARE
    assert [one.path for one in choice.sources] == ["a.py", "local.py"]


@pytest.mark.usefixtures("asked")
def test_a_file_of_the_copy_is_not_a_module_of_the_machine() -> None:
    choice = choose({"a.py": "13 requests", "requests.py": "11"}, BARE, FURNISHED)
    assert (choice.interpreter, choice.unavailable) == (BARE, "")


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "13 requests",
            "Python 3.11.0 ne comprend pas ce script, et Python 3.13.0, qui le comprend, n'a pas "
            "le module requests sur cette machine",
        ),
        ("11 aiohttp", "Python 3.13.0 n'a pas le module aiohttp sur cette machine"),
        ("11 cgi yaml", "Python 3.13.0 n'a pas le module cgi et le module yaml sur cette machine"),
        (
            "14",
            "la ligne 9 n'est pas pour 13, et le plus récent de cette machine est Python 3.13.0",
        ),
    ],
)
def test_what_the_machine_lacks(source: str, said: str) -> None:
    choice = choose({"a.py": source}, BARE, FURNISHED)
    assert (choice.broken, choice.unavailable) == ("", said)


@pytest.mark.usefixtures("asked")
def test_a_script_that_no_python_understands_is_wrong() -> None:
    choice = choose({"a.py": "99"}, BARE, FURNISHED)
    assert (choice.broken, choice.unavailable) == ("la ligne 9 n'est pas pour 13", "")


@pytest.mark.usefixtures("asked")
def test_a_script_that_launches_others_needs_their_modules() -> None:
    files = {"mesure.py": "11", "many.py": "11 requests"}
    choice = choose(files, BARE, FURNISHED, beside=["many.py"])
    assert choice.interpreter is FURNISHED
    assert [one.path for one in choice.sources] == ["mesure.py"]


def test_one_launch_for_each_version_of_python(asked: Asked) -> None:
    files = {"a.py": "11 requests local", "local.py": "11 other", "other.py": "11", "no.py": "11"}
    choose(files, BARE, made(13, "rich"), FURNISHED, made(11), made(12))
    assert asked == [(13, 1), (13, 1), (13, 1), (11, 3)]


def test_what_the_newest_refuses_is_not_read_again(asked: Asked) -> None:
    files = {"a.py": "11 requests", "wrong.py": "99"}
    assert choose(files, BARE, FURNISHED, beside=["wrong.py"]).interpreter is FURNISHED
    assert asked == [(13, 2), (11, 1)]


def test_a_python_that_does_not_start_is_passed_over(asked: Asked) -> None:
    absent = Interpreter(Path("/absent"), (3, 14, 0), Path("/"), frozenset({"requests"}), ())
    assert choose({"a.py": "11 requests"}, absent, BARE, FURNISHED).interpreter is FURNISHED
    assert asked == [(14, 1), (13, 1), (14, 1), (11, 1)]
    with pytest.raises(ReadingError, match="Aucun Python"):
        choose({"a.py": "11"}, absent)


def test_a_real_python_reads_a_real_script() -> None:
    copy = submission({"a.py": b"import os\n", "b.py": b"def (\n"})
    known = Reading(copy, Machine([OURS], frozenset()), sandbox="none")
    known.follow([PurePosixPath("a.py"), PurePosixPath("b.py")])
    assert known.choose(PurePosixPath("a.py")).sources[0].imports == {"os"}
    assert known.choose(PurePosixPath("b.py")).broken.startswith("erreur de syntaxe à la ligne 1")
    assert [one.path for one in known.sources(PurePosixPath("a.py"))] == ["a.py"]
