"""Les Python de cette machine, et celui qu'il faut à un script.

Un interpréteur est du côté du correcteur : il tourne ici hors du bac à sable, le temps de se
présenter ; ce qui vient de la copie, il ne le lit qu'enfermé (confined.py).
"""

import contextlib
import glob
import json
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grader.model.origin import INSTALLED
from grader.sandbox.cell import Runtime

OLDEST = (3, 11)
# Les modules que des copies importent, hors de la bibliothèque standard.
MODULES = (
    *("requests", "aiohttp", "aiofiles", "aioconsole"),
    *("colorama", "rich", "validators", "psutil", "yaml", "colored", "dotenv"),
)
# Ceux de la bibliothèque standard qu'une machine n'a pas toujours, et ce qu'il leur faut.
# (Pas distutils : le chercher chargerait setuptools, 0,3 s.)
OPTIONAL = {
    **{name: f"_{name}" for name in ("bz2", "ctypes", "curses", "lzma", "sqlite3", "ssl")},
    **dict.fromkeys(("tkinter", "turtle", "idlelib"), "_tkinter"),
    **{name: name for name in ("ensurepip", "lib2to3", "readline", "venv", "zlib")},
}
SYSTEM_FOLDERS = ("usr/local/bin", "usr/bin", "opt/*/bin")  # depuis la racine
# Ce qui, d'un préfixe, est à l'interpréteur ; le reste est à qui l'y a mis : un préfixe est parfois
# un dossier personnel, ou le projet dont c'est l'environnement.
PREFIX_PARTS = ("bin", "lib", "lib64", "pyvenv.cfg", "share/terminfo")
PROBE_SECONDS = 30.0  # sur une machine très chargée ; d'ordinaire 0,05 s

_PROBE = """
import importlib.util, json, sys
def places(name):
    spec = importlib.util.find_spec(name)
    if not spec:
        return None
    return [spec.origin or "", *(spec.submodule_search_locations or ())]
wanted, optional = map(json.loads, sys.argv[1:])
absent = {name for name, needed in optional.items() if not importlib.util.find_spec(needed)}
print(json.dumps({
    "version": sys.version_info[:3],
    "executable": sys.executable,
    "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix],
    "modules": {name: places(name) for name in wanted},
    "standard": sorted(sys.stdlib_module_names - absent),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    path: Path  # à lancer tel quel : d'un environnement, le lien, et non ce qu'il désigne
    version: tuple[int, int, int]
    prefix: Path  # sys.prefix : le sien, si c'est un environnement
    modules: frozenset[str]  # parmi MODULES et ceux qu'on demande, ceux qu'il trouve
    folders: tuple[Path, ...]  # tout ce qu'il faut monter pour qu'il tourne
    standard: frozenset[str] = frozenset()  # ceux de sa bibliothèque standard

    @property
    def label(self) -> str:
        return ".".join(map(str, self.version))

    @property
    def missing(self) -> tuple[str, ...]:
        """Les modules qu'emploient d'ordinaire les copies, et qu'il n'a pas."""
        return tuple(name for name in MODULES if name not in self.modules)

    @property
    def runtime(self) -> Runtime:
        """Ce qu'il faut en montrer dans une cellule."""
        roots = tuple(folder for folder in self.folders if not folder.is_relative_to("/usr"))
        major, minor, _ = self.version
        bundle = self.prefix / f"lib/python{major}.{minor}/site-packages/certifi/cacert.pem"
        return Runtime(self.path, roots, (bundle,) if bundle.is_file() else ())


def find_interpreters(modules: Collection[str] = ()) -> list[Interpreter]:
    """Le plus récent d'abord ; à version égale, le mieux fourni en modules.

    `modules` : d'autres que MODULES, dont il faut savoir s'ils les ont.
    """
    wanted = sorted({*MODULES, *modules})
    places: dict[tuple[str, str], Path] = {}
    for path in _executables():
        places.setdefault(_identity(path), path)
    with ThreadPoolExecutor(max_workers=2 * (os.cpu_count() or 1)) as pool:
        found = [one for one in pool.map(lambda path: _probe(path, wanted), places.values()) if one]
    unique: dict[tuple[str, Path], Interpreter] = {}
    for one in found:
        unique.setdefault((os.path.realpath(one.path), one.prefix), one)
    return sorted(
        unique.values(),
        key=lambda one: (*(-number for number in one.version), -len(one.modules), one.path),
    )


class KnownInterpreters:
    """Ceux de la machine, cherchés une fois pour les copies d'une classe, qui naissent ensuite."""

    def __init__(self) -> None:
        self._usual = find_interpreters()

    def __call__(self, modules: Collection[str] = ()) -> list[Interpreter]:
        """Comme `find_interpreters`."""
        return find_interpreters(modules) if modules else list(self._usual)


def clean_environment() -> dict[str, str]:
    """Rien de PYTHONPATH ni des réglages de l'enseignant : le bac à sable ne les a pas non plus."""
    return {"LC_ALL": "C.UTF-8", "PATH": os.defpath}


def neighbour(version: str) -> Path:
    """L'environnement d'une autre version : .venv-3.13, à côté de .venv ; installé, dans le nôtre,
    que pipx range parmi les siens.
    """
    own = Path(sys.prefix)
    if INSTALLED:
        return own / f"python-{version}"
    return own.with_name(f"{own.name.partition('-')[0]}-{version}")


def _executables() -> Iterator[Path]:
    """Les interpréteurs à essayer, le nôtre en premier."""
    yield Path(sys.executable)
    if sys.prefix != sys.base_prefix:  # les environnements voisins : .venv, .venv-3.13
        first = neighbour("3.")
        yield from sorted(first.parent.glob(f"{glob.escape(first.name)}*/bin/python3"))
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


def _probe(path: Path, wanted: list[str]) -> Interpreter | None:
    """Ce que l'interpréteur dit de lui-même, ou None s'il est trop vieux ou en panne."""
    if _is_too_old(path):
        return None
    try:
        result = subprocess.run(
            [path, "-I", "-c", _PROBE, json.dumps(wanted), json.dumps(OPTIONAL)],
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
        folders = _folders(Path(executable), prefixes)
        return Interpreter(
            path=Path(executable),
            version=version,
            prefix=Path(prefixes[0]),
            modules=frozenset(
                name for name, places in answer["modules"].items() if _is_shown(places, folders)
            ),
            folders=folders,
            standard=frozenset(answer["standard"]),
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _is_shown(places: list[str] | None, folders: tuple[Path, ...]) -> bool:
    """Ce module sera-t-il là dans une cellule ? Un fichier .pth peut l'avoir trouvé ailleurs."""
    shown = (Path("/usr"), *folders)
    return bool(places) and any(
        Path(os.path.realpath(place)).is_relative_to(folder)
        for place in places or ()
        for folder in shown
        if place.startswith("/")
    )


def _folders(executable: Path, prefixes: list[str]) -> tuple[Path, ...]:
    """Ce qu'il faut monter, sans ce qu'autre chose contient déjà.

    Jamais sys.path : un fichier .pth y ajoute ce qu'il veut, un projet en chantier par exemple.
    """
    wanted = {Path(prefix, part) for prefix in prefixes for part in PREFIX_PARTS}
    link = executable
    for _ in range(40):  # autant de liens que le système en suit
        # Son dossier seul : celui du dessus, pour ~/.local/bin, montrerait ce qui est à vous.
        wanted.add(link.parent)
        if not link.is_symlink():
            break
        link = link.parent / link.readlink()
    wanted |= {Path(os.path.realpath(path)) for path in wanted}
    kept = {path for path in wanted if path != Path("/") and path.exists()}
    return tuple(sorted(path for path in kept if not any(above in kept for above in path.parents)))
