"""La cellule d'un programme : ses dossiers à lui, et la commande qui l'y enferme."""

import os
import resource
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from grader.model.origin import INSTALLED, ROOT
from grader.sandbox.leftovers import files_beneath, read_beneath
from grader.sandbox.limits import CellLimits
from grader.sandbox.namespaces import MS_NODEV, MS_NOSUID, bind, mount, ordinary_user_exists
from grader.sandbox.syscalls import call_filter

HOME = PurePosixPath("/home/etudiant")
COPY = HOME / "tp6"  # la copie, dans la cellule
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
NAME_SERVER = "198.18.0.53"
FILTER = "calls.bpf"
STRANGER = 1  # dans une arène ouverte par root, l'utilisateur qui lance la copie
TMP = PurePosixPath("/tmp")
JOURNALS = "chat_room"  # dans /var/log : le dossier que le sujet impose
# Là se monte chaque arène, pour elle seule : quel que soit TMPDIR, tout le monde y entre ; rien de
# ce dont elle a besoin ne s'y trouve, et elle n'y laisse rien, même tuée.
PLACE = Path("/sys")
LOW_PRIORITY = ("nice", "-n", "5")  # sur une machine chargée, le correcteur passe d'abord
APART = (
    *("--unshare-ipc", "--unshare-uts", "--hostname", "tp6", "--unshare-cgroup-try"),
    *("--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"),
    *("--disable-userns", "--unshare-pid", "--as-pid-1", "--die-with-parent"),
)
# Le processus 1 de la cellule : un shell qui attend le programme, et enterre ses orphelins. On peut
# l'exécuter et non le lire, le noyau en ferme donc la mémoire (/proc/1/mem) aux autres : ptrace(2).
SHELL, INIT, EXECUTE_ONLY = Path("/bin/sh"), "/init", 0o111
LIFE = 'exec 3>&2 2>/dev/null; "$@" 2>&3 3>&-; exit $?'  # sans dire « Killed » à sa place

ENVIRONMENT = {
    "HOME": str(HOME),
    "LANG": "C.UTF-8",
    "LOGNAME": "etudiant",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    # D'un Python à l'autre, ils changent, et citent le chemin du script. Une coroutine oubliée,
    # elle, est une faute de la copie.
    "PYTHONWARNINGS": "ignore,default::RuntimeWarning",
    "SSL_CERT_FILE": CERTIFICATES,
    "TERM": "xterm-256color",
    "USER": "etudiant",
}
ETC = {
    "group": "etudiant:x:1000:\nnogroup:x:65534:\n",
    "hostname": "tp6\n",
    "hosts": "127.0.0.1 localhost tp6\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "passwd": f"etudiant:x:1000:1000::{HOME}:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
    "resolv.conf": f"nameserver {NAME_SERVER}\n",
}


@dataclass(frozen=True)
class Runtime:
    """Un Python et ce qu'il faut montrer du disque pour qu'il marche."""

    executable: Path
    roots: tuple[Path, ...]  # dossiers et fichiers hors de /usr
    authorities: tuple[Path, ...] = ()  # les cacert.pem que ses modules croient


@dataclass
class Cell(ABC):
    """Les dossiers d'un programme, vus du correcteur ; les liens n'y sont jamais suivis."""

    home: Path
    tmp: Path
    log: Path
    limits: CellLimits
    options: dict[str, Any] = field(default_factory=dict)  # pour subprocess
    variables: dict[str, str] = field(default_factory=dict)  # de plus, dans son environnement

    @abstractmethod
    def command(self, runtime: Runtime, arguments: Sequence[str], folder: str) -> list[str]:
        """La commande qui lance `python ARGUMENTS…` dans `folder`, un dossier de la copie."""

    @property
    def copy(self) -> Path:
        return self.home / COPY.name

    def read(self, path: PurePosixPath, limit: int) -> bytes | None:
        """Un fichier ordinaire de la cellule, au plus `limit` octets ; None s'il n'y est pas."""
        for seen, real in ((TMP, self.tmp), (HOME, self.home)):
            if path.is_relative_to(seen):
                return read_beneath(real, path.relative_to(seen).parts, limit)
        return None

    def plant(self, path: PurePosixPath, content: bytes) -> None:
        """Pose dans /tmp un fichier que le programme pourra remplacer ; avant de le lancer."""
        file = self.tmp / path.relative_to(TMP)
        with suppress(OSError):  # un nom trop long : le programme ne l'écrira pas non plus
            file.write_bytes(content)
            file.chmod(0o666)

    def files(self) -> Iterator[PurePosixPath]:
        """Les fichiers ordinaires laissés dans la cellule, en nombre borné."""
        return files_beneath((TMP, self.tmp), (HOME, self.home))


def _limited(limits: CellLimits, *, processes: bool) -> list[str]:
    chosen = {
        "core": (resource.RLIMIT_CORE, 0),
        "rtprio": (resource.RLIMIT_RTPRIO, 0),
        "nofile": (resource.RLIMIT_NOFILE, limits.open_files),
        "as": (resource.RLIMIT_AS, limits.address_space),
        "fsize": (resource.RLIMIT_FSIZE, limits.file_size),
        "cpu": (resource.RLIMIT_CPU, limits.cpu),
    }
    if processes:
        chosen["nproc"] = (resource.RLIMIT_NPROC, limits.processes)
    options = [f"--{name}={at_most(kind, value)}" for name, (kind, value) in chosen.items()]
    return ["prlimit", *options, "--"]


def at_most(kind: int, value: int) -> int:
    """Ce que la machine a déjà limité plus bas (ulimit), nul ne le relève."""
    hard = resource.getrlimit(kind)[1]
    return value if hard == resource.RLIM_INFINITY else min(value, hard)


class BubblewrapCell(Cell):
    """Dans une arène : bubblewrap, un utilisateur ordinaire sans capacité, un système figé."""

    system: Path  # ce que l'arène a préparé : etc/, roots/, le filtre…
    shared_memory: Path  # son /dev/shm
    filter: int  # descripteur du filtre des appels système ; -1 : aucun

    @classmethod
    def create(cls, system: Path, number: int, limits: CellLimits) -> "BubblewrapCell":
        place = system / f"cell{number}"
        place.mkdir()
        options = f"size={limits.disk},nr_inodes={limits.files},mode=755"
        mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, options)
        cell = cls(place / "home", place / "tmp", place / "log", limits)
        cell.system, cell.shared_memory = system, place / "shm"
        for folder in (cell.home, cell.tmp, cell.log, cell.log / JOURNALS, cell.shared_memory):
            folder.mkdir()
            folder.chmod(0o777)
        # Pas de variable : celles de bubblewrap se liraient aussi, dans /proc.
        cell.options, cell.filter = {"env": {}}, -1
        if os.geteuid() == 0 and ordinary_user_exists():
            cell.options |= {"user": STRANGER, "group": STRANGER, "extra_groups": []}
        if call_filter():
            cell.filter = os.open(system / FILTER, os.O_RDONLY | os.O_CLOEXEC)
            cell.options["pass_fds"] = (cell.filter,)
        return cell

    def command(self, runtime: Runtime, arguments: Sequence[str], folder: str) -> list[str]:
        options = [*APART, *self._files(runtime), *self._hidden(), *self._without_us(runtime)]
        if self.filter >= 0:
            options += ["--seccomp", str(self.filter)]
        path = f"{runtime.executable.parent}:{ENVIRONMENT['PATH']}"  # le même pour `python`
        for name, value in (ENVIRONMENT | {"PATH": path} | self.variables).items():
            options += ["--setenv", name, value]
        # Les limites se posent dedans : celle des processus ne compte que ceux de la copie, et le
        # processus 1 les a aussi.
        return [
            *LOW_PRIORITY,
            shutil.which("bwrap") or "bwrap",
            *options,
            *("--chdir", str(COPY / folder), "--"),
            *_limited(self.limits, processes=True),
            *(INIT, "-c", LIFE, INIT),
            *("setsid", "--ctty", str(runtime.executable), *arguments),
        ]

    def _files(self, runtime: Runtime) -> list[str]:
        options = ["--ro-bind", "/usr", "/usr", "--ro-bind", str(self.system / "etc"), "/etc"]
        for name in ("bin", "lib", "lib32", "lib64", "libx32", "sbin"):
            if Path("/", name).is_symlink():
                options += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
            elif Path("/", name).is_dir():
                options += ["--ro-bind", f"/{name}", f"/{name}"]
        options += ["--dev", "/dev", "--bind", str(self.shared_memory), "/dev/shm"]
        options += ["--remount-ro", "/dev", "--proc", "/proc"]
        options += ["--ro-bind", str(self.system / "init"), INIT]
        options += ["--bind", str(self.tmp), "/tmp", "--bind", str(self.log), "/var/log"]
        options += ["--bind", str(self.home), str(HOME)]
        for root in runtime.roots:
            options += ["--ro-bind", str(self._shown(root)), str(root)]
        for authority in runtime.authorities:
            options += ["--ro-bind", str(self.system / "etc/ssl/certs/ca-certificates.crt")]
            options += [str(authority)]
        # La racine et /dev sont des disques en mémoire : sans cela, on y écrirait sans limite.
        return [*options, "--remount-ro", "/"]

    def _hidden(self) -> list[str]:
        """Ce que /dev et /proc donnent à tous, et dont un programme du TP n'a que faire."""
        nothing = self.system / "nothing"
        # Les pseudo-terminaux se comptent pour toute la machine, qui en a trois mille.
        options = ["--ro-bind", str(nothing / "folder"), "/dev/pts"]
        # Se lit pareil, mais ne donne pas de mémoire partagée que nul ne compte.
        options += ["--dev-bind", "/dev/full", "/dev/zero"]
        for name in ("keys", "key-users"):  # le trousseau de la personne
            if Path("/proc", name).exists():
                options += ["--ro-bind", str(nothing / "file"), f"/proc/{name}"]
        return options

    def _without_us(self, runtime: Runtime) -> Iterator[str]:
        """Installé, le correcteur est dans un Python qu'il montre : pas lui."""
        own = Path(os.path.realpath(ROOT))
        for root in (Path("/usr"), *runtime.roots) if INSTALLED else ():
            real = Path(os.path.realpath(root))
            if own.is_relative_to(real):
                nothing = str(self.system / "nothing/folder")
                yield from ("--ro-bind", nothing, str(root / own.relative_to(real)))

    def _shown(self, root: Path) -> Path:
        """Où l'arène montre ce dossier ; tel quel, l'utilisateur de la cellule n'y entrerait pas
        s'il se trouve dans un dossier personnel."""
        return self.system / "roots" / root.relative_to("/")


def prepare_system(place: Path, runtimes: Sequence[Runtime], authority: bytes) -> None:
    """Monte en `place`, dans l'arène, ce que les cellules montreront : un /etc, des Python…"""
    mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, "size=256m,mode=755")
    (place / FILTER).write_bytes(call_filter())
    shutil.copyfile(SHELL, place / "init")
    (place / "init").chmod(EXECUTE_ONLY)
    (place / "nothing/folder").mkdir(parents=True)
    (place / "nothing/file").touch()
    etc = place / "etc"
    (etc / "ssl/certs").mkdir(parents=True)
    for name, content in ETC.items():
        (etc / name).write_text(content, encoding="utf-8")
    (etc / "ssl/certs/ca-certificates.crt").write_bytes(authority)
    for copied in ("ld.so.cache", "ssl/openssl.cnf", "localtime"):
        with suppress(OSError):
            shutil.copyfile(Path("/etc", copied), etc / copied)
    for root in {root for runtime in runtimes for root in runtime.roots}:
        shown = place / "roots" / root.relative_to("/")
        if root.is_dir():
            shown.mkdir(parents=True, exist_ok=True)
        else:
            shown.parent.mkdir(parents=True, exist_ok=True)
            shown.touch()
        bind(root, shown)


# Sans bac à sable, ce qu'un programme garde de l'environnement : le reste changerait ses textes.
KEPT = ("HOME", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "TMPDIR", "USER")


class PlainCell(Cell):
    """Sans bac à sable : pour son propre code, sur une machine qui n'en a pas les moyens."""

    environment: dict[str, str]

    @classmethod
    def create(cls, place: Path, limits: CellLimits, environment: dict[str, str]) -> "Cell":
        home = place / "home"
        home.mkdir(parents=True)
        cell = cls(home, Path("/tmp"), place, limits)
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        usual = {name: ENVIRONMENT[name] for name in ("LANG", "PYTHONWARNINGS", "TERM")}
        cell.options = {"env": kept | usual | environment}
        return cell

    def command(self, runtime: Runtime, arguments: Sequence[str], folder: str) -> list[str]:
        inside = ["env", "-C", str(self.copy / folder)] if sys.platform == "linux" else []
        limits = _limited(self.limits, processes=False)
        return [*inside, *limits, "setsid", "--ctty", str(runtime.executable), *arguments]

    def files(self) -> Iterator[PurePosixPath]:
        """Seulement la copie : le /tmp d'une personne n'est pas à fouiller."""
        return files_beneath((HOME, self.home))
