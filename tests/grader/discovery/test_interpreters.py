"""Trouver les Python de la machine, et choisir celui d'un script."""

import json
import os
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.discovery import interpreters
from grader.discovery.interpreters import Interpreter, choose, find_interpreters, parses

Fake = Callable[..., Path]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """Écrit un faux interpréteur, qui répond qu'il est de cette version."""

    def write(name: str, version: tuple[int, int, int], *modules: str, run: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        prefixes = [str(path.parent)] * 4
        answer = {"version": version, "executable": str(path), "prefixes": prefixes}
        answer |= {"path": [], "modules": modules}
        command = run or f"echo '{json.dumps(answer)}'"
        path.write_text(f"#!/bin/sh\n{command}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ni les autres Python de cette machine, ni ses environnements voisins."""
    monkeypatch.setattr(sys, "executable", "/absent")
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(interpreters, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)


def found() -> list[str]:
    return [one.path.name for one in find_interpreters()]


def test_ours_is_found_with_its_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    (ours,) = [one for one in find_interpreters() if str(one.path) == sys.executable]
    assert ours.version == sys.version_info[:3]
    assert ours.label == "{}.{}.{}".format(*sys.version_info)
    assert ours.prefix == Path(sys.prefix)
    assert {"requests", "aiohttp", "aiofiles", "aioconsole"} <= ours.modules
    for needed in (sys.executable, os.path.realpath(sys.executable), sys.base_prefix, os.__file__):
        assert any(Path(needed).is_relative_to(folder) for folder in ours.folders)


def test_the_list_of_this_machine_is_sorted_and_without_duplicates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    everything = find_interpreters()
    assert [one.version for one in everything] == sorted(
        (one.version for one in everything), reverse=True
    )
    assert len({(os.path.realpath(one.path), one.prefix) for one in everything}) == len(everything)
    for one in everything:
        assert one.version >= (3, 11)
        assert one.folders
        assert Path("/") not in one.folders
        assert not any(above in one.folders for folder in one.folders for above in folder.parents)


def test_the_newest_first_then_the_best_provided(fake: Fake) -> None:
    fake("python3", (3, 12, 1))
    fake("python3.12", (3, 12, 1), "requests")
    fake("python3.13", (3, 13, 0))
    fake("python3.11", (3, 11, 9), "requests", "rich")
    fake("python3.99", (3, 9, 9))
    fake("python3.5000", (2, 7, 18))
    fake("python3-config", (3, 14, 0))
    assert found() == ["python3.13", "python3.12", "python3", "python3.11"]
    assert find_interpreters()[1].modules == {"requests"}


def test_an_old_one_is_not_even_run(fake: Fake, tmp_path: Path) -> None:
    fake("python3.10", (3, 14, 0), run=f"touch {tmp_path}/lancé")
    assert found() == []
    assert not (tmp_path / "lancé").exists()


def test_what_does_not_answer_is_left_out(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake("python3.12", (3, 12, 0))
    for number, run in enumerate(("exit 1", "echo bonjour", "echo '{}'", "echo 3", "kill -9 $$")):
        fake(f"python3.2{number}", (3, 20, 0), run=run)
    fake("python3.30", (3, 30, 0)).chmod(0o644)
    monkeypatch.setattr(interpreters, "PROBE_SECONDS", 1.0)
    fake("python3.31", (3, 31, 0), run="exec sleep 60")
    assert found() == ["python3.12"]


def test_nothing_is_run_from_the_current_folder_nor_through_a_shim(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("copie/python3", (3, 14, 0), run=f"touch {tmp_path}/lancé")
    fake("shims/python3", (3, 14, 0), run=f"touch {tmp_path}/lancé")
    monkeypatch.chdir(tmp_path / "copie")
    monkeypatch.setenv("PATH", f".::../copie:{tmp_path}/shims:{tmp_path}/absent")
    assert found() == []
    assert not (tmp_path / "lancé").exists()


def test_the_environment_of_the_teacher_stays_out(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fake("python3", (3, 12, 0))
    answer = path.read_text().partition("\n")[2]
    fake("python3", (3, 12, 0), run=f'[ -z "$SECRET$HOME" ] && {answer}')
    monkeypatch.setenv("SECRET", "mot de passe")
    assert found() == ["python3"]


def test_the_whole_machine_is_never_to_be_mounted(fake: Fake, tmp_path: Path) -> None:
    answer = {"version": (3, 12, 0), "executable": f"{tmp_path}/python3", "prefixes": ["/"] * 4}
    answer |= {"path": ["/usr/lib", "/absent", ""], "modules": []}
    fake("python3", (3, 12, 0), run=f"echo '{json.dumps(answer)}'")
    (one,) = find_interpreters()
    assert one.folders == (tmp_path, Path("/usr/lib"))


def test_pyenv_is_searched(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake("home/.pyenv/versions/3.12.1/bin/python3", (3, 12, 1))
    fake("pyenv/versions/3.13.0/bin/python3", (3, 13, 0))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert [one.version for one in find_interpreters()] == [(3, 13, 0), (3, 12, 1)]


def test_a_pyenv_that_is_not_ours_is_left_alone(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("home/.pyenv/versions/3.12.1/bin/python3", (3, 12, 1))
    glob = Path.glob

    def refused(path: Path, pattern: str) -> Iterator[Path]:
        if path.name == "secret":
            raise PermissionError(13, "Permission denied", str(path))
        return glob(path, pattern)

    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "secret"))
    monkeypatch.setattr(Path, "glob", refused)
    assert [one.version for one in find_interpreters()] == [(3, 12, 1)]


def test_links_to_one_interpreter_count_once_but_an_environment_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info[1]}"
    for name in ("python3", "python3.11", "python3.12", "local/bin/python3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(base)
    (tmp_path / "python3.13").write_text(f'#!/bin/sh\nexec {tmp_path}/env/bin/python3 "$@"\n')
    (tmp_path / "python3.13").chmod(0o755)
    monkeypatch.undo()
    venv.create(tmp_path / "env", symlinks=True, with_pip=False)
    (tmp_path / "env/bin/python").unlink()
    (tmp_path / "env/bin/python").symlink_to(tmp_path / "local/bin/python3")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "env/bin/python"))
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(interpreters, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{tmp_path}/env/bin")
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    everything = find_interpreters()
    assert sorted(one.prefix for one in everything) == sorted(
        [tmp_path / "env", Path(sys.base_prefix)]
    )
    (apart,) = [one for one in everything if one.prefix == tmp_path / "env"]
    assert apart.path.parent == tmp_path / "env/bin"
    assert apart.modules == frozenset()
    assert {tmp_path / "env", tmp_path / "local/bin"} <= set(apart.folders)
    assert not {tmp_path, tmp_path / "local"} & set(apart.folders)


def test_the_environments_beside_ours_are_searched(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("projet/.venv-3.13/bin/python3", (3, 13, 0))
    fake("projet/.venv-ailleurs/bin/python3", (3, 14, 0))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "projet/.venv"))
    assert [one.version for one in find_interpreters()] == [(3, 13, 0)]


def made(path: str | Path, minor: int, *modules: str) -> Interpreter:
    return Interpreter(Path(path), (3, minor, 0), Path("/p"), frozenset(modules), ())


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.undo()
    return sys.executable


@pytest.mark.parametrize(
    ("needed", "minor"),
    [
        ((), 13),
        (("requests",), 12),
        (("requests", "rich"), 11),
        (("rich",), 11),
        (("rich", "aiohttp"), 12),
        (("numpy",), 13),
        (("requests", "numpy"), 12),
    ],
)
def test_chooses_the_newest_that_has_the_modules(
    needed: tuple[str, ...], minor: int, real: str
) -> None:
    three = [
        made(real, 11, "requests", "rich"),
        made(real, 13),
        made(real, 12, "requests", "aiohttp"),
    ]
    assert choose(three, frozenset(needed), b"print(1)").version == (3, minor, 0)


def test_the_syntax_matters_more_than_the_modules(fake: Fake) -> None:
    too_old = fake("vieux", (0, 0, 0), run="exit 1")
    recent = fake("neuf", (0, 0, 0), run="exit 0")
    four = [made(too_old, 11, "requests"), made(recent, 12), made(recent, 13), made(recent, 14)]
    assert choose(four, frozenset({"requests"}), b"").version == (3, 14, 0)
    assert choose(four[:1] * 2, frozenset(), b"").version == (3, 11, 0)
    with pytest.raises(LookupError, match=r"Python 3\.11"):
        choose([], frozenset(), b"")


def test_one_question_for_each_version(fake: Fake, tmp_path: Path) -> None:
    run = f"echo x >> {tmp_path}/fois; exit 1"
    no = fake("non", (0, 0, 0), run=run)
    choose([made(no, 11), made(no, 11, "rich"), made(no, 12)], frozenset(), b"")
    assert (tmp_path / "fois").read_text() == "x\nx\n"


def test_parses_and_never_runs(real: str, tmp_path: Path) -> None:
    interpreter = made(real, 11)
    assert parses(interpreter, f"open('{tmp_path}/lancé', 'w')".encode())
    assert not (tmp_path / "lancé").exists()
    assert parses(interpreter, b"# coding: latin-1\nx = '\xe9'")
    for wrong in (b"def f(:", b"a\0b", b"x = '\xe9'", b"1" + b"+1" * 200_000, b"-" * 100_000):
        assert not parses(interpreter, wrong)
    assert not parses(made("/absent", 11), b"")


def test_a_script_too_long_to_parse_gets_the_benefit_of_the_doubt(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "PARSE_SECONDS", 0.1)
    assert parses(made(fake("lent", (0, 0, 0), run="exec sleep 60"), 11), b"")
