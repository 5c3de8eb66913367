"""Les Python de cette machine, et celui qu'il faut à un script.

Un interpréteur est du côté du correcteur : il tourne ici hors du bac à sable, pour se présenter ou
pour analyser un script, jamais pour l'exécuter.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

OLDEST = (3, 11)
# Les modules que des copies importent, hors de la bibliothèque standard.
MODULES = (
    *("requests", "aiohttp", "aiofiles", "aioconsole"),
    *("colorama", "rich", "validators", "psutil", "yaml", "colored", "dotenv"),
)
SYSTEM_FOLDERS = ("usr/local/bin", "usr/bin", "opt/*/bin")  # depuis la racine
PROBE_SECONDS = 10.0  # sur une machine très chargée ; d'ordinaire 0,05 s
PARSE_SECONDS = 5.0
PARSE_MEMORY = 1 << 30  # octets d'espace d'adressage

_PROBE = """
import importlib.util, json, sys
print(json.dumps({
    "version": sys.version_info[:3],
    "executable": sys.executable,
    "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix],
    "path": sys.path,
    "modules": [name for name in sys.argv[1:] if importlib.util.find_spec(name)],
}))
"""
_PARSE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
compile(sys.stdin.buffer.read(), "script", "exec", dont_inherit=True)
"""


@dataclass(frozen=True)
class Interpreter:
    path: Path  # à lancer tel quel : d'un environnement, le lien, et non ce qu'il désigne
    version: tuple[int, int, int]
    prefix: Path  # sys.prefix : le sien, si c'est un environnement
    modules: frozenset[str]  # parmi MODULES, ceux qu'il trouve
    folders: tuple[Path, ...]  # tout ce qu'il faut monter pour qu'il tourne

    @property
    def label(self) -> str:
        return ".".join(map(str, self.version))


def find_interpreters() -> list[Interpreter]:
    """Le plus récent d'abord ; à version égale, le mieux fourni en modules."""
    places: dict[tuple[str, str], Path] = {}
    for path in _executables():
        places.setdefault(_identity(path), path)
    with ThreadPoolExecutor(max_workers=2 * (os.cpu_count() or 1)) as pool:
        found = [one for one in pool.map(_probe, places.values()) if one]
    unique: dict[tuple[str, Path], Interpreter] = {}
    for one in found:
        unique.setdefault((os.path.realpath(one.path), one.prefix), one)
    return sorted(
        unique.values(),
        key=lambda one: (*(-number for number in one.version), -len(one.modules), one.path),
    )


def choose(
    interpreters: Sequence[Interpreter], needed_modules: frozenset[str], source: bytes
) -> Interpreter:
    """Celui qui comprend le script, a le plus des modules voulus, et, à égalité, le plus récent.

    Si aucun ne le comprend, celui qui a le plus des modules : l'erreur de syntaxe est la sienne.
    """
    if not interpreters:
        raise LookupError(f"Il faut Python {OLDEST[0]}.{OLDEST[1]} ou plus récent.")
    ranked = sorted(
        interpreters,
        key=lambda one: (-len(needed_modules & one.modules), *(-number for number in one.version)),
    )
    answers: dict[tuple[int, int], bool] = {}  # la syntaxe ne dépend que de 3.N
    for one in ranked:
        minor = one.version[:2]
        if minor not in answers:
            answers[minor] = parses(one, source)
        if answers[minor]:
            return one
    return ranked[0]


def parses(interpreter: Interpreter, source: bytes) -> bool:
    """Le script est-il du Python pour cet interpréteur ? Rien n'en est exécuté.

    Vrai aussi quand c'est trop long à dire : ce le serait autant avec un autre.
    """
    try:
        result = subprocess.run(
            [interpreter.path, "-I", "-W", "ignore", "-c", _PARSE, str(PARSE_MEMORY)],
            input=source,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
            timeout=PARSE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
    return result.returncode == 0


def clean_environment() -> dict[str, str]:
    """Rien de PYTHONPATH ni des réglages de l'enseignant : le bac à sable ne les a pas non plus."""
    return {"LC_ALL": "C.UTF-8", "PATH": os.defpath}


def _executables() -> Iterator[Path]:
    """Les interpréteurs à essayer, le nôtre en premier."""
    yield Path(sys.executable)
    if sys.prefix != sys.base_prefix:  # les environnements voisins : .venv, .venv-3.13
        own = Path(sys.prefix)
        yield from sorted(own.parent.glob(f"{own.name.partition('-')[0]}-3.*/bin/python3"))
    for folder in _bin_folders():
        try:
            paths = sorted(folder.iterdir())
        except OSError:
            continue
        yield from (path for path in paths if re.fullmatch(r"python3(\.\d+)?", path.name))


def _bin_folders() -> Iterator[Path]:
    for name in os.environ.get("PATH", "").split(os.pathsep):
        folder = Path(name)
        # Ni « . », qui serait la copie, ni les relais de pyenv, qui ne sont pas des Python.
        if folder.is_absolute() and folder.name != "shims":
            yield folder
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern))
    roots = [Path(root) for root in (os.environ.get("PYENV_ROOT"),) if root]
    with contextlib.suppress(RuntimeError):  # ni HOME, ni compte
        roots.append(Path.home() / ".pyenv")
    for root in roots:
        with contextlib.suppress(OSError):  # le dossier d'un autre compte
            yield from sorted(root.glob("versions/*/bin"))


def _identity(path: Path) -> tuple[str, str]:
    """Le vrai fichier et l'environnement qui l'emploie : deux noms d'un Python n'en font qu'un."""
    home = path.parent.parent
    environment = os.path.realpath(home) if (home / "pyvenv.cfg").is_file() else ""
    return os.path.realpath(path), environment


def _is_too_old(path: Path) -> bool:
    """Vrai si le nom du vrai fichier suffit à l'écarter sans le lancer."""
    version = re.fullmatch(r"python(\d+)\.(\d+)", Path(os.path.realpath(path)).name)
    return version is not None and (int(version[1]), int(version[2])) < OLDEST


def _probe(path: Path) -> Interpreter | None:
    """Ce que l'interpréteur dit de lui-même, ou None s'il est trop vieux ou en panne."""
    if _is_too_old(path):
        return None
    try:
        result = subprocess.run(
            [path, "-I", "-c", _PROBE, *MODULES],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
            cwd="/",
            timeout=PROBE_SECONDS,
            check=True,
        )
        answer = json.loads(result.stdout)
        version = tuple(answer["version"])
        if version < OLDEST:
            return None
        executable, prefixes = answer["executable"], answer["prefixes"]
        if prefixes[0] == prefixes[1]:  # hors d'un environnement, le lien ne sert à rien
            executable = os.path.realpath(executable)
        return Interpreter(
            path=Path(executable),
            version=version,
            prefix=Path(prefixes[0]),
            modules=frozenset(answer["modules"]),
            folders=_folders(Path(executable), [*prefixes, *answer["path"]]),
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def _folders(executable: Path, named: list[str]) -> tuple[Path, ...]:
    """Les dossiers à monter, sans ceux qu'un autre contient déjà."""
    folders = {Path(name) for name in named if name}
    link = executable
    for _ in range(40):  # autant de liens que le système en suit
        # Son dossier seul : celui du dessus, pour ~/.local/bin, montrerait ce qui est à vous.
        folders.add(link.parent)
        if not link.is_symlink():
            break
        link = link.parent / link.readlink()
    folders |= {Path(os.path.realpath(folder)) for folder in folders}
    # python311.zip n'existe presque jamais ; monter « / » ne cacherait plus rien.
    kept = {folder for folder in folders if folder != Path("/") and folder.is_dir()}
    return tuple(
        sorted(folder for folder in kept if not any(above in kept for above in folder.parents))
    )
