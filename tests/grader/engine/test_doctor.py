"""Le docteur : ce qui manque à la machine, et la commande qui y remédie."""

import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.discovery import interpreters
from grader.discovery.interpreters import MODULES, Interpreter
from grader.engine import doctor
from grader.engine.doctor import CONTAINER, Finding, usable
from grader.sandbox.namespaces import NamespaceError

pytestmark = pytest.mark.sandbox  # ce qui n'y va pas est ce que le test y a mis
APPARMOR = "kernel/apparmor_restrict_unprivileged_userns"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Un dossier où tout utilisateur peut lire, ce que n'est pas celui de pytest."""
    with tempfile.TemporaryDirectory(prefix="tp6-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(autouse=True)
def leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    temporary = folder / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    assert list(temporary.iterdir()) == []


@pytest.fixture
def commands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Un PATH où ne se trouvent que les commandes d'util-linux."""
    folder = folder / "bin"
    folder.mkdir()
    for name in ("prlimit", "setsid"):
        (folder / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def fake_bwrap(folder: Path, version: str) -> None:
    script = folder / "bwrap"
    script.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] && echo "bubblewrap {version}" && exit\n'
        'echo "bwrap: setting up uid map: Permission denied" >&2; exit 1\n',
        encoding="ascii",
    )
    script.chmod(0o755)


def wrong() -> list[Finding]:
    return [finding for finding in doctor.shelter() if not finding.ok]


def refuse() -> None:
    raise NamespaceError("[Errno 1] Operation not permitted: 'unshare'")


def test_this_machine() -> None:
    findings = doctor.shelter()
    assert all(finding.ok and not finding.remedy for finding in findings)
    assert [finding.name for finding in findings[-2:]] == [doctor.CELL, doctor.SLEEP]


@pytest.mark.usefixtures("commands")
def test_bubblewrap_is_missing() -> None:
    assert wrong() == [Finding("bwrap", False, "absent", "sudo apt install bubblewrap")]
    assert usable() == "bwrap : absent"


def test_bubblewrap_is_too_old(commands: Path) -> None:
    fake_bwrap(commands, "0.6.1")
    (finding,) = wrong()
    assert finding.detail.startswith("bubblewrap 0.6.1, il faut 0.8")


def test_bubblewrap_does_not_work(commands: Path) -> None:
    fake_bwrap(commands, "0.11.0")
    (finding,) = wrong()
    assert finding.name.startswith("Cellule")
    assert "setting up uid map: Permission denied" in finding.detail


def test_util_linux_is_missing(commands: Path) -> None:
    (commands / "setsid").unlink()
    assert wrong()[-1] == Finding("setsid", False, "absent", "sudo apt install util-linux")


def test_namespaces_are_refused(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(doctor, "enter", refuse)
    monkeypatch.setattr(doctor, "SYSCTL", folder / "sys")
    (finding,) = wrong()
    assert finding.name.startswith("Arène")
    assert "Operation not permitted" in finding.detail
    assert finding.remedy == CONTAINER
    assert usable() == f"{finding.name} : {finding.detail}"


@pytest.mark.parametrize(("value", "named"), [("1", True), ("0", False)])
def test_apparmor_is_named_when_it_refuses(
    monkeypatch: pytest.MonkeyPatch, folder: Path, value: str, named: bool
) -> None:
    setting = folder / "sys" / APPARMOR
    setting.parent.mkdir(parents=True)
    setting.write_text(f"{value}\n", encoding="ascii")
    monkeypatch.setattr(doctor, "enter", refuse)
    monkeypatch.setattr(doctor, "SYSCTL", folder / "sys")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)  # root n'en est pas gêné
    (finding,) = wrong()
    assert (finding.remedy == doctor.SETTINGS[APPARMOR][1]) is named


def test_experiment_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "enter", lambda: os._exit(1))
    (finding,) = wrong()
    assert finding.detail == "l'essai n'a pas abouti"


def test_another_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    (finding,) = wrong()
    assert (finding.name, finding.detail) == ("Linux", "il en faut un, et non darwin")


def test_python_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    finding = wrong()[0]
    assert (finding.name, finding.remedy) == ("Python", "sudo apt install python3.11")


Limits = dict[int, tuple[int, int]]


@pytest.fixture
def ulimit(monkeypatch: pytest.MonkeyPatch) -> Limits:
    """Les limites que l'on dit, et un compte ordinaire."""
    limits: Limits = {}
    real = resource.getrlimit
    monkeypatch.setattr(resource, "getrlimit", lambda kind: limits.get(kind) or real(kind))
    monkeypatch.setattr(os, "getuid", lambda: 12_345_678)
    return limits


def test_too_few_files(ulimit: Limits) -> None:
    ulimit[resource.RLIMIT_NOFILE] = (100, 100)
    (finding,) = wrong()[:1]
    assert finding.detail == "100 au plus (ulimit -Hn), il en faut 256"
    assert "limits.conf" in finding.remedy
    assert doctor.cramped() == f"Fichiers ouverts : {finding.detail}"


@pytest.mark.parametrize(("hard", "remedy"), [(12, "limits.conf"), (5000, "ulimit -u 200")])
def test_too_few_processes(hard: int, remedy: str, ulimit: Limits) -> None:
    ulimit[resource.RLIMIT_NPROC] = (12, hard)
    (finding,) = wrong()[:1]
    assert finding.detail == "12 au plus pour ce compte (ulimit -u), il en faut 200"
    assert remedy in finding.remedy
    assert doctor.cramped().endswith("il en faut 40")  # sans bac à sable, un contrôle à la fois


def test_other_programs_of_the_account_count(ulimit: Limits) -> None:
    ulimit[resource.RLIMIT_NPROC] = (41, 41)
    assert doctor.cramped() == ""
    ulimit[resource.RLIMIT_NPROC] = (39, 39)
    assert doctor.cramped()


def test_root_has_no_such_limit(ulimit: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    ulimit[resource.RLIMIT_NPROC] = (12, 12)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert doctor.cramped() == ""


def python(version: tuple[int, int, int], *missing: str) -> Interpreter:
    name = f"python{version[0]}.{version[1]}"
    modules = frozenset(MODULES) - set(missing)
    return Interpreter(Path("/opt", name), version, Path("/opt"), modules, ())


def test_each_python_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Un remède à celui dont la version n'est nulle part équipée ; aux autres, inutile."""
    found = [python((3, 13, 1), "aiohttp", "yaml"), python((3, 12, 1)), python((3, 12, 0), "yaml")]
    monkeypatch.setattr(doctor, "find_interpreters", lambda: found)
    newest, whole, other = doctor.diagnose()[-3:]
    assert newest.ok
    assert (newest.name, newest.detail) == (
        "Copies, Python 3.13.1",
        "/opt/python3.13, sans aiohttp, yaml",
    )
    assert newest.remedy.startswith("make doctor VENV=.venv-3.13 PYTHON=/opt/python3.13")
    assert (whole.detail, whole.remedy) == ("/opt/python3.12, tout y est", "")
    assert (other.detail, other.remedy) == ("/opt/python3.12, sans yaml", "")


def test_installed_there_is_no_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_interpreters", lambda: [python((3, 13, 1), "yaml")])
    for module in (doctor, interpreters):
        monkeypatch.setattr(module, "INSTALLED", True)
    monkeypatch.setattr(sys, "prefix", "/home/prof/les outils/correcteur-tp6")
    (remedy,) = (finding.remedy for finding in doctor.diagnose()[-1:])
    make, install = remedy.split(" && ")
    assert make == "/opt/python3.13 -m venv '/home/prof/les outils/correcteur-tp6/python-3.13'"
    pip = "'/home/prof/les outils/correcteur-tp6/python-3.13'/bin/pip install requests aiohttp "
    assert install.startswith(pip)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert doctor.diagnose()[-1].remedy == ""


@pytest.mark.parametrize(("scope", "remedy"), [("3", "10-ptrace.conf"), ("1", CONTAINER)])
def test_a_system_that_hides_what_programs_wait_for(
    scope: str, remedy: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = folder / "sys/kernel/yama/ptrace_scope"
    setting.parent.mkdir(parents=True)
    setting.write_text(f"{scope}\n", encoding="ascii")
    monkeypatch.setattr(doctor, "SYSCTL", folder / "sys")
    monkeypatch.setattr(doctor, "_opaque", lambda _: "Permission denied")
    last = doctor.shelter()[-1]
    assert last.ok
    assert last.detail == "refusé (Permission denied) : certains contrôles ne seront pas jugés"
    assert remedy in last.remedy


def test_what_a_sleeping_program_waits_for_is_really_read() -> None:
    assert doctor._opaque(os.getpid()) == ""
    assert doctor._opaque(2**22 + 1) == "il n'existe pas"
