"""Trouver les Python de la machine, et choisir celui d'un script."""

import json
import os
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.discovery import interpreters
from grader.discovery.confined import ask
from grader.discovery.interpreters import (
    MODULES,
    Interpreter,
    KnownInterpreters,
    clean_environment,
    find_interpreters,
    neighbour,
)
from grader.sandbox.cell import Runtime

Fake = Callable[..., Path]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """Écrit un faux interpréteur, qui répond qu'il est de cette version."""

    def write(name: str, version: tuple[int, int, int], *modules: str, run: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        prefixes = [str(path.parent)] * 4
        answer: dict[str, object] = {
            "version": version,
            "executable": str(path),
            "prefixes": prefixes,
        }
        answer |= {"modules": {one: [str(path)] for one in modules}, "standard": ["os"]}
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
    for needed in (sys.executable, os.path.realpath(sys.executable), os.__file__, pytest.__file__):
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
    answer: dict[str, object] = {
        "version": (3, 12, 0),
        "executable": f"{tmp_path}/python3",
        "prefixes": ["/"] * 4,
    }
    answer |= {"modules": {}, "standard": []}
    fake("python3", (3, 12, 0), run=f"echo '{json.dumps(answer)}'")
    (one,) = find_interpreters()
    assert Path("/") not in one.folders
    assert {tmp_path, Path("/bin"), Path("/lib")} <= set(one.folders)


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
    parts = ("env/bin", "env/lib", "env/pyvenv.cfg", "local/bin")
    assert {tmp_path / part for part in parts} <= set(apart.folders)
    assert not {tmp_path, tmp_path / "local", tmp_path / "env"} & set(apart.folders)


def test_the_environments_beside_ours_are_searched(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("projet/.venv-3.13/bin/python3", (3, 13, 0))
    fake("projet/.venv-ailleurs/bin/python3", (3, 14, 0))
    for own in (".venv", ".venv-3.12"):
        monkeypatch.setattr(sys, "prefix", str(tmp_path / "projet" / own))
        assert neighbour("3.13") == tmp_path / "projet/.venv-3.13"
        assert [one.version for one in find_interpreters()] == [(3, 13, 0)]


def test_installed_they_are_in_ours(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("[venvs]/correcteur-tp6/python-3.13/bin/python3", (3, 13, 0))
    fake("[venvs]/correcteur-tp6-3.14/bin/python3", (3, 14, 0))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "[venvs]/correcteur-tp6"))
    monkeypatch.setattr(interpreters, "INSTALLED", True)
    assert neighbour("3.13") == tmp_path / "[venvs]/correcteur-tp6/python-3.13"
    assert [one.version for one in find_interpreters()] == [(3, 13, 0)]


@pytest.mark.sandbox
def test_what_a_pth_file_adds_is_neither_mounted_nor_counted(tmp_path: Path) -> None:
    """Une installation « éditable » : le dossier d'un projet, avec tout ce qu'il contient."""
    project = tmp_path / "projet"
    (project / "requests").mkdir(parents=True)
    (project / "requests/__init__.py").touch()
    (project / "cles.env").write_text("SECRET")
    # L'environnement est lui-même au milieu d'un projet, comme après « python -m venv . ».
    home = tmp_path / "maison"
    venv.create(home, symlinks=True, with_pip=False)
    (home / "secret.txt").write_text("SECRET")
    (site,) = home.glob("lib/python3.*/site-packages")
    (site / "editable.pth").write_text(f"{project}\n")
    (site / "rich.py").touch()
    one = interpreters._probe(home / "bin/python3", [*MODULES, "cles"])
    assert one is not None
    assert one.modules == {"rich"}
    assert set(one.missing) == set(MODULES) - {"rich"}
    for secret in (project, project / "cles.env", home / "secret.txt"):
        assert not any(secret.is_relative_to(folder) for folder in one.runtime.roots)
    command = "import os, rich, sys; print(os.path.exists(sys.argv[1]), sys.prefix)"
    data = f"{command}; print(os.listdir({str(home)!r}))".encode()
    shown = ask(
        one,
        "import sys; exec(sys.stdin.read())",
        data.replace(b"sys.argv[1]", repr(str(project)).encode()),
        20.0,
        sandbox="bwrap",
    ).decode()
    assert shown.startswith(f"False {home}\n")
    assert "secret.txt" not in shown


def test_other_modules_than_the_usual_ones_are_looked_for(fake: Fake) -> None:
    fake("python3", (3, 12, 0), "requests", "numpy")
    (one,) = find_interpreters(["numpy"])
    assert one.modules == {"requests", "numpy"}
    assert "numpy" not in one.missing
    assert one.standard == {"os"}


def test_a_standard_module_that_this_machine_lacks_is_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(interpreters, "OPTIONAL", {"tkinter": "_absent", "sqlite3": "sys"})
    ours = interpreters._probe(Path(sys.executable), ["sys"])
    assert ours is not None
    assert {"asyncio", "sqlite3"} <= ours.standard
    assert "tkinter" not in ours.standard


def test_the_certificates_a_python_trusts_are_known(tmp_path: Path) -> None:
    bundle = tmp_path / "lib/python3.12/site-packages/certifi/cacert.pem"
    one = Interpreter(
        Path("/x/python"), (3, 12, 1), tmp_path, frozenset(), (tmp_path, Path("/usr/x"))
    )
    assert one.runtime.authorities == ()
    bundle.parent.mkdir(parents=True)
    bundle.touch()
    assert one.runtime == Runtime(Path("/x/python"), (tmp_path,), (bundle,))


def test_the_clean_environment_says_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/ici")
    assert clean_environment() == {"LC_ALL": "C.UTF-8", "PATH": os.defpath}


def test_a_class_looks_for_them_once(fake: Fake) -> None:
    """Sauf pour une copie qui veut d'autres modules."""
    counted = 'echo x >> "$0.log"; '
    first = fake("python3.12", (3, 12, 1), "requests")
    answer = first.read_text().partition("\n")[2]
    first.write_text(f"#!/bin/sh\n{counted}{answer}")
    known = KnownInterpreters()
    before = found()
    assert [one.path.name for one in known()] == [one.path.name for one in known()] == before
    log = first.with_name("python3.12.log")
    asked = len(log.read_text())
    assert [one.path.name for one in known()] == before
    assert len(log.read_text()) == asked
    assert [one.path.name for one in known({"numpy"})] == before
    assert len(log.read_text()) > asked
