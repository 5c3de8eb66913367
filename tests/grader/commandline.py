"""Le correcteur lancé comme on le lance, et de petites copies à lui donner."""

import io
import shutil
import signal
import subprocess
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from grader.command.cli import main
from tests.support.processes import ROOT, run

# La plus vite jugée des copies : elle échoue, sans attendre personne.
HASTY = {"part1/sleep_and_print.py": "print(1)\n"}


def grader(
    *arguments: str, timeout: float = 60, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """`python -m grader ARGUMENTS…` sur des tubes ; jamais de trace d'erreurs."""
    result = run("-m", "grader", *arguments, timeout=timeout, **environment)
    assert "Traceback" not in result.stderr + result.stdout
    return result


@dataclass(frozen=True)
class Said:
    """Ce qu'a répondu une commande."""

    code: int
    out: str
    err: str


class Screen(io.StringIO):
    """Une sortie qui se dit un terminal."""

    def isatty(self) -> bool:
        return True


def said(*arguments: str, errors: type[io.StringIO] = io.StringIO) -> Said:
    """Comme `grader`, mais dans ce processus-ci : pour ce qui ne juge rien."""
    out, err = io.StringIO(), errors()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main(arguments)
    except SystemExit as end:
        code = int(str(end.code))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return Said(code, out.getvalue(), err.getvalue())


def installed(folder: Path) -> Path:
    """La commande `correcteur`, telle que pip la pose, avec ce qu'il en installe ; sans pip."""
    place = folder / "lib/correcteur_tp6"
    for name in ("grader", "wording"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "VERSION", place)
    command = folder / "bin/correcteur"
    command.parent.mkdir()
    command.write_text(
        f"import sys\nsys.path.append({str(place.parent)!r})\n"
        "from correcteur_tp6.grader.__main__ import main\nsys.exit(main())\n",
        encoding="utf-8",
    )
    return command


def submission(folder: Path, files: dict[str, str]) -> Path:
    """Écrit la copie, où un autre utilisateur peut la lire."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


def processes(marker: str) -> list[str]:
    """Les commandes, sur toute la machine, où se trouve `marker`, ou dont c'est le dossier."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # fini entre-temps
                command = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
                if marker in f"{command} {(entry / 'cwd').readlink()}":
                    found.append(command)
    return found
