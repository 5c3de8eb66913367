"""L'arène : on y est seul, maître chez soi, et rien n'en réchappe."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.sandbox import namespaces
from grader.sandbox.namespaces import (
    STRANGERS_COUNT,
    NamespaceError,
    bind,
    enter,
    mount,
    ordinary_user_exists,
    shut_in,
)
from tests.grader.world.arena import in_arena
from tests.support.sandbox import namespaces_exist, skip

FULL, NOBODY_ELSE = "0 0 4294967295\n", "0 0 1\n"
CONTAINER = "0 1000 1\n1 100000 65536\n"


PROC = Path("/proc")


def text(path: str) -> str:
    return (PROC / path).read_text(encoding="ascii")


def visible() -> list[str]:
    return [path.name for path in PROC.glob("[0-9]*")]


@in_arena
async def test_alone_and_master_of_the_place() -> None:
    assert (os.getpid(), os.getuid()) == (1, 0)
    assert visible() == ["1"]
    assert socket.gethostname() == "tp6"
    mount("tmpfs", Path("/mnt"), "tmpfs")
    os.close(os.open("/mnt/fichier", os.O_CREAT))


@in_arena
async def test_a_folder_is_shown_elsewhere_with_what_is_mounted_there() -> None:
    place = Path("/mnt")
    mount("tmpfs", place, "tmpfs")
    for name in ("source/dedans", "cible"):
        (place / name).mkdir(parents=True)
    mount("tmpfs", place / "source/dedans", "tmpfs")
    (place / "source/dedans/fichier").touch()
    bind(place / "source", place / "cible")
    assert (place / "cible/dedans/fichier").exists()


@in_arena
async def test_no_right_outside() -> None:
    with pytest.raises(PermissionError):
        os.mknod("/tmp/disque", 0o60666, os.makedev(254, 0))


@in_arena
async def test_strangers_of_the_arena() -> None:
    """Root en donne à l'arène ; une personne ordinaire n'en a pas."""
    rows = text("self/uid_map").splitlines()
    assert ordinary_user_exists() is (len(rows) == 2)
    if ordinary_user_exists():
        assert rows[1].split()[::2] == ["1", str(STRANGERS_COUNT)]
        assert os.getgroups() == []


@in_arena
async def test_first_to_go_when_memory_runs_out() -> None:
    assert text("self/oom_score_adj") == "1000\n"


@pytest.mark.parametrize(
    ("users", "groups", "expected"),
    [
        (FULL, FULL, 100_000),
        (CONTAINER, CONTAINER, 1000),
        (NOBODY_ELSE, NOBODY_ELSE, None),
        (FULL, NOBODY_ELSE, None),
        ("0 0 1500\n", FULL, None),
    ],
)
def test_strangers_are_taken_where_there_are_some(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    users: str,
    groups: str,
    expected: int | None,
) -> None:
    (tmp_path / "uid_map").write_text(users, encoding="ascii")
    (tmp_path / "gid_map").write_text(groups, encoding="ascii")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert namespaces._strangers(tmp_path) == expected


def test_only_root_gives_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert namespaces._strangers() is None


def test_refusal_has_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("non")

    def attempt() -> int:
        try:
            enter()
        except NamespaceError:
            return 3
        return 4

    monkeypatch.setattr(namespaces, "_libc", refuse)
    assert os.waitstatus_to_exitcode(os.waitpid(forked(attempt), 0)[1]) == 3


def forked(life: Callable[[], int]) -> int:
    """Un enfant qui ne fait que vivre cela ; son code de sortie est ce que la fonction renvoie."""
    process = os.fork()
    if process == 0:
        code = 99
        try:
            code = life()
        finally:
            os._exit(code)
    return process


def entered(life: Callable[[], int]) -> Callable[[], int]:
    def whole_life() -> int:
        enter()
        return life()

    return whole_life


@pytest.fixture
def namespaces_given() -> None:
    if not namespaces_exist():
        skip("le système refuse les espaces de noms")


@pytest.mark.usefixtures("namespaces_given")
def test_exit_code_comes_out() -> None:
    assert os.waitstatus_to_exitcode(os.waitpid(forked(entered(lambda: 7)), 0)[1]) == 7


@pytest.mark.usefixtures("namespaces_given")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_death_outside_ends_everything_inside(number: signal.Signals) -> None:
    """Le tube ne finit que quand le dernier processus de l'arène, un démon, a disparu."""
    alive, pulse = os.pipe()

    def life() -> int:
        code = "import os, time; os.setsid(); os.write(1, b'!'); time.sleep(100)"
        with subprocess.Popen([sys.executable, "-c", code], stdout=pulse):
            signal.pause()
        return 0

    process = forked(entered(life))
    os.close(pulse)
    assert os.read(alive, 1) == b"!"
    os.kill(process, number)
    os.waitpid(process, 0)
    if number == signal.SIGTERM:  # au retour de waitpid, tout a déjà fini
        os.set_blocking(alive, False)
    assert os.read(alive, 1) == b""
    os.close(alive)


@pytest.mark.usefixtures("namespaces_given")
def test_shut_in_one_folder_with_no_power(tmp_path: Path) -> None:
    (tmp_path / "dedans").touch()
    outside = tmp_path.parent

    def life() -> int:
        shut_in(tmp_path, Path("/sys"))
        assert os.listdir("/") == ["dedans"] == os.listdir(".")  # noqa: PTH208
        assert not outside.exists()
        Path("/fait").write_text("ici", encoding="ascii")
        with pytest.raises(PermissionError):
            os.chroot("/")
        with socket.socket() as trial, pytest.raises(ConnectionRefusedError):
            trial.connect(("192.0.2.1", 80))  # toute adresse y est la sienne
        return 5

    assert os.waitstatus_to_exitcode(os.waitpid(forked(life), 0)[1]) == 5
    assert (tmp_path / "fait").read_text(encoding="ascii") == "ici"


@pytest.mark.usefixtures("namespaces_given")
def test_what_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    def life() -> int:
        try:
            shut_in(tmp_path, tmp_path / "absent")
        except NamespaceError:
            return 3
        return 4

    assert os.waitstatus_to_exitcode(os.waitpid(forked(life), 0)[1]) == 3
