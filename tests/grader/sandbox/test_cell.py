"""La cellule : ce qu'on y lit sans se faire piéger, et la commande qui y enferme."""

import os
import pty
import socket
import stat
import subprocess
import sys
from pathlib import Path, PurePosixPath
from unittest import mock

import pytest

from grader.driving.waiting import waits
from grader.sandbox import leftovers
from grader.sandbox.appetite import processes_of
from grader.sandbox.cell import HOME, PLACE, BubblewrapCell, PlainCell, Runtime, prepare_system
from grader.sandbox.limits import CellLimits
from tests.grader.world.arena import in_arena
from tests.support.privileges import ordinary_user
from tests.support.waiting import wait_until

PAGE = PurePosixPath("/tmp/web_page")
RUNTIME = Runtime(Path("/opt/python/bin/python3"), (Path("/opt/python"),), (Path("/opt/ca.pem"),))


@pytest.fixture
def cell(tmp_path: Path) -> BubblewrapCell:
    """Une cellule sans arène : ses dossiers seulement."""
    made = BubblewrapCell(tmp_path / "home", tmp_path / "tmp", tmp_path / "log", CellLimits())
    for folder in (made.home, made.tmp, made.log):
        folder.mkdir()
    made.system, made.filter = tmp_path / "system", 9
    made.shared_memory = tmp_path / "shm"
    return made


def test_reads_a_file_up_to_the_limit(cell: BubblewrapCell) -> None:
    (cell.tmp / "web_page").write_bytes(b"0123456789")
    assert cell.read(PAGE, 100) == b"0123456789"
    assert cell.read(PAGE, 4) == b"0123"
    assert cell.read(HOME / "absent", 4) is None


def test_reads_below_home(cell: BubblewrapCell) -> None:
    cell.copy.mkdir()
    (cell.copy / "web_page").write_bytes(b"page")
    assert cell.read(HOME / "tp6/web_page", 100) == b"page"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/tmp", "/tmp/../log/secret", "/tmp/a\0b", f"/tmp/{'x' * 300}", "/"]
)
def test_reads_nothing_elsewhere(cell: BubblewrapCell, path: str) -> None:
    (cell.log / "secret").write_text("secret", encoding="ascii")
    assert cell.read(PurePosixPath(path), 100) is None


def test_never_follows_a_link(cell: BubblewrapCell, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="ascii")
    (cell.tmp / "web_page").symlink_to(secret)
    (cell.tmp / "folder").symlink_to(tmp_path)
    assert cell.read(PAGE, 100) is None
    assert cell.read(PurePosixPath("/tmp/folder/secret"), 100) is None


def test_never_waits_on_what_is_not_a_file(cell: BubblewrapCell) -> None:
    os.mkfifo(cell.tmp / "fifo")
    (cell.tmp / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as local:
        local.bind(str(cell.tmp / "socket"))
    for name in ("fifo", "folder", "socket"):
        assert cell.read(PurePosixPath("/tmp", name), 100) is None


def test_keeps_no_descriptor(cell: BubblewrapCell) -> None:
    (cell.tmp / "folder").mkdir()
    (cell.tmp / "web_page").touch()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (PAGE, PurePosixPath("/tmp/folder"), PurePosixPath("/tmp/folder/absent")):
        cell.read(path, 10)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_plants_what_the_program_can_replace(cell: BubblewrapCell) -> None:
    cell.plant(PAGE, b"avant")
    assert cell.read(PAGE, 10) == b"avant"
    assert stat.S_IMODE((cell.tmp / "web_page").stat().st_mode) == 0o666
    cell.plant(PurePosixPath("/tmp/" + "x" * 300), b"nom impossible")


def test_lists_regular_files_only(cell: BubblewrapCell, tmp_path: Path) -> None:
    for name in ("b", "a", "tp6/deep/c", "\udcff"):
        file = cell.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (cell.tmp / "page").touch()
    (cell.tmp / "link").symlink_to(cell.home / "a")
    (cell.tmp / "elsewhere").symlink_to(tmp_path)
    os.mkfifo(cell.tmp / "fifo")
    found = ["/tmp/page", *(f"{HOME}/{name}" for name in ("a", "b", "\udcff", "tp6/deep/c"))]
    assert [str(path) for path in cell.files()] == found


def test_lists_a_bounded_number(cell: BubblewrapCell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "MAX_LISTED", 20)
    for number in range(30):
        (cell.tmp / f"d{number}").mkdir()
        (cell.tmp / f"f{number}").touch()
    assert 0 < len(list(cell.files())) <= 20


def test_gets_out_of_any_labyrinth(cell: BubblewrapCell) -> None:
    """Plus profond que ne descend une récursion."""
    here = os.open(cell.home, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        assert list(cell.files()) == []
    finally:
        subprocess.run(["rm", "-r", cell.home / "d"], check=True)  # Python, lui, s'y perdrait


def options(cell: BubblewrapCell) -> str:
    return " ".join(cell.command(RUNTIME, ["serveur.py", "-p", "1"], "part2"))


def test_command_of_a_program(cell: BubblewrapCell, tmp_path: Path) -> None:
    command = options(cell)
    assert command.endswith("setsid --ctty /opt/python/bin/python3 serveur.py -p 1")
    assert f"--chdir {HOME}/tp6/part2" in command
    assert f"--ro-bind {tmp_path}/system/roots/opt/python /opt/python" in command
    assert "ca-certificates.crt /opt/ca.pem" in command
    assert "--seccomp 9" in command
    for limit in ("--nproc=64", "--as=2000000000", "--fsize=32000000", "--cpu=20"):
        assert limit in command.partition(" -- ")[2]
    binds = command.partition(" -- ")[0]
    assert binds.index("--remount-ro /dev") < binds.index("--remount-ro / ")


def test_own_code_is_not_counted_with_the_other_processes_of_the_account(tmp_path: Path) -> None:
    cell = PlainCell.create(tmp_path / "cell", CellLimits(), {"SSL_CERT_FILE": "ca.pem"})
    command = cell.command(RUNTIME, ["serveur.py"], "part2")
    assert not any(word.startswith("--nproc") for word in command)
    assert command[:3] == ["env", "-C", str(cell.copy / "part2")]
    assert cell.options["env"]["SSL_CERT_FILE"] == "ca.pem"
    mine = {name for name in cell.options["env"] if name.startswith("PYTHON")}
    assert mine == {"PYTHONWARNINGS"}


def test_a_lower_limit_of_the_machine_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """prlimit ne saurait la relever, et l'on croirait que la copie échoue."""
    monkeypatch.setattr("resource.getrlimit", lambda _: (100, 100))
    command = PlainCell.create(tmp_path / "cell", CellLimits(), {}).command(RUNTIME, ["x.py"], ".")
    assert {"--nofile=100", "--as=100", "--fsize=100", "--cpu=20"} <= set(command)


def test_the_environment_of_the_person_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LANGUAGE", "COLUMNS", "NO_COLOR", "PYTHONPATH", "PYTHONUTF8"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LANG", "fr_FR")
    environment = PlainCell.create(tmp_path / "cell", CellLimits(), {}).options["env"]
    assert environment["LANG"] == "C.UTF-8"
    assert "x" not in environment.values()


def test_own_tmp_is_not_searched(tmp_path: Path) -> None:
    cell = PlainCell.create(tmp_path / "cell", CellLimits(), {})
    (cell.home / "page").touch()
    assert list(cell.files()) == [HOME / "page"]


INSIDE = """
import os, sys
from pathlib import Path
status = Path("/proc/self/status").read_text()
fields = dict(line.split(":", 1) for line in status.splitlines())
print(os.getuid(), os.getgid(), os.getcwd(), sorted(os.listdir("/proc/self/fd"))[:3])
print(*(fields[name].strip() for name in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp")))
print(sorted(name for name in os.environ if name not in ("PWD", "LC_CTYPE")))
print(len(list(Path("/proc").glob("[0-9]*"))))
for path in ("/", "/usr", "/etc", "/dev", "/dev/pts", "/proc/1/mem"):
    print(path, os.access(path, os.W_OK))
print(Path("/proc/self/limits").read_text() == Path("/proc/1/limits").read_text())
print(oct(os.umask(0)), os.nice(0))
for path in ("/tmp", "/var/log", "/var/log/chat_room", "/dev/shm", "/home/etudiant"):
    Path(path, "essai").write_text("")
"""
SEEN_INSIDE = [
    "1000 1000 /home/etudiant/tp6 ['0', '1', '2']",
    "0000000000000000 0000000000000000 1 2",
    "['HOME', 'LANG', 'LOGNAME', 'PATH', 'PYTHONWARNINGS', 'SSL_CERT_FILE', 'TERM', 'USER']",
    "2",
    *(f"{path} False" for path in ("/", "/usr", "/etc", "/dev", "/dev/pts", "/proc/1/mem")),
    "True",
    f"0o22 {min(os.nice(0) + 5, 19)}",  # les tests eux-mêmes sont peut-être lancés par nice
]


def prepared(source: str) -> tuple[BubblewrapCell, list[str]]:
    """Une cellule de l'arène où l'on est, et de quoi y lancer ce script."""
    roots = {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    outside = tuple(root for root in roots if not root.is_relative_to("/usr"))
    runtime = Runtime(Path(sys.executable), outside)
    prepare_system(PLACE, [runtime], b"")
    cell = BubblewrapCell.create(PLACE, 0, CellLimits())
    cell.copy.mkdir()
    (cell.copy / "script.py").write_text(source, encoding="utf-8")
    return cell, cell.command(runtime, ["script.py"], ".")


def live(source: str) -> tuple[int, list[str], BubblewrapCell]:
    """Lance ce script dans une cellule ; son code de sortie, ce qu'il y écrit, la cellule."""
    cell, command = prepared(source)
    master, slave = pty.openpty()
    done = subprocess.run(
        command, stdin=slave, stdout=slave, stderr=slave, check=False, **cell.options
    )
    os.close(slave)
    return done.returncode, os.read(master, 100_000).decode().splitlines(), cell


@in_arena
async def test_life_in_a_cell() -> None:
    code, written, cell = live(INSIDE)
    assert (code, written) == (0, SEEN_INSIDE), written
    for folder in (cell.tmp, cell.log, cell.shared_memory, cell.home):
        assert (folder / "essai").is_file()


@pytest.mark.parametrize("shown", [Path("/usr"), Path("/opt/python")])
def test_the_installed_grader_is_hidden_wherever_it_is(
    shown: Path, cell: BubblewrapCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = shown / "lib/python3.13/site-packages/correcteur_tp6"
    monkeypatch.setattr("grader.sandbox.cell.ROOT", own)
    hidden = f"--ro-bind {cell.system}/nothing/folder {own} "
    assert hidden not in options(cell)  # un dépôt : son .venv est dedans
    monkeypatch.setattr("grader.sandbox.cell.INSTALLED", True)
    assert hidden in options(cell)
    monkeypatch.setattr("grader.sandbox.cell.ROOT", Path("/home/prof/tp6"))
    assert options(cell).count("nothing/folder") == 1


NEIGHBOUR = str(Path(pytest.__file__).resolve().parent)


@in_arena
async def test_the_installed_grader_is_not_shown() -> None:
    """pytest est à sa place : dans l'environnement que montre la cellule."""
    with mock.patch.multiple("grader.sandbox.cell", INSTALLED=True, ROOT=NEIGHBOUR):
        code, written, _ = live(f"import os; print(os.listdir({NEIGHBOUR!r}))")
    assert (code, written) == (0, ["[]"])


def known_without_privileges() -> list[bool]:
    """Dit-on, sans privilèges, que dorment le processus 1 et le script d'une cellule ?"""
    cell, command = prepared("import time; time.sleep(60)\n")
    words = [word for word in command if word not in ("setsid", "--ctty")]  # sans terminal
    with subprocess.Popen(words, **cell.options) as program:
        wait_until(lambda: len(processes_of(program.pid)) == 3, "la cellule ne démarre pas")
        _, init, python = processes_of(program.pid)

        def known() -> list[bool]:
            return [wait.known for wait in waits([init, python]) or ()]

        wait_until(lambda: known() == [True, True], lambda: str(waits([init, python])))
        with ordinary_user():
            ordinary = known()
        program.kill()
    return ordinary


@in_arena
async def test_whoever_grades_is_told_that_the_cell_sleeps() -> None:
    """Son processus 1 ne s'ouvre qu'à root : on sait pourtant qu'il attend, lui et lui seul."""
    assert known_without_privileges() == [True, False]
