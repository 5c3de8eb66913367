"""Ce qu'il faut à cette machine pour corriger à l'abri, et la commande qui y remédie."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.cell import BubblewrapCell, Runtime, prepare_system
from grader.sandbox.limits import Limits, Measures
from grader.sandbox.namespaces import NamespaceError, enter

TOOLS = {"bwrap": "bubblewrap", "prlimit": "util-linux", "setsid": "util-linux"}
# Réglages du noyau qui refusent les espaces de noms à une personne ordinaire : la valeur gênante et
# le remède.
SETTINGS = {
    "kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    "kernel/unprivileged_userns_clone": ("0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    "user/max_user_namespaces": ("0", "sudo sysctl -w user.max_user_namespaces=15000"),
}
HELLO = "bonjour de la cellule"


@dataclass(frozen=True)
class Finding:
    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""  # la commande à taper


def diagnose() -> list[Finding]:
    """Tout ce qui compte, dans l'ordre où l'un a besoin de l'autre ; moins d'une seconde."""
    findings = [_system(), *map(_tool, TOOLS), *_settings()]
    findings.append(_tried("Arène : utilisateurs, réseau, montages et processus à part", _arena))
    if all(finding.ok for finding in findings):
        findings.append(_tried("Cellule : Python y tourne sous bubblewrap", _cell))
    return findings


def usable() -> str:
    """Pourquoi le bac à sable ne marche pas ici ; vide s'il marche."""
    return next((_reason(finding) for finding in diagnose() if not finding.ok), "")


def _reason(finding: Finding) -> str:
    return f"{finding.name} : {finding.detail}" if finding.detail else finding.name


def _system() -> Finding:
    linux = sys.platform == "linux"
    detail = os.uname().release if linux else f"{sys.platform}, il faut Linux"
    return Finding("Linux", linux, detail)


def _tool(command: str) -> Finding:
    found = shutil.which(command)
    package = TOOLS[command]
    return Finding(command, bool(found), found or "absent", f"sudo apt install {package}")


def _settings() -> list[Finding]:
    """Seulement ceux qui gênent : root n'en a que faire."""
    findings = []
    for name, (wrong, remedy) in SETTINGS.items():
        setting = Path("/proc/sys", name)
        if os.geteuid() and setting.is_file() and setting.read_text("ascii").strip() == wrong:
            findings.append(Finding(name.replace("/", "."), False, f"vaut {wrong}", remedy))
    return findings


def _tried(name: str, experiment: Callable[[Path], str]) -> Finding:
    with tempfile.TemporaryDirectory(prefix="tp6-docteur-") as folder:
        Path(folder).chmod(0o755)
        reason = _in_arena(lambda: experiment(Path(folder)))
    return Finding(name, not reason, reason)


def _arena(place: Path) -> str:
    """Ce que l'arène prépare pour ses cellules se monte-t-il ?"""
    prepare_system(place, [], b"", Measures())
    return ""


def _cell(place: Path) -> str:
    """Lance un vrai Python dans une vraie cellule ; ce qui l'en empêche, sinon rien."""
    prefixes = {Path(os.path.realpath(path)) for path in (sys.prefix, sys.base_prefix)}
    roots = tuple(path for path in prefixes if not path.is_relative_to("/usr"))
    runtime = Runtime(Path(os.path.realpath(sys.executable)), roots)
    prepare_system(place, [runtime], b"", Measures())
    cell = BubblewrapCell.create(place, 0, Limits(), Measures())
    cell.copy.mkdir()
    command = cell.command(runtime, ["-I", "-c", f"print({HELLO!r})"], ".")
    plain = [word for word in command if word not in ("setsid", "--ctty")]  # ici, pas de terminal
    result = subprocess.run(
        plain, check=False, capture_output=True, text=True, timeout=10, **cell.options
    )
    lines = result.stderr.strip().splitlines() or ["Python n'y dit rien"]
    return "" if HELLO in result.stdout else lines[-1][:200]


def _in_arena(experiment: Callable[[], str]) -> str:
    """Ce que dit l'expérience, faite dans une arène ; la cause, si on n'y entre pas."""
    answer, speak = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(answer)
            reason = _attempt(experiment)
            os.write(speak, reason.encode(errors="replace"))
        finally:
            os._exit(0)
    os.close(speak)
    with open(answer, "rb") as pipe:
        reason = pipe.read(1000).decode(errors="replace")
    os.waitpid(process, 0)
    return reason


def _attempt(experiment: Callable[[], str]) -> str:
    try:
        enter()
        return experiment()
    except (NamespaceError, OSError, subprocess.SubprocessError, ValueError) as error:
        return f"refusé par le système ({error})"
