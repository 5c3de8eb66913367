"""Ce qu'il faut à cette machine pour corriger à l'abri, et la commande qui y remédie."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.sandbox.cell import BubblewrapCell, Runtime, prepare_system
from grader.sandbox.limits import Limits, Measures
from grader.sandbox.namespaces import NamespaceError, enter

OLDEST_PYTHON = (3, 11)
OLDEST_BUBBLEWRAP = (0, 8)  # --disable-userns
TOOLS = {"prlimit": "util-linux", "setsid": "util-linux"}
SYSCTL = Path("/proc/sys")
# Réglages du noyau qui refusent les espaces de noms : la valeur gênante et le remède.
SETTINGS = {
    "kernel/apparmor_restrict_unprivileged_userns": (
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
TRIAL_SECONDS = 10.0  # sur une machine très chargée ; d'ordinaire 0,1 s


@dataclass(frozen=True)
class Finding:
    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""  # la commande à taper


def diagnose() -> list[Finding]:
    """Tout ce qui compte, dans l'ordre où l'un a besoin de l'autre ; moins d'une seconde."""
    findings = [_system(), _python(), _bubblewrap(), *map(_tool, TOOLS)]
    if findings[0].ok:
        findings += _arena(with_cell=all(finding.ok for finding in findings))
    return findings


def usable() -> str:
    """Pourquoi le bac à sable ne marche pas ici ; vide s'il marche."""
    wrong = next((finding for finding in diagnose() if not finding.ok), None)
    return f"{wrong.name} : {wrong.detail}" if wrong else ""


def _system() -> Finding:
    linux = sys.platform == "linux"
    detail = os.uname().release if linux else f"il en faut un, et non {sys.platform}"
    return Finding("Linux", linux, detail)


def _python() -> Finding:
    wanted = ".".join(map(str, OLDEST_PYTHON))
    found = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= OLDEST_PYTHON
    detail = found if ok else f"{found}, il faut {wanted} ou plus récent"
    return Finding("Python", ok, detail, f"sudo apt install python{wanted}")


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
    remedy = f"sudo apt install {TOOLS[command]}"
    return Finding(command, bool(found), found or "absent", remedy)


def _remedy() -> str:
    """Le réglage du noyau qui gêne ; à défaut, c'est sans doute le conteneur où l'on est."""
    for name, (wrong, remedy) in SETTINGS.items():
        setting = SYSCTL / name
        if setting.is_file() and setting.read_text(encoding="ascii").strip() == wrong:
            return remedy
    return CONTAINER


def _arena(*, with_cell: bool) -> list[Finding]:
    """Entre pour de bon dans une arène, dans un processus à part, et y essaie tout."""
    with tempfile.TemporaryDirectory(prefix="tp6-docteur-") as name:
        place = Path(name)
        place.chmod(0o755)
        answer, speak = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                os.close(answer)
                found = [asdict(finding) for finding in _inside(place, with_cell=with_cell)]
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
        ("Disques en mémoire", lambda: prepare_system(place, [_runtime()], b"", Measures())),
        ("Captures du réseau", _capture),
    ]
    if with_cell:
        trials.append(("Cellule : Python y tourne sous bubblewrap", lambda: _cell(place)))
    for name, trial in trials:
        try:
            trial()
        except (NamespaceError, OSError, subprocess.SubprocessError, ValueError) as error:
            yield Finding(name, False, f"refusé par le système ({error})", _remedy())
            return
        yield Finding(name, True)


def _capture() -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    socket.create_server(("1.2.3.4", 443)).close()  # toute adresse est locale


def _runtime() -> Runtime:
    prefixes = {Path(os.path.realpath(path)) for path in (sys.prefix, sys.base_prefix)}
    roots = tuple(path for path in prefixes if not path.is_relative_to("/usr"))
    return Runtime(Path(os.path.realpath(sys.executable)), roots)


def _cell(place: Path) -> None:
    """Lance un vrai Python dans une vraie cellule ; ValueError s'il n'y dit pas bonjour."""
    cell = BubblewrapCell.create(place, 0, Limits(), Measures())
    cell.copy.mkdir()
    command = cell.command(_runtime(), ["-I", "-c", f"print({HELLO!r})"], ".")
    plain = [word for word in command if word not in ("setsid", "--ctty")]  # ici, pas de terminal
    result = subprocess.run(
        plain, check=False, capture_output=True, text=True, timeout=TRIAL_SECONDS, **cell.options
    )
    if HELLO not in result.stdout:
        lines = result.stderr.strip().splitlines() or ["Python n'y dit rien"]
        raise ValueError(lines[-1][:200])
