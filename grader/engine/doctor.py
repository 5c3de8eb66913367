"""Ce qu'il faut à cette machine pour corriger à l'abri, et la commande qui y remédie."""

import json
import os
import re
import resource
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.discovery.interpreters import (
    MODULES,
    OLDEST,
    Interpreter,
    find_interpreters,
    neighbour,
)
from grader.discovery.modules import to_install
from grader.model.origin import INSTALLED
from grader.sandbox.appetite import processes_of
from grader.sandbox.cell import PLACE, BubblewrapCell, Runtime, prepare_system
from grader.sandbox.inherited import forget, stops_held
from grader.sandbox.limits import CellLimits
from grader.sandbox.namespaces import NamespaceError, enter
from wording.reasons import reason

OLDEST_BUBBLEWRAP = (0, 8)  # --disable-userns
TOOLS = {"prlimit": "util-linux", "setsid": "util-linux"}
SYSCTL = Path("/proc/sys")
APPARMOR = "kernel/apparmor_restrict_unprivileged_userns"
# Réglages du noyau qui refusent les espaces de noms : la valeur gênante et le remède. Le premier ne
# gêne pas root.
SETTINGS = {
    APPARMOR: (
        "1",  # Ubuntu, depuis 23.10
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    "kernel/unprivileged_userns_clone": ("0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    "user/max_user_namespaces": ("0", "sudo sysctl -w user.max_user_namespaces=15000"),
}
CONTAINER = (
    "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined …"
)
HELLO = "bonjour de la cellule"
# Dit bonjour, puis dort jusqu'à ce qu'on lui parle : de quoi voir dans quel appel système il dort.
GREETER = f"print({HELLO!r}, flush=True); input()"
CELL = "Cellule : Python y tourne sous bubblewrap"
SLEEP = "Savoir ce qu'attend un programme qui dort"
FEWEST_FILES = 256  # ouverts à la fois, ce que le bac à sable permet à une copie
# Fils compris : quatre contrôles de front, chacun ses programmes ; sans bac à sable, un à la fois.
FEWEST_PROCESSES, ONE_AT_A_TIME = 200, 40
NOFILE = "echo '* hard nofile 4096' | sudo tee -a /etc/security/limits.conf, puis se reconnecter"
NPROC = "echo '* hard nproc 4096' | sudo tee -a /etc/security/limits.conf, puis se reconnecter"
TRIAL_SECONDS = 10.0  # sur une machine très chargée ; d'ordinaire 0,1 s


@dataclass(frozen=True)
class Finding:
    name: str
    ok: bool  # on peut corriger
    detail: str = ""
    remedy: str = ""  # la commande à taper, utile même quand on peut corriger


def diagnose() -> list[Finding]:
    """Tout ce qui compte, dans l'ordre où l'un a besoin de l'autre ; une seconde."""
    return [*shelter(), *_pythons(find_interpreters())]


def shelter() -> list[Finding]:
    """Ce qu'il faut au bac à sable ; ce que l'on a essayé pour de bon est à la fin."""
    findings = [_system(), _python(), _bubblewrap(), *map(_tool, TOOLS)]
    if findings[0].ok:
        findings += [_files(), _processes(FEWEST_PROCESSES)]
        findings += _arena(with_cell=all(finding.ok for finding in findings))
    return findings


def usable() -> str:
    """Pourquoi le bac à sable ne marche pas ici ; vide s'il marche."""
    wrong = next((finding for finding in shelter() if not finding.ok), None)
    return f"{wrong.name} : {wrong.detail}" if wrong else ""


def cramped() -> str:
    """Ce que la machine permet de trop peu, même sans bac à sable ; vide si cela suffit."""
    wrong = next((one for one in (_files(), _processes(ONE_AT_A_TIME)) if not one.ok), None)
    return f"{wrong.name} : {wrong.detail}" if wrong else ""


def _system() -> Finding:
    linux = sys.platform == "linux"
    detail = os.uname().release if linux else f"il en faut un, et non {sys.platform}"
    return Finding("Linux", linux, detail)


def _python() -> Finding:
    wanted = ".".join(map(str, OLDEST))
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST:
        return Finding("Python", True, found)
    detail = f"{found}, il faut {wanted} ou plus récent"
    return Finding("Python", False, detail, f"sudo apt install python{wanted}")


def _bubblewrap() -> Finding:
    remedy = "sudo apt install bubblewrap"
    path = shutil.which("bwrap")
    if not path:
        return Finding("bwrap", False, "absent", remedy)
    shown = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(map(int, re.findall(r"\d+", shown)[:2]))
    if version < OLDEST_BUBBLEWRAP:
        wanted = ".".join(map(str, OLDEST_BUBBLEWRAP))
        detail = f"{shown.strip() or path}, il faut {wanted} (Debian 12, Ubuntu 23.04)"
        return Finding("bwrap", False, detail, remedy)
    return Finding("bwrap", True, f"{path}, {shown.strip()}")


def _tool(command: str) -> Finding:
    found = shutil.which(command)
    if found:
        return Finding(command, True, found)
    return Finding(command, False, "absent", f"sudo apt install {TOOLS[command]}")


def _files() -> Finding:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if allowed == resource.RLIM_INFINITY or allowed >= FEWEST_FILES:
        return Finding("Fichiers ouverts", True)
    detail = f"{allowed} au plus (ulimit -Hn), il en faut {FEWEST_FILES}"
    return Finding("Fichiers ouverts", False, detail, NOFILE)


def _processes(fewest: int) -> Finding:
    """Le noyau compte ensemble les fils de tous les processus du compte ; sauf ceux de root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    wanted = fewest + _threads(os.getuid())
    if os.getuid() == 0 or soft == resource.RLIM_INFINITY or soft >= wanted:
        return Finding("Processus", True)
    enough = hard == resource.RLIM_INFINITY or hard >= wanted
    detail = f"{soft} au plus pour ce compte (ulimit -u), il en faut {wanted}"
    return Finding("Processus", False, detail, f"ulimit -u {wanted}" if enough else NPROC)


def _threads(user: int) -> int:
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == user:
                found += len(list((process / "task").iterdir()))
    return found


def _pythons(found: Sequence[Interpreter]) -> list[Finding]:
    """Une copie est lancée par le Python qui la comprend : ce qu'il n'a pas, elle ne l'aura pas."""
    complete = {one.version[:2] for one in found if not one.missing}
    findings = []
    for one in found:
        lacks = f"sans {', '.join(one.missing)}" if one.missing else "tout y est"
        needed = one.version[:2] not in complete
        name = f"Copies, Python {one.label}"
        findings.append(Finding(name, True, f"{one.path}, {lacks}", _apart(one) if needed else ""))
    return findings


def _apart(python: Interpreter) -> str:
    """La commande qui équipe ce Python dans un environnement à part."""
    minor = ".".join(map(str, python.version[:2]))
    if not INSTALLED:
        return f"make doctor VENV=.venv-{minor} PYTHON={python.path}, qui l'équipe à part"
    if sys.prefix == sys.base_prefix:
        return ""  # sans environnement à nous, nous n'en cherchons pas d'autre
    folder = shlex.quote(str(neighbour(minor)))
    packages = " ".join(to_install(MODULES))
    return f"{python.path} -m venv {folder} && {folder}/bin/pip install {packages}"


def _remedy() -> str:
    """Le réglage du noyau qui gêne ; à défaut, c'est sans doute le conteneur où l'on est."""
    for name, (wrong, remedy) in SETTINGS.items():
        if name == APPARMOR and os.geteuid() == 0:
            continue
        setting = SYSCTL / name
        if setting.is_file() and setting.read_text(encoding="ascii").strip() == wrong:
            return remedy
    return CONTAINER


def _arena(*, with_cell: bool) -> list[Finding]:
    """Entre pour de bon dans une arène, dans un processus à part, et y essaie tout."""
    answer, speak = os.pipe()
    with stops_held():
        process = os.fork()
        if process == 0:
            try:
                forget()
                os.close(answer)
                found = [asdict(finding) for finding in _inside(PLACE, with_cell=with_cell)]
                os.write(speak, json.dumps(found).encode())
            finally:
                os._exit(0)
    os.close(speak)
    with open(answer, "rb") as pipe:
        text = pipe.read()
    os.waitpid(process, 0)
    if not text:
        return [Finding("Arène", False, "l'essai n'a pas abouti", _remedy())]
    return [Finding(**fields) for fields in json.loads(text)]


def _inside(place: Path, *, with_cell: bool) -> Iterator[Finding]:
    """Chaque chose qu'un contrôle fait dans son arène ; la première qui échoue finit l'essai."""
    trials: list[tuple[str, Callable[[], None]]] = [
        ("Arène : utilisateurs, processus, montages et réseau à part", enter),
        ("Disques en mémoire", lambda: prepare_system(place, [_runtime()], b"")),
        ("Captures du réseau", _capture),
    ]
    asleep: list[str] = []
    if with_cell:
        trials.append((CELL, lambda: asleep.append(_cell(place))))
    for name, trial in trials:
        try:
            trial()
        except (NamespaceError, OSError, subprocess.SubprocessError, ValueError) as error:
            told = reason(error) if isinstance(error, OSError) else error
            yield Finding(name, False, f"refusé par le système ({told})", _remedy())
            return
        yield Finding(name, True)
    for why in asleep:
        detail = f"refusé ({why}) : certains contrôles ne seront pas jugés" if why else ""
        yield Finding(SLEEP, True, detail, _trace_remedy() if why else "")


def _trace_remedy() -> str:
    scope = SYSCTL / "kernel/yama/ptrace_scope"
    if scope.is_file() and scope.read_text(encoding="ascii").strip() == "3":
        return (
            "kernel.yama.ptrace_scope vaut 3, que seul un redémarrage change : "
            "echo kernel.yama.ptrace_scope=1 | sudo tee /etc/sysctl.d/10-ptrace.conf, et redémarrer"
        )
    return CONTAINER


def _capture() -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    socket.create_server(("1.2.3.4", 443)).close()  # toute adresse est locale


def _runtime() -> Runtime:
    prefixes = {Path(os.path.realpath(path)) for path in (sys.prefix, sys.base_prefix)}
    roots = tuple(path for path in prefixes if not path.is_relative_to("/usr"))
    return Runtime(Path(os.path.realpath(sys.executable)), roots)


def _cell(place: Path) -> str:
    """Lance un vrai Python dans une vraie cellule ; ValueError s'il n'y dit pas bonjour.

    Renvoie pourquoi on ne peut savoir ce qu'il attend ensuite ; vide si on le peut.
    """
    cell = BubblewrapCell.create(place, 0, CellLimits())
    cell.copy.mkdir()
    command = cell.command(_runtime(), ["-I", "-c", GREETER], ".")
    plain = [word for word in command if word not in ("setsid", "--ctty")]  # ici, pas de terminal
    pipe = subprocess.PIPE
    with subprocess.Popen(
        plain, text=True, stdin=pipe, stdout=pipe, stderr=pipe, **cell.options
    ) as program:
        watchdog = threading.Timer(TRIAL_SECONDS, program.kill)
        watchdog.start()
        try:
            assert program.stdout is not None
            said = program.stdout.readline()
            opaque = _opaque(program.pid)
            _, errors = program.communicate("\n")
        finally:
            watchdog.cancel()
    if HELLO not in said:
        lines = errors.strip().splitlines() or ["Python n'y dit rien"]
        raise ValueError(lines[-1][:200])
    return opaque


def _opaque(program: int) -> str:
    """Pourquoi le noyau ne dit pas dans quel appel système dort ce programme ; vide s'il le dit."""
    *_, python = processes_of(program)  # bubblewrap et l'init d'abord, qui ne se laissent pas voir
    try:
        Path(f"/proc/{python}/syscall").read_text(encoding="ascii")
    except OSError as error:
        return reason(error)
    return ""
